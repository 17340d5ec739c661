"""Receipts of the intake: what each bucket of each segment rests on, and what became of it.

A receipt lies at `quarantine/intake/<segment>/bucket-0007.json`, beside the segment's rows in quarantine, and is
written last: where it is, and the files are as it says, the segment's bucket is finished.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evidens.events import Run, run_path
from evidens.foundation import digest_file
from evidens.study.parquet_files import appear_whole

PEOPLE = "people"  # the segment of persons and residence


@dataclass(frozen=True)
class Receipt:
    """What is noted of one bucket of a segment.

    Parameters
    ----------
    rests_on : str
        Digest of everything that it was built from, but for the people in it.
    fingerprint : str
        Digest of that and of what it takes from these people's lives.
    files : mapping of str to Run
        What was written: "events" where there is any, or "persons" and "residence".
    account : sequence of rows
        Contract `contracts.evidence:RowAccount`.
    quarantined : sequence of str
        Tables with rows in quarantine.
    first_on : str, optional
        Day of the first snapshot of the population; noted for people.
    """

    rests_on: str
    fingerprint: str
    files: Mapping[str, Run]
    account: Sequence[Sequence[Any]]
    quarantined: Sequence[str] = ()
    first_on: str | None = None


@dataclass(frozen=True)
class Folders:
    """Where the intake writes."""

    events: Path
    persons: Path
    residence: Path
    quarantine: Path

    def files(self, segment: str, bucket: int) -> dict[str, Path]:
        """Return where the files of one bucket of a segment lie, by name."""
        name = f"bucket-{bucket:04d}.parquet"
        if segment == PEOPLE:
            return {"persons": self.persons / name, "residence": self.residence / name}
        return {"events": run_path(self.events, segment, bucket)}

    def receipt(self, segment: str, bucket: int) -> Path:
        """Return where the receipt of one bucket of a segment lies."""
        return self.quarantine / segment / f"bucket-{bucket:04d}.json"

    def quarantined(self, segment: str, table: str, bucket: int) -> Path:
        """Return where rows of one table lie that a bucket of a segment could not take in."""
        return self.quarantine / segment / table / f"bucket-{bucket:04d}.parquet"

    def find(self, segment: str, bucket: int) -> Receipt | None:
        """Return the receipt of one bucket of a segment; None unless its files are there as they were written."""
        receipt, paths = read_receipt(self.receipt(segment, bucket)), self.files(segment, bucket)
        if receipt is None or not all(self.quarantined(segment, name, bucket).exists() for name in receipt.quarantined):
            return None
        is_whole = all(
            paths[name].exists() and digest_file(paths[name]) == run.sha256 for name, run in receipt.files.items()
        )
        return receipt if is_whole else None

    def forget(self, segment: str, bucket: int) -> None:
        """Remove all that is there of one bucket of a segment, the receipt first."""
        self.receipt(segment, bucket).unlink(missing_ok=True)
        for path in self.files(segment, bucket).values():
            path.unlink(missing_ok=True)
        for path in (self.quarantine / segment).glob(f"*/bucket-{bucket:04d}.parquet"):
            path.unlink()


def write_receipt(receipt: Receipt, path: Path, *, writer: str = "") -> None:
    """Write a receipt, whole or not at all; `writer` as for `appear_whole`."""
    with appear_whole(path, writer=writer) as scratch:
        scratch.write_text(json.dumps(asdict(receipt), indent=1) + "\n", encoding="utf-8")


def read_receipt(path: Path) -> Receipt | None:
    """Return a receipt; None where there is none that can be read."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Receipt(files={name: Run(**run) for name, run in told.pop("files").items()}, **told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
