"""Table 1: who the people of a phase are."""

from collections.abc import Sequence

import polars as pl

from evidens.contracts import Characteristic, check_table, schema_of

NUMBER = "median (quartiles)"
MISSING = "missing"


def describe_cohort(
    members: pl.DataFrame,
    *,
    outcome: str,
    phase: str,
    categories: Sequence[str] = ("sex", "origin", "region"),
    numbers: Sequence[str] = ("age",),
) -> pl.DataFrame:
    """Describe the people of one phase: shares of categories, medians and quartiles of numbers.

    Parameters
    ----------
    members : polars.DataFrame
        One row per person: contract Member, with further columns where features are to be described.
    outcome, phase : str
        Key of the rows.
    categories, numbers : sequence of str
        Columns of `members`. Categories must not be null; numbers may.

    Returns
    -------
    polars.DataFrame
        Contract Characteristic, sorted by its key. A number has a level "median (quartiles)" counting who has
        a value and a level "missing"; `value` of a category is its share, null where there is nobody.

    Notes
    -----
    A quantile is a value that occurs: the smallest that at least that share of people do not exceed. It needs
    no interpolation, so that ages stay whole numbers and the same people always give the same table.
    """
    total = members.height
    rows = [row for name in categories for row in _describe_category(members[name], total)]
    rows += [row for name in numbers for row in _describe_number(members[name], total)]
    columns = ("variable", "level", "n", "n_total", "value", "lower", "upper")
    frame = pl.DataFrame(
        [dict(zip(columns, row, strict=True)) for row in rows], schema_overrides=schema_of(Characteristic)
    )
    frame = frame.with_columns(outcome=pl.lit(outcome), phase=pl.lit(phase)) if rows else Characteristic.create_empty()
    frame = frame.select(list(schema_of(Characteristic))).sort(Characteristic.primary_key())
    return check_table(frame, Characteristic, place="table_one")


def _describe_category(column: pl.Series, total: int) -> list[tuple]:
    counts = column.value_counts().sort(column.name)
    return [(column.name, str(level), n, total, n / total, None, None) for level, n in counts.iter_rows()]


def _describe_number(column: pl.Series, total: int) -> list[tuple]:
    measured = column.fill_nan(None).drop_nulls() if column.dtype.is_float() else column.drop_nulls()
    n, ordered = len(measured), measured.sort()
    quartiles = [float(ordered[_rank(n, part)]) if n else None for part in (2, 1, 3)]
    absent = (column.name, MISSING, total - n, total, (total - n) / total if total else None, None, None)
    return [(column.name, NUMBER, n, total, *quartiles), absent]


def _rank(n: int, part: int) -> int:
    """Position, from 0, of the quartile `part` (1, 2, 3) among n ordered values: ceil(n * part / 4) - 1.

    >>> [_rank(5, part) for part in (1, 2, 3)]
    [1, 2, 3]
    >>> [_rank(4, part) for part in (1, 2, 3)]
    [0, 1, 2]
    """
    return -(-n * part // 4) - 1
