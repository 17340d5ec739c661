"""A delivery has one file per table and year."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from evidens.simulation import WorldSettings


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
