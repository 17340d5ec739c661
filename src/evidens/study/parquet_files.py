"""Parquet files that appear whole or not at all, with the same bytes for the same rows."""

import errno
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from evidens.foundation import Fault
from evidens.study.catalog import StudyError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ROW_GROUP = 250_000  # fixed, so that the same rows always give the same bytes
UNFINISHED = ".partial"
_FORM: dict[str, Any] = {"row_group_size": ROW_GROUP, "compression": "zstd", "compression_level": 1}


def write_parquet(frame: pl.DataFrame, path: Path, *, statistics: bool = True, writer: str = "") -> None:
    """Write `frame` so that it appears at `path` whole or not at all, in fixed row groups.

    Parameters
    ----------
    frame : polars.DataFrame
    path : Path
    statistics : bool
        Whether to note the least and largest value of every column: a sixth of the cost, and of use only to who
        reads a part of the rows.
    writer : str
        See `appear_whole`.

    Raises
    ------
    StudyError
        If the disk is full or the place cannot be written; nothing is left behind.
    """
    with appear_whole(path, writer=writer) as scratch:  # however the rows are held in memory, the bytes are the same
        frame.write_parquet(scratch, statistics=statistics, **_FORM)


def stack_parquet(parts: Sequence[Path], path: Path, *, writer: str = "") -> None:
    """Write the rows of `parts`, one file after the other, to `path`: the bytes are those of writing them at once.

    A bounded number of rows is in memory.

    Raises
    ------
    StudyError
        As `write_parquet`.
    """
    with appear_whole(path, writer=writer) as scratch:
        pl.scan_parquet(list(parts)).sink_parquet(scratch, statistics=True, maintain_order=True, **_FORM)


@contextmanager
def appear_whole(path: Path, *, writer: str = "") -> Iterator[Path]:
    """Give a place to write to, and move what was written there to `path` when all went well.

    Parameters
    ----------
    path : Path
    writer : str
        Tells apart those who may write the same file at the same time, as on a cluster that takes a worker for
        lost: each has a place of its own, and the last one to finish wins.

    Raises
    ------
    StudyError
        If the disk is full or the place cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{writer}{UNFINISHED}" if writer else UNFINISHED)
    try:
        yield scratch
        scratch.replace(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        if _error_number(error) in NO_ROOM:
            fault = Fault(path.name, "there is no room on the disk.", "Make room and run `dvc repro` again.")
            raise StudyError(fault) from error
        raise StudyError(
            Fault(path.name, f"cannot be written ({type(error).__name__}).", "Check the folder.")
        ) from error
    finally:
        scratch.unlink(missing_ok=True)


def drop_unfinished(folder: Path) -> None:
    """Remove what writers that were killed have left in `folder`."""
    for path in folder.glob(f"*{UNFINISHED}"):
        path.unlink(missing_ok=True)


def _error_number(error: Exception) -> int | None:
    """Find the operating system's error number: an attribute of Python's errors, words in those of polars."""
    told = re.search(r"os error (\d+)", str(error))
    return getattr(error, "errno", None) or (int(told[1]) if told else None)
