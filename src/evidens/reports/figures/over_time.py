"""Over time: values before a diagnosis, and counts by month in two registers that follow one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from evidens.reports.figures.style import (
    BLUE,
    INK,
    PANEL,
    SMALL,
    WIDE,
    add_axes,
    floats,
    journal_style,
    new_figure,
    style_of,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEIGHT, _ROW = 300.0, 180.0


def draw_before_diagnosis(values: pl.DataFrame, *, label: str) -> Figure:
    """Draw the median and quartiles of a value against the years before a diagnosis.

    Parameters
    ----------
    values : polars.DataFrame
        years_before, lower, median, upper.
    label : str
        What is measured, with its unit.

    Returns
    -------
    matplotlib.figure.Figure
        A panel; the diagnosis is at its right edge.
    """
    ordered = values.sort("years_before", descending=True)
    years = -ordered["years_before"].to_numpy()
    with journal_style():
        figure = new_figure(PANEL, _HEIGHT)
        axes = add_axes(figure, left=58, right=14, bottom=50, top=28)
        axes.fill_between(
            years, floats(ordered, "lower"), floats(ordered, "upper"), color=BLUE, alpha=0.18, linewidth=0
        )
        axes.plot(years, floats(ordered, "median"), color=BLUE, marker="o", markersize=4)
        axes.axvline(0, color=INK, linewidth=1.0)
        axes.set_title(label, loc="left", fontsize=SMALL, color=INK, pad=8, x=-0.12)
        axes.set(xlabel="Years before the diagnosis")
        axes.set_xticks(ticks := axes.get_xticks()[1:-1], [f"{abs(tick):g}" for tick in ticks])
        return figure


def draw_months(counts: dict[str, pl.DataFrame]) -> Figure:
    """Draw counts by month, one row of the figure per kind of count.

    Parameters
    ----------
    counts : dict of title to polars.DataFrame
        register, month, n: one line per register.

    Returns
    -------
    matplotlib.figure.Figure
        A wide figure; all rows share the months.
    """
    height = _ROW * len(counts) + 34
    months = pl.concat([frame["month"] for frame in counts.values()]).unique().sort()
    with journal_style():
        figure = new_figure(WIDE, height)
        for place, (title, frame) in enumerate(counts.items()):
            axes = add_axes(figure, left=66, right=70, bottom=height - _ROW * (place + 1), top=_ROW * place + 30)
            for rank, register in enumerate(frame["register"].unique().sort()):
                mine = frame.filter(pl.col("register") == register).sort("month")
                look = style_of(rank)
                axes.plot(mine["month"].to_list(), mine["n"].to_numpy(), color=look["color"])
                axes.annotate(register, (mine["month"].to_list()[-1], float(mine["n"].tail(3).mean() or 0)), (6, 0),  # type: ignore[arg-type]
                              textcoords="offset points", va="center", color=look["color"], fontsize=SMALL,
                              annotation_clip=False)  # fmt: skip
            axes.set_title(title, loc="left", fontsize=SMALL, color=INK, pad=8, x=-0.05)
            axes.set(xlim=(months.to_list()[0], months.to_list()[-1]), ylim=(0, None))
            axes.tick_params(labelsize=SMALL, labelbottom=place == len(counts) - 1)
        return figure
