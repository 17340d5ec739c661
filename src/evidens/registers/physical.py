"""From the physical forms of a delivery to the logical columns of its contract.

Dates come as dates, as text (2019-01-31, 20190131, 31JAN2019, 31-01-2019, 31.01.2019, 31/01/2019), as
datetimes, and as numbers of days or seconds since 1 January 1960 (SAS), which may be text; codes come as
text or as numbers that have lost their leading zeros; numbers come as numbers or as text with a decimal
comma. A missing value is null, an empty text or a lone full stop (SAS).
"""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

import polars as pl

from evidens.registers.contract import Kind, RegisterColumn, RegisterError, RegisterTable
from evidens.registers.schemas import faults_of_schema, find_delivered

LOGICAL_TYPES: dict[Kind, pl.DataType] = {
    "person": pl.String(), "contact": pl.String(), "course": pl.String(), "code": pl.String(), "text": pl.String(),
    "date": pl.Date(), "datetime": pl.Datetime("us"), "time": pl.Time(), "number": pl.Float64(),
    "week": pl.Date(),
}  # fmt: skip

_SAS_EPOCH_DAYS = (dt.date(1960, 1, 1) - dt.date(1970, 1, 1)).days
_SECONDS_PER_DAY = 86_400
_FIRST_YEAR_OF_THE_1900S = 68  # of a year of two digits: no register here is older than 1968
_NUMBER_OF_DAY = r"^(?:-?\d{1,5}|\d{6})$"  # days since 1960, which are few or negative for births; or a month
_NUMBER_OF_SECOND = r"^-?\d{9,11}$"
_DAY_FIRST = r"^(\d{1,2})[-./](\d{1,2})[-./](\d{4})($|[ T:])"
_LARGEST_DAY_NUMBER = 100_000  # the year 2233; above it a whole number is no count of days since 1960


_BROKEN_LETTERS = {
    letter.encode().decode(wrong): letter for letter in "æøåÆØÅéüöäÉÜÖÄ" for wrong in ("latin-1", "cp1252")
}


class Reading(NamedTuple):
    """Logical columns, and per row which of them holds something that cannot be read (or null)."""

    logical: pl.DataFrame
    unreadable: pl.Series


def normalise(frame: pl.DataFrame, table: RegisterTable) -> pl.DataFrame:
    """Return the logical columns of `table`, in its order, of logical types.

    Parameters
    ----------
    frame : polars.DataFrame
        As delivered; row order is kept.
    table : RegisterTable
        The contract.

    Returns
    -------
    polars.DataFrame
        As many rows; a value that cannot be read is null (`read_delivered` tells where); a column that
        may be absent and is, is null throughout.

    Raises
    ------
    RegisterError
        With every column that is missing, unknown or of a type that is not accepted.
    """
    return read_delivered(frame, table).logical


def read_delivered(frame: pl.DataFrame, table: RegisterTable) -> Reading:
    """Read the logical columns of `table`, and note in which rows something could not be read.

    Parameters, order of rows and errors as of `normalise`.
    """
    check_frame(frame, table)
    delivered = find_delivered(frame.columns, table)
    logical, reasons = [], []
    for column in table.columns:
        name = delivered.get(column.name)
        if name is None:
            empty = pl.Series(column.name, [None], dtype=LOGICAL_TYPES[column.kind])
            logical.append(empty.new_from_index(0, frame.height))
            continue
        read, is_bad = _read_column(frame[name], column)
        logical.append(read)
        if is_bad.any():
            reasons.append(pl.when(is_bad).then(pl.lit(f"unreadable {column.name}")))
    reason = pl.coalesce(reasons) if reasons else pl.repeat(None, frame.height, dtype=pl.String)
    return Reading(pl.DataFrame(logical), pl.select(reason.alias("unreadable")).to_series())


def check_frame(frame: pl.DataFrame, table: RegisterTable) -> None:
    """Stop if columns of `frame` break the contract of `table`."""
    if faults := faults_of_schema(table.name, frame.schema, table):
        raise RegisterError(*faults)


def _read_column(delivered: pl.Series, column: RegisterColumn) -> tuple[pl.Series, pl.Series]:
    """Read one column; text with few distinct values is read once per value."""
    raw = pl.DataFrame({"raw": delivered})
    distinct = raw.unique() if delivered.dtype == pl.String else raw
    if 2 * distinct.height > raw.height:
        read = raw.select(_expressions(column, delivered.dtype))
    else:
        answers = distinct.with_columns(_expressions(column, delivered.dtype))
        read = raw.join(answers, on="raw", how="left", maintain_order="left")
    return read["read"].alias(column.name), read["is_bad"].fill_null(False)


def _expressions(column: RegisterColumn, dtype: pl.DataType) -> list[pl.Expr]:
    raw, logical = pl.col("raw"), LOGICAL_TYPES[column.kind]
    if dtype == pl.Null:
        return [raw.cast(logical).alias("read"), pl.lit(False).alias("is_bad")]
    read = _READERS[column.kind](raw, dtype)
    if column.pad:
        digits = read.str.contains(f"^[0-9]{{1,{column.pad}}}$")
        read = pl.when(digits).then(read.str.zfill(column.pad)).otherwise(read)
    can_fail = column.kind in ("date", "datetime", "time", "number", "week") and not dtype.is_temporal()
    is_bad = read.is_null() & _is_given(raw, dtype) if can_fail else pl.lit(False)
    return [read.alias("read"), is_bad.alias("is_bad")]


