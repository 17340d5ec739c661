"""Whether a run gives the same tables, bit for bit, as the one that was committed."""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from evidens.foundation import Fault
from evidens.study.catalog import StudyError

# What carries times, commits, run ids and looks, and so is no data or evidence table.
OUTSIDE = ("release/reports", "release/changes")


@dataclass(frozen=True)
class Comparison:
    """One output of the committed run, and what lies on the disk in its place."""

    path: str
    committed: str
    here: str | None

    @property
    def is_equal(self) -> bool:
        """It is there, with the same bytes."""
        return self.committed == self.here


def compare_runs(root: Path, *, revision: str = "HEAD") -> list[Comparison]:
    """Compare every data and evidence table on the disk with dvc.lock of a git revision.

    Parameters
    ----------
    root : pathlib.Path
        The study's root, after a run.
    revision : str
        The git revision whose dvc.lock says what a run gave.

    Returns
    -------
    list of Comparison
        By path. The bytes on the disk are hashed anew, so that a run which did not happen cannot look equal.

    Raises
    ------
    StudyError
        If the revision holds no dvc.lock.
    """
    command = ["git", "show", f"{revision}:dvc.lock"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StudyError(Fault(f"{revision}:dvc.lock", "cannot be read.", "Name a revision that committed a run."))
    stages = yaml.safe_load(done.stdout)["stages"]
    committed = {out["path"]: out.get("md5", "") for stage in stages.values() for out in stage.get("outs", [])}
    paths = sorted(path for path in committed if not path.startswith(OUTSIDE))
    return [Comparison(path, committed[path], digest_output(root / path)) for path in paths]


def digest_output(path: Path) -> str | None:
    """MD5 of a file or folder as DVC reckons it; None where there is none.

    Notes
    -----
    A folder's MD5 is that of the list of its files with theirs, and carries the ending ".dir".
    """
    if path.is_file():
        return _md5(path)
    if not path.is_dir():
        return None
    files = sorted(p for p in path.rglob("*") if p.is_file())
    listed = [{"md5": _md5(file), "relpath": file.relative_to(path).as_posix()} for file in files]
    listed.sort(key=lambda entry: entry["relpath"])
    return hashlib.md5(json.dumps(listed, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
