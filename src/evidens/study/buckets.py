"""What is done with one bucket of people: read it, call a pure function, write what it says, keep the rest.

This runs in whatever process an engine chooses; everything here can be pickled.
"""

import pickle
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from evidens.contracts import check_table, find_contract
from evidens.events import BucketEvents
from evidens.foundation import Fault
from evidens.study.catalog import StudyError
from evidens.study.parquet_files import drop_unfinished, stack_parquet, write_parquet

People = tuple[int, int] | None  # only those with a person_id in [low, high); None: everybody


class Readable(Protocol):
    """What a function of a bucket is given under one keyword, as it travels to where the function runs."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Files whose rows it reads into memory."""

    def read(self, people: People) -> Any:
        """Give the function's argument for a range of people."""


@dataclass(frozen=True)
class Rows:
    """The files of one bucket of a table, read as one frame."""

    paths: tuple[Path, ...]

    def read(self, people: People) -> pl.DataFrame:
        """Read the rows of everybody, or of a range of people.

        Raises
        ------
        StudyError
            If a file cannot be read.
        """
        try:
            rows = pl.scan_parquet(list(self.paths))
            if people is not None:
                rows = rows.filter(pl.col("person_id").is_between(*people, closed="left"))
            return rows.collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            place = "/".join(self.paths[0].parts[-3:])
            finding = f"cannot be read as Parquet ({type(error).__name__})."
            raise StudyError(Fault(place, finding, "Remove the file and run `dvc repro` again.")) from error


@dataclass(frozen=True)
class Runs:
    """The runs of events of one bucket, of so many, which the function reads itself."""

    paths: tuple[Path, ...]
    bucket: tuple[int, int]

    def read(self, people: People) -> BucketEvents:
        """Give the events of everybody, or of a range of people."""
        events = BucketEvents(paths=self.paths, bucket=self.bucket)
        return events if people is None else events.keep_people(*people)


@dataclass(frozen=True)
class Output:
    """Where an attribute of the function's result is written, bucket by bucket."""

    attribute: str
    folder: Path
    place: str
    contract: str | None = None

    def path(self, bucket: int) -> Path:
        """File of one bucket."""
        return self.folder / f"bucket-{bucket:04d}.parquet"

    def write(self, result: Any, path: Path, writer: str) -> int:
        """Check and write the attribute of `result`; return its rows."""
        frame = getattr(result, self.attribute)
        if self.contract:
            frame = check_table(frame, find_contract(self.contract), place=self.place)
        write_parquet(frame, path, writer=writer)
        return frame.height


@dataclass(frozen=True)
class Job:
    """What is done with every bucket: `function(**tables)`, what of its result is written, and what is kept."""

    function: Callable[..., Any]
    outputs: tuple[Output, ...] = ()
    keep: Callable[[Any], Any] | None = None

    def keep_of(self, result: Any) -> Any:
        """Return what goes back: by `keep`, else the result where nothing of it is written."""
        if self.keep is not None:
            return self.keep(result)
        return None if self.outputs else result

    def check(self) -> None:
        """Check that the job can go to another process.

        Raises
        ------
        StudyError
            If it cannot be pickled.
        """
        try:
            pickle.dumps(self)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            finding = f"cannot be sent to another process ({error})."
            remedy = "Give functions of a module, or functools.partial of one; no lambda and no inner function."
            raise StudyError(Fault("map_buckets", finding, remedy)) from error


@dataclass(frozen=True)
class Task:
    """One bucket of one job.

    Parameters
    ----------
    bucket : int
    inputs : mapping of str to Readable
        By keyword of the function.
    people : tuple of ranges of person_id
        One call of the function for each; None stands for everybody.
    disk_bytes, need_mb : optional
        Size of what it reads, and memory that it takes, where its maker knows better than its files tell; it is
        then not divided.
    """

    bucket: int
    inputs: Mapping[str, Readable] = field(default_factory=dict)
    people: tuple[People, ...] = (None,)
    disk_bytes: int | None = None
    need_mb: float | None = None


@dataclass(frozen=True)
class Done:
    """What comes back from a bucket: what is kept of every call, and the rows written."""

    kept: list[Any]
    n_rows: int


def work_on(job: Job, task: Task) -> Done:
    """Do `job` on the bucket of `task`: the same files and the same result wherever and however often it runs."""
    writer, kept, n_rows = secrets.token_hex(4), [], 0
    for number, people in enumerate(task.people):
        result = job.function(**{key: table.read(people) for key, table in task.inputs.items()})
        for output in job.outputs:
            path = output.path(task.bucket)
            is_whole = len(task.people) == 1
            n_rows += output.write(result, path if is_whole else _piece(path, number, writer), writer)
        kept.append(job.keep_of(result))
    if len(task.people) > 1:
        for output in job.outputs:
            _put_together(output.path(task.bucket), len(task.people), writer)
    return Done(kept, n_rows)


def _piece(path: Path, number: int, writer: str) -> Path:
    """Where the rows of one range of people wait for those of the others."""
    return path.with_suffix(f".{writer}-{number:03d}.partial")


def _put_together(path: Path, n_pieces: int, writer: str) -> None:
    pieces = [_piece(path, number, writer) for number in range(n_pieces)]
    stack_parquet(pieces, path, writer=writer)
    for piece in pieces:
        piece.unlink()


def clean_up(job: Job) -> None:
    """Remove what killed workers have left where `job` writes."""
    for output in job.outputs:
        drop_unfinished(output.folder)
