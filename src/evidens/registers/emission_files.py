"""A delivery has one file per table and year."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from evidens.simulation import WorldSettings
from evidens.simulation.drawn import as_enum


def split_by_year(
    frame: pl.DataFrame, date: pl.Expr, columns: Mapping[str, Any], file: tuple[str, str],
    world: WorldSettings,
) -> dict[tuple[str, str, int], pl.DataFrame]:  # fmt: skip
    """Emit a table year by year.

    Parameters
    ----------
    frame : polars.DataFrame
        Simulated rows; their order is kept within a year.
    date : polars.Expr
        Of the frame: the day that decides. None lies outside the world's coverage.
    columns : mapping of str to polars.Expr or str
        The delivered columns in order, each worked out row by row.
    file : tuple of str
        Register and table.
    world : WorldSettings
        For the years of coverage.

    Returns
    -------
    dict of (register, table, year) to polars.DataFrame
        Years without a row are left out.

    Notes
    -----
    Rows are put in order of their years once, by counting; a year's rows are then a stretch of them.
    """
    ordered, stretches = _order_by_year(frame, date, world)
    delivered = ordered.select(**columns)
    return {(*file, year): delivered.slice(*stretch) for year, stretch in stretches.items()}


def divide_by_year(frame: pl.DataFrame, date: pl.Expr, world: WorldSettings) -> dict[int, pl.DataFrame]:
    """Return the rows of each year of coverage that has any; `frame` and `date` as of `split_by_year`."""
    ordered, stretches = _order_by_year(frame, date, world)
    return {year: ordered.slice(*stretch) for year, stretch in stretches.items()}


def one_of(names: Sequence[str | None], place: pl.Expr) -> pl.Expr:
    """Return the name at each place (a truth value is 0 or 1), held as one byte; text costs twice as much to write."""
    return pl.lit(as_enum(pl.arange(len(names), eager=True), names)).gather(place.cast(pl.UInt32))


def relabel(column: pl.Series, label: Callable[[str], str]) -> pl.Series:
    """Return what each name of a column is called elsewhere, held as one byte; `label` is asked once for each name."""
    names = column.dtype.categories if isinstance(column.dtype, pl.Enum) else column.drop_nulls().unique().sort()
    return as_enum(column.cast(pl.Enum(names)).to_physical(), [label(name) for name in names])


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose names held as bytes are text again."""
    return frame.cast({pl.Enum: pl.String})


def put_below(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Put rows, their names as text, below those of a frame, which holds some names as bytes and still does."""
    held = rows.cast(frame.schema, strict=False)
    lacking = [column.name for column in rows if held[column.name].null_count() > column.null_count()]
    if lacking:
        frame = frame.with_columns(hold_also(frame[name], rows[name]) for name in lacking)
        held = rows.cast(frame.schema)
    return pl.concat([frame, held])


def hold_also(column: pl.Series, names: pl.Series) -> pl.Series:
    """Return a column that can hold further names, given as text; text can hold any."""
    if not isinstance(column.dtype, pl.Enum):
        return column
    known = column.dtype.categories
    return column.cast(pl.Enum([*known, *sorted(set(names.drop_nulls()) - set(known))]))


def _order_by_year(
    frame: pl.DataFrame, date: pl.Expr, world: WorldSettings
) -> tuple[pl.DataFrame, dict[int, tuple[int, int]]]:
    """Put rows in order of their years, and say where each year's rows begin and how many there are."""
    years = frame.select(date.dt.year()).to_series().to_numpy()
    year_of = range(world.start_on.year, world.end_on.year + 1)
    place = (years - year_of[0]).astype(np.uint8)
    counts = np.bincount(place, minlength=len(year_of)).tolist()
    firsts = np.cumsum([0, *counts]).tolist()
    ordered = frame[np.argsort(place, kind="stable").astype(np.uint32)]
    return ordered, {year: (first, count) for year, first, count in zip(year_of, firsts, counts, strict=False) if count}
