"""Whether a run gives the same tables, bit for bit, as the one that was committed.

Bits are promised on one kind of machine: libraries sum in another order where the processor has other vector
instructions. On another kind, the evidence is compared with that of the committed run within a stated tolerance.
"""

import hashlib
import json
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import yaml

from evidens.foundation import Fault
from evidens.study.catalog import StudyError

# What carries times, commits, run ids and looks, or receipts that name the code which made it, and so is no table.
OUTSIDE = ("release/reports", "release/changes", "data/pseudonymised", "data/quarantine")
REFERENCE = "docs/reference-run"  # kind of machine and evidence of the committed run
ABSOLUTE, RELATIVE = 0.01, 0.01  # tolerance on another kind of machine: |here - there| <= ABSOLUTE + RELATIVE |there|
KEY = ("outcome", "model", "phase", "metric", "threshold", "reference")


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


def describe_machine() -> dict[str, list[str] | str]:
    """Kind of this machine, as far as it decides the last bits: architecture and vector instructions."""
    import numpy as np

    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return {"architecture": platform.machine(), "vector_instructions": sorted(found)}


def record_reference(root: Path, outcomes: list[str]) -> None:
    """Keep the kind of machine and the released evidence of a run beside the dvc.lock that is committed with it."""
    folder = root / REFERENCE
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "machine.json").write_text(json.dumps(describe_machine(), indent=1) + "\n", encoding="utf-8")
    _read_evidence(root, outcomes).write_csv(folder / "evidence.csv", float_precision=6)


def is_reference_machine(root: Path) -> bool:
    """Whether this machine is of the kind that the committed run was made on."""
    return json.loads((root / REFERENCE / "machine.json").read_text(encoding="utf-8")) == describe_machine()


def find_deviations(root: Path, outcomes: list[str]) -> pl.DataFrame:
    """Return the evidence that lies outside the tolerance, or is there on one side only.

    Returns
    -------
    polars.DataFrame
        The key of the evidence with `value` of this run and `value_there` of the committed one.
    """
    types = {"threshold": pl.Float64, "value": pl.Float64}
    there = pl.read_csv(root / REFERENCE / "evidence.csv", schema_overrides=types)
    both = _read_evidence(root, outcomes).join(there, on=KEY, how="full", coalesce=True, suffix="_there")
    near = (pl.col("value") - pl.col("value_there")).abs() <= ABSOLUTE + RELATIVE * pl.col("value_there").abs()
    return both.filter(~near.fill_null(False)).sort(KEY)


def _read_evidence(root: Path, outcomes: list[str]) -> pl.DataFrame:
    """Values in everybody, of the measures that an interval surrounds."""
    parts = [pl.read_parquet(root / "release" / "tables" / outcome / "evidence.parquet") for outcome in outcomes]
    rows = pl.concat(parts).filter(
        pl.col("group") == "all", pl.col("value").is_not_null(), pl.col("lower").is_not_null()
    )
    return rows.select(*KEY, "value").sort(KEY)


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
