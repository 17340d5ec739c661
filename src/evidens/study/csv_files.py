"""CSV as it is delivered: Latin-1 or UTF-8, separated by semicolon, comma or tab; every value is read as text.

What a text means is for the normaliser: decimal commas, lost zeros and dates are told there, once for all
formats.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from pyarrow import csv

from evidens.foundation import Fault
from evidens.study.catalog import StudyError

SEPARATORS = ";,\t"
_PIECE = 1 << 20


def schema_of(path: Path) -> pl.Schema:
    """Return the columns named in the first line, all of them text."""
    return pl.Schema(dict.fromkeys(_header(path), pl.String()))


def count_rows(path: Path) -> int:
    """Return the number of rows below the first line."""
    first = _header(path)[:1]
    return sum(batch.num_rows for batch in _record_batches(path, only=first))


def read_batches(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """Yield frames of `rows` rows of text; an empty file gives one empty frame."""
    schema = schema_of(path)
    waiting = pl.DataFrame(schema=schema)
    is_first = True
    for batch in _record_batches(path):
        waiting = pl.concat([waiting, pl.DataFrame(pl.from_arrow(batch)).cast(pl.String())])
        while waiting.height >= rows:
            yield waiting.head(rows)
            waiting, is_first = waiting.slice(rows), False
    if waiting.height or is_first:
        yield waiting


def encoding_of(path: Path) -> str:
    """Return "utf-8" where all bytes are that, else "latin-1", in which every byte is a character."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8"


def separator_of(line: str) -> str:
    """Return the separator that is most frequent in the first line.

    >>> separator_of("pnr;eksd;atc"), separator_of("pnr,eksd"), separator_of("pnr")
    (';', ',', ';')
    """
    return max(SEPARATORS, key=line.count)


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        line = file.readline(_PIECE)
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    if "\0" in text or not text.strip():
        raise StudyError(_no_names(path))
    return text.strip("\r\n")


def _no_names(path: Path) -> Fault:
    remedy = "Ask for the file again, with names of letters, digits and underscores in its first line."
    return Fault(path.name, "has no line of column names.", remedy)


def _has_rows(path: Path) -> bool:
    with path.open("rb") as file:
        file.readline()
        return bool(file.read(_PIECE).strip())


def _header(path: Path) -> list[str]:
    """Return the names of the first line; a line that may be one of values stops, and is not quoted."""
    from evidens.registers.schemas import is_plain_name

    line = _first_line(path)
    names = [name.strip().strip('"') for name in line.split(separator_of(line))]
    if not all(is_plain_name(name) for name in names if name):
        raise StudyError(_no_names(path))
    if len(set(names)) < len(names) or "" in names:
        finding = "its first line names a column twice, or leaves one without a name."
        raise StudyError(Fault(path.name, finding, "Ask for the file again, with column names."))
    return names


def _record_batches(path: Path, only: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the rows as pyarrow reads them; a row with too many or too few fields stops, named by its number."""
    names, wrong = _header(path), []
    if not _has_rows(path):
        return

    def note(row: Any) -> str:
        wrong.append((row.number, row.expected_columns, row.actual_columns))
        return "skip"

    reader_options = csv.ReadOptions(
        use_threads=False, column_names=names, skip_rows=1, encoding=encoding_of(path), block_size=1 << 24
    )
    parse_options = csv.ParseOptions(
        delimiter=separator_of(_first_line(path)), newlines_in_values=True, invalid_row_handler=note
    )
    texts = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, include_columns=only or []
    )
    try:
        with csv.open_csv(path, reader_options, parse_options, texts) as reader:
            for batch in reader:
                _stop_at(path, wrong)
                yield batch
        _stop_at(path, wrong)
    except pa.ArrowInvalid:  # whose message quotes the file
        raise StudyError(Fault(path.name, "cannot be read as CSV.", "Ask for the file again.")) from None


def _stop_at(path: Path, wrong: list[tuple[int | None, int, int]]) -> None:
    if wrong:
        number, expected, actual = wrong[0]
        where = f"row {number}" if number is not None else "a row"
        finding = f"{where} has {actual} fields and the first line {expected} names."
        raise StudyError(Fault(path.name, finding, "Ask for the file again; fields with a separator need "
                                                            "quotation marks."))  # fmt: skip
