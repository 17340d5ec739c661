"""Which code made something: results that outlive a run must not outlive the code behind them."""

from hashlib import sha256
from pathlib import Path

import polars as pl

import evidens
from evidens.foundation import digest_file
from evidens.study.study import Study

_ROOMS = "src/evidens/"
_KINDS = (".py", ".csv")


def digest_code(study: Study) -> str:
    """SHA-256 of the rooms that dvc.yaml lists for the running stage, and of the version of polars.

    What a stage leaves for its next run notes it: DVC runs the stage again when a room changes, and then nothing
    that the former code made is taken for up to date.
    """
    package = Path(evidens.__file__).parent
    deps = study.declared.deps if study.declared else frozenset[str]()
    folders = sorted(package / dep.removeprefix(_ROOMS) for dep in deps if dep.startswith(_ROOMS))
    files = sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in _KINDS and "cases" not in path.parts
    )
    told = [f"{path.relative_to(package).as_posix()} {digest_file(path)}" for path in files]
    return sha256("\n".join([pl.__version__, *told]).encode()).hexdigest()
