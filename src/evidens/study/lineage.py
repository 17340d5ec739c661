"""Where a result comes from: hashes of data, commit of code, versions of packages."""

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import yaml

from evidens.study.study import Study

PACKAGES = (
    "evidens",
    "polars",
    "pyarrow",
    "numpy",
    "scipy",
    "scikit-learn",
    "lightgbm",
    "shap",
    "fairlearn",
    "mlflow",
    "dvc",
)


def read_digests(root: Path) -> dict[str, str]:
    """Return the MD5 that DVC recorded of every output, and of the manifest of the delivery, by path.

    Parameters
    ----------
    root : pathlib.Path
        The study's root, which holds dvc.lock.

    Returns
    -------
    dict of str to str
        Sorted by path; empty before the first run.
    """
    path = root / "dvc.lock"
    if not path.exists():
        return {}
    stages = yaml.safe_load(path.read_text(encoding="utf-8")).get("stages", {})
    outs = {out["path"]: out.get("md5", "") for stage in stages.values() for out in stage.get("outs", [])}
    delivered = {dep["path"]: dep.get("md5", "") for dep in stages.get("pseudonymise", {}).get("deps", [])
                 if dep["path"].startswith("data/raw/")}  # fmt: skip
    return dict(sorted((outs | delivered).items()))


def describe_data(study: Study) -> dict[str, str]:
    """DVC's hashes of what was delivered and taken in, which no setting of an analysis changes."""
    tables = tuple(study.catalog[name].dir for name in ("raw", "events", "persons", "residence"))
    return {path: md5 for path, md5 in read_digests(study.root).items() if path.startswith(tables)}


def read_versions() -> dict[str, str]:
    """Versions of the packages that results depend on."""
    return {name: version(name) for name in PACKAGES}


def digest_files(paths: Iterable[Path], *, below: Path) -> str:
    """SHA-256 over the names (relative to `below`) and contents of files, in order of name."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(below).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
