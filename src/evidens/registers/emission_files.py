"""A delivery has one file per table and year."""

from collections.abc import Mapping
from typing import Any

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
        The delivered columns in order. They are worked out per year, so that only one year's rows are
        there twice.
    file : tuple of str
        Register and table.
    world : WorldSettings
        For the years of coverage.

    Returns
    -------
    dict of (register, table, year) to polars.DataFrame
        Years without a row are left out.
    """
    years = frame.select(date.dt.year()).to_series()
    return {
        (*file, year): frame.filter(mask).select(**columns)
        for year in range(world.start_on.year, world.end_on.year + 1)
        if (mask := years == year).any()
    }
