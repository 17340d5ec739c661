"""The file formats of a delivery: Parquet, SAS7BDAT and CSV, read batch by batch into frames."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import polars as pl

from evidens.foundation import Fault
from evidens.study import csv_files, sas_files
from evidens.study.catalog import StudyError


class _Reads(Protocol):
    def __call__(self, path: Path, rows: int) -> Iterator[pl.DataFrame]: ...


class _Counts(Protocol):
    def __call__(self, path: Path) -> int: ...


class _Names(Protocol):
    def __call__(self, path: Path) -> pl.Schema: ...


class Format(NamedTuple):
    """A file format: its name, and how columns, rows and batches of a file are read."""

    name: str
    schema: _Names
    count: _Counts
    batches: _Reads


_SILENT = {"manifest.json"}  # files that belong to a delivery and hold no rows
_DOCUMENTS = {".pdf", ".doc", ".docx", ".md", ".html", ".htm", ".rtf", ".odt"}


def find_unread(folder: Path) -> list[Path]:
    """Return the files below `folder` that are not read, sorted by path; hidden ones and the manifest left out."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() not in FORMATS)
    names = ((path, path.relative_to(folder).parts) for path in found)
    return sorted(
        path for path, parts in names if path.name not in _SILENT and not any(part.startswith(".") for part in parts)
    )


def faults_of_unread(folder: Path) -> list[Fault]:
    """Return a fault for each file that is not read and is no document: rows may be in it."""
    known = ", ".join(FORMATS)
    remedy = f"Unpack or convert it to one of {known}, or move it out of the delivery."
    return [
        Fault(path.relative_to(folder).as_posix(), "is of no known file format, and would not be read.", remedy)
        for path in find_unread(folder)
        if path.suffix.lower() not in _DOCUMENTS
    ]


def find_files(folder: Path) -> list[Path]:
    """Return the data files below `folder`, at any depth, sorted by path."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in FORMATS)


def format_of(path: Path) -> str:
    """Return the name of a file's format, by its ending.

    >>> format_of(Path("bef/BEF2018.SAS7BDAT"))
    'SAS7BDAT'
    """
    return _format(path).name


def delivered_schema(path: Path) -> pl.Schema:
    """Return the columns of a file, in order, with the types they are read as.

    Raises
    ------
    StudyError
        If the file is not what its ending says.
    """
    return _format(path).schema(path)


def count_rows(path: Path) -> int:
    """Return the number of rows of a file; errors as of `delivered_schema`."""
    return _format(path).count(path)


def read_batches(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """Read a file piece by piece.

    Parameters
    ----------
    path : pathlib.Path
        Parquet, SAS7BDAT or CSV, by its ending.
    rows : int
        Rows per frame; the last may have fewer.

    Yields
    ------
    polars.DataFrame
        At least one, also of an empty file. Dates and moments of SAS are dates and moments; everything in
        a CSV is text.

    Raises
    ------
    StudyError
        Naming the file, never its content.
    """
    if rows < 1:
        raise ValueError("a batch has at least one row")
    return _format(path).batches(path, rows)


def _format(path: Path) -> Format:
    if found := FORMATS.get(path.suffix.lower()):
        return found
    known = ", ".join(FORMATS)
    raise StudyError(Fault(path.name, "no known file format.", f"Deliver it as one of: {known}."))


def _parquet_schema(path: Path) -> pl.Schema:
    try:
        return pl.Schema(pl.read_parquet_schema(path))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _no_parquet(path, error) from None


def _count_parquet(path: Path) -> int:
    try:
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _no_parquet(path, error) from None


def _parquet_batches(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    n_rows = _count_parquet(path)
    for start in range(0, max(n_rows, 1), rows):
        try:
            yield pl.scan_parquet(path).slice(start, rows).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise _no_parquet(path, error) from None


def _no_parquet(path: Path, error: Exception) -> StudyError:
    finding = f"cannot be read as Parquet ({type(error).__name__})."
    return StudyError(Fault(path.name, finding, "Ask for the file again."))


_CSV = Format("CSV", csv_files.schema_of, csv_files.count_rows, csv_files.read_batches)
FORMATS = {
    ".parquet": Format("Parquet", _parquet_schema, _count_parquet, _parquet_batches),
    ".sas7bdat": Format("SAS7BDAT", sas_files.schema_of, sas_files.count_rows, sas_files.read_batches),
    ".csv": _CSV,
    ".txt": _CSV,
    ".tsv": _CSV,
}