def _read_text(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_float():
        raw = raw.cast(pl.Int64, strict=False)
    text = raw.cast(pl.String).str.strip_chars()
    return pl.when(_is_given(text, pl.String())).then(text)


def _read_words(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return _read_text(mend_letters(raw.cast(pl.String)), pl.String())


def mend_letters(text: pl.Expr) -> pl.Expr:
    """Put back Danish letters that were written as UTF-8 and read as Latin-1 or Windows-1252.

    >>> pl.DataFrame({"t": ["PÃ…VIST", "Region SjÃ¦lland", "5,4"]}).select(mend_letters(pl.col("t")))["t"].to_list()
    ['PÅVIST', 'Region Sjælland', '5,4']
    """
    return pl.when(text.str.contains("Ã", literal=True)).then(text.str.replace_many(_BROKEN_LETTERS)).otherwise(text)


def _read_code(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return _read_text(raw, dtype).str.to_uppercase()


def _read_key(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    # A key may have lost its leading zeros in one table and not in the other.
    text = _read_text(raw, dtype).str.strip_chars_start("0")
    return pl.when(text.str.len_chars() > 0).then(text)


def _read_number(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_numeric():
        return raw.cast(pl.Float64)
    return _read_text(raw, dtype).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)


def _read_week(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    digits = _read_text(raw, dtype).str.zfill(4)
    year = digits.str.slice(0, 2).cast(pl.Int32, strict=False)
    century = pl.when(year >= _FIRST_YEAR_OF_THE_1900S).then(pl.lit("19")).otherwise(pl.lit("20"))
    whole = pl.when(digits.str.contains("^[0-9]{4}$")).then(century + digits)
    monday = whole.str.slice(0, 4) + "-W" + whole.str.slice(4, 2) + "-1"
    return monday.str.to_date("%G-W%V-%u", strict=False)


def _read_date(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_temporal():
        return raw.cast(pl.Date)
    if dtype.is_numeric():
        return _date_of_number(raw)
    text = _year_first(raw)
    whole_year = text.str.extract(r"^(\d{4}-[^ T]{1,5})")  # a year of two digits would be one of the first century
    forms = [whole_year.str.to_date("%Y-%m-%d", strict=False)]
    forms += [text.str.to_date(form, strict=False, exact=True) for form in ("%Y%m%d", "%d%b%Y")]
    number = pl.when(text.str.contains(_NUMBER_OF_DAY)).then(text.cast(pl.Int64, strict=False))
    return pl.coalesce([*forms, _date_of_number(number)])


def _year_first(raw: pl.Expr) -> pl.Expr:
    """Return text whose day, month and year, where they come in this order, come in the other."""
    return raw.cast(pl.String).str.strip_chars().str.replace(_DAY_FIRST, "${3}-${2}-${1}${4}")


def _date_of_number(raw: pl.Expr) -> pl.Expr:
    whole = raw.cast(pl.Int64, strict=False)
    days = (whole + _SAS_EPOCH_DAYS).cast(pl.Int32, strict=False).cast(pl.Date)
    month = pl.when(whole.is_between(190_001, 220_012)).then(whole * 100 + 1)
    return (
        pl.when(whole.abs() < _LARGEST_DAY_NUMBER).then(days)
        .when(whole > 10_000_000).then(whole.cast(pl.String).str.to_date("%Y%m%d", strict=False))
        .otherwise(month.cast(pl.String).str.to_date("%Y%m%d", strict=False).dt.month_end())
    )  # fmt: skip


def _read_datetime(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_temporal():
        return raw.cast(pl.Datetime("us"))
    if dtype.is_numeric():
        return _moment_of_number(raw)
    text = _year_first(raw).str.replace(r"(\d)T(\d)", "${1} ${2}")
    whole_year = pl.when(text.str.contains(r"^\d{4}-|[A-Za-z]")).then(text)
    forms = [whole_year.str.to_datetime(form, strict=False, time_unit="us") for form in
             ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%d%b%Y:%H:%M:%S")]  # fmt: skip
    only_date = pl.when(text.str.len_chars() <= 10).then(_read_date(text, pl.String()).cast(pl.Datetime("us")))
    number = pl.when(text.str.contains(_NUMBER_OF_SECOND)).then(text.cast(pl.Int64, strict=False))
    return pl.coalesce([*forms, only_date, _moment_of_number(number)])


def _moment_of_number(raw: pl.Expr) -> pl.Expr:
    whole = raw.cast(pl.Int64, strict=False)
    seconds = ((whole + _SAS_EPOCH_DAYS * _SECONDS_PER_DAY) * 1_000_000).cast(pl.Datetime("us"))
    midnight = _date_of_number(raw).cast(pl.Datetime("us"))
    return pl.when(whole.abs() < _LARGEST_DAY_NUMBER).then(midnight).otherwise(seconds)


def _read_time(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_temporal():
        return raw.dt.time() if dtype == pl.Datetime else raw.cast(pl.Time)
    if dtype.is_numeric():
        seconds = raw.cast(pl.Int64, strict=False)
        return pl.when(seconds.is_between(0, _SECONDS_PER_DAY - 1)).then(seconds * 1_000_000_000).cast(pl.Time)
    text = raw.cast(pl.String).str.strip_chars()
    return pl.coalesce([text.str.to_time(form, strict=False) for form in ("%H:%M:%S%.f", "%H:%M", "%H%M")])


def _is_given(raw: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_numeric():
        return raw.is_not_null() & raw.cast(pl.Float64).is_not_nan()
    return raw.is_not_null() & ~raw.cast(pl.String).str.strip_chars().is_in(["", "."])


_READERS: dict[Kind, Callable[[pl.Expr, pl.DataType], pl.Expr]] = {
    "person": _read_text,
    "contact": _read_key,
    "course": _read_key,
    "code": _read_code,
    "text": _read_words,
    "date": _read_date,
    "datetime": _read_datetime,
    "time": _read_time,
    "number": _read_number,
    "week": _read_week,
}
