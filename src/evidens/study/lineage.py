"""Where a result comes from: hashes of data, commit of code, versions of packages."""

import hashlib
import json
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

import yaml

PACKAGES = ("evidens", "polars", "pyarrow", "numpy", "scipy", "scikit-learn", "lightgbm", "shap", "fairlearn", "mlflow", "dvc")


def read_digests(root: Path) -> dict[str, str]:
    """Return the MD5 that DVC recorded of every output, by path.

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
    return dict(sorted(outs.items()))


def read_commit(root: Path) -> tuple[str, bool]:
    """Return the git commit of the code and whether tracked files differ from it.

    Returns
    -------
    tuple of str and bool
        ("not known", True) where there is no git or no commit.
    """
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "not known", True
    lines = [line for line in changed.splitlines() if not line.endswith("dvc.lock")]
    return commit, bool(lines)


def read_changed_paths(root: Path, since: str) -> tuple[str, ...]:
    """Paths of code and configuration that differ between commit `since` and now; empty when not known."""
    try:
        return tuple(sorted(_git(root, "diff", "--name-only", since, "--", "src", "pipelines", "conf", "params.yaml",
                                 "dvc.yaml", "requirements.lock").splitlines()))  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return ()


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


def digest_mapping(mapping: Mapping[str, object]) -> str:
    """SHA-256 of a mapping as canonical JSON."""
    return hashlib.sha256(json.dumps(mapping, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()
