"""Whether a run gives the same tables, bit for bit, as the one that was committed."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from evidens.foundation import Fault
from evidens.study.catalog import StudyError
from evidens.study.lineage import read_digests

# What carries times, commits, run ids and looks, and so is no data or evidence table.
OUTSIDE = ("release/reports", "release/changes")


@dataclass(frozen=True)
class Comparison:
    """One output of the committed run and of this one."""

    path: str
    committed: str | None
    here: str | None

    @property
    def is_equal(self) -> bool:
        """Both runs have it, with the same bytes."""
        return self.committed is not None and self.committed == self.here


def compare_runs(root: Path, *, revision: str = "HEAD") -> list[Comparison]:
    """Compare the MD5 of every data and evidence table with dvc.lock of a git revision.

    Parameters
    ----------
    root : pathlib.Path
        The study's root, after a run.
    revision : str
        The git revision whose dvc.lock is compared with.

    Raises
    ------
    StudyError
        If the revision holds no dvc.lock.
    """
    done = subprocess.run(
        ["git", "show", f"{revision}:dvc.lock"], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StudyError(Fault(f"{revision}:dvc.lock", "cannot be read.", "Name a revision that committed a run."))
    stages = yaml.safe_load(done.stdout)["stages"]
    committed = {out["path"]: out.get("md5") for stage in stages.values() for out in stage.get("outs", [])}
    here = read_digests(root)
    paths = sorted(path for path in set(committed) | set(here) if not path.startswith(OUTSIDE))
    return [Comparison(path, committed.get(path), here.get(path)) for path in paths]
