"""SAS7BDAT, read through ReadStat; the package pyreadstat comes with the extra `sas`.

SAS knows text and floating numbers only; a number is a date, a moment or a time by its format. Missing is
null for numbers and empty for text.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from evidens.foundation import Fault
from evidens.study.catalog import StudyError

_EPOCH_DAYS = -3_653  # from 1 January 1970 to 1 January 1960, where SAS counts from
_DATES = ("DATE", "DDMMYY", "YYMMDD", "MMDDYY", "WEEKDATE", "WEEKDATX", "E8601DA", "B8601DA")
_MOMENTS = ("DATETIME", "E8601DT", "B8601DT", "NLDATM")
_TIMES = ("TIME", "HHMM", "TOD", "E8601TM")


def schema_of(path: Path) -> pl.Schema:
    """Return the columns and the types they are read as."""
    return pl.Schema({name: dtype for name, (dtype, _) in _columns(_read(path, metadataonly=True)[1]).items()})


def count_rows(path: Path) -> int:
    """Return the number of rows that the file's header tells."""
    return int(_read(path, metadataonly=True)[1].number_rows)


def read_batches(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """Yield frames of `rows` rows; an empty file gives one empty frame."""
    described = _read(path, metadataonly=True)[1]
    n_rows, columns = int(described.number_rows), _columns(described)
    if n_rows == 0:
        yield pl.DataFrame(schema={name: dtype for name, (dtype, _) in columns.items()})
    for start in range(0, n_rows, rows):
        values, _ = _read(path, row_offset=start, row_limit=rows)
        yield pl.DataFrame(
            [read(_stored(name, values[name], is_text=dtype == pl.String)) for name, (dtype, read) in columns.items()]
        )


def kind_of_format(name: str) -> str:
    """Return what a SAS format makes of a number: "date", "moment", "time" or "number".

    >>> kind_of_format("DATE9"), kind_of_format("DATETIME22.3"), kind_of_format("HHMM5"), kind_of_format("BEST12")
    ('date', 'moment', 'time', 'number')
    """
    word = name.upper()
    for kind, starts in (("moment", _MOMENTS), ("date", _DATES), ("time", _TIMES)):
        if word.startswith(starts):
            return kind
    return "number"


def _columns(described: Any) -> dict[str, tuple[pl.DataType, Callable[[pl.Series], pl.Series]]]:
    """Return type and reading of each column."""
    columns: dict[str, tuple[pl.DataType, Callable[[pl.Series], pl.Series]]] = {}
    for name in described.column_names:
        if described.readstat_variable_types[name] == "string":
            columns[name] = (pl.String(), _same)
            continue
        columns[name] = _READINGS[kind_of_format(described.original_variable_types[name] or "")]
    return columns


def _same(values: pl.Series) -> pl.Series:
    return values


def _as_date(values: pl.Series) -> pl.Series:
    return (values.floor().cast(pl.Int32, strict=False) + _EPOCH_DAYS).cast(pl.Date)


def _as_moment(values: pl.Series) -> pl.Series:
    seconds = values + _EPOCH_DAYS * 86_400.0
    return (seconds * 1e6).round().cast(pl.Int64, strict=False).cast(pl.Datetime("us"))


def _as_time(values: pl.Series) -> pl.Series:
    of_a_day = values.set(~values.is_between(0, 86_399.999_999), None)
    return (of_a_day * 1e9).cast(pl.Int64).cast(pl.Time)


_READINGS: dict[str, tuple[pl.DataType, Callable[[pl.Series], pl.Series]]] = {
    "date": (pl.Date(), _as_date),
    "moment": (pl.Datetime("us"), _as_moment),
    "time": (pl.Time(), _as_time),
    "number": (pl.Float64(), _same),
}


def _stored(name: str, values: Any, *, is_text: bool) -> pl.Series:
    """Return a column as SAS stores it: text, or floating numbers with null for missing."""
    if is_text:
        return pl.Series(name, np.asarray(values).tolist(), dtype=pl.String)
    return pl.Series(name, np.asarray(values, dtype=np.float64)).fill_nan(None)  # None becomes NaN, and that null


def _read(path: Path, **how: Any) -> tuple[Any, Any]:
    try:
        import pyreadstat
    except ImportError:
        remedy = "Install evidens with the extra `sas`, or deliver the file as Parquet or CSV."
        raise StudyError(Fault(path.name, "SAS7BDAT needs the package pyreadstat.", remedy)) from None
    try:
        return pyreadstat.read_sas7bdat(str(path), disable_datetime_conversion=True, output_format="dict", **how)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OSError, UnicodeDecodeError) as error:
        finding = f"cannot be read as SAS7BDAT ({type(error).__name__})."
        raise StudyError(Fault(path.name, finding, "Ask for the file again.")) from None
