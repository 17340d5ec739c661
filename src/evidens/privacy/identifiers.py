"""Look for numbers of persons where none may be: outputs, stores, logs, git."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

# Ten digits whose first four are a day (1-31, or 61-91 for synthetic and substitute numbers) and a
# month, not part of a longer number or word; a hyphen or blank may stand before the last four.
_PATTERN = r"(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])(?:0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}"
_TEXT = re.compile(rf"(?<![0-9A-Za-z.]){_PATTERN}(?![0-9A-Za-z]|\.[0-9])")
_BYTES = re.compile(_TEXT.pattern.encode())
_CHUNK = 1 << 22
_OVERLAP = 64


def find_identifiers(text: str | bytes) -> int:
    """Count what has the shape of a person's number.

    Notes
    -----
    The check digit is not asked: numbers without a valid one have been issued since 2007. A ten-digit
    number that happens to start like a date is therefore counted too; digits within hashes, longer
    numbers and decimal fractions are not.

    Examples
    --------
    >>> find_identifiers("patient 680270-1234 and 6802701234"), find_identifiers("sha 16802701234a, 0.6802701234")
    (2, 0)
    """
    return len(_BYTES.findall(text) if isinstance(text, bytes) else _TEXT.findall(text))


def find_identifiers_in_frame(frame: pl.DataFrame) -> dict[str, int]:
    """Count, per column, the values that contain the shape of a person's number; columns without are left out.

    Text is searched; whole numbers are searched as ten digits, since a number column loses the leading zero.
    """
    found = {}
    for name, dtype in frame.schema.items():
        if dtype.is_integer():
            number = frame[name].cast(pl.Int128).drop_nulls().unique()
            texts = number.filter((number > 101_000_000) & (number < 10_000_000_000)).cast(pl.String).str.zfill(10)
        elif isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
            texts = frame[name].cast(pl.String)
        else:
            continue
        likely = texts.filter(texts.str.contains(_PATTERN).fill_null(False))
        if count := sum(1 for value in likely.to_list() if find_identifiers(value)):
            found[name] = count
    return found


def scan_files(paths: Iterable[Path]) -> list[tuple[Path, int]]:
    """Count the shapes of persons' numbers in each file; files without are left out.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        Files, or folders of which every file is read. Parquet files are searched by column and SQLite
        stores by table; every other file as bytes, in pieces, so that size does not matter. What is
        compressed otherwise is not unpacked.

    Returns
    -------
    list of (pathlib.Path, int)
        Sorted by path.
    """
    found = []
    for path in sorted(_files(paths)):
        if count := _count(path):
            found.append((path, count))
    return found


def _count(path: Path) -> int:
    with path.open("rb") as file:
        magic = file.read(16)
    if magic[:4] == b"PAR1":
        return _count_in_parquet(path)
    return _count_in_sqlite(path) if magic == b"SQLite format 3\x00" else _count_in_bytes(path)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in map(Path, paths):
        yield from (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)


def _count_in_parquet(path: Path) -> int:
    scan = pl.scan_parquet(path)
    return sum(
        sum(find_identifiers_in_frame(scan.select(name).collect()).values()) for name in scan.collect_schema().names()
    )


def _count_in_sqlite(path: Path) -> int:
    # Fields lie side by side in the file, so that only the tables show where a number begins and ends.
    store = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        values = (v for table in tables for row in store.execute(f'SELECT * FROM "{table}"') for v in row)
        return sum(find_identifiers(v if isinstance(v, bytes) else str(v)) for v in values if v is not None)
    finally:
        store.close()


def _count_in_bytes(path: Path) -> int:
    count, position, kept = 0, 0, b""
    with path.open("rb") as file:
        while True:
            piece = file.read(_CHUNK)
            window = kept + piece
            # What starts in the overlap is counted with the next piece, when what follows it is known.
            limit = len(window) if not piece else max(len(window) - _OVERLAP, 0)
            count += sum(1 for match in _BYTES.finditer(window, position) if match.start() < limit)
            if not piece:
                return count
            start = max(limit - 1, 0)  # one byte before, so that the look behind sees it
            kept, position = window[start:], limit - start
