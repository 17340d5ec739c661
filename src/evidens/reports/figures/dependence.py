"""Dependence: how the contribution of one feature follows its value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from evidens.reports.figures.style import (
    BLUE,
    INK,
    ORANGE,
    RULE,
    SMALL,
    add_axes,
    floats,
    journal_style,
    new_figure,
    wrap_text,
    write_signed,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MISSING = "missing"  # ending of the series of people in whom the feature was not measured
_WIDTH = 310.0


def draw_dependence(points: pl.DataFrame, *, label: str) -> Figure:
    """Draw how the contribution of one feature follows its value.

    Parameters
    ----------
    points : polars.DataFrame
        Rows of the contract Curve, curve "dependence", of one feature; series "<feature>" and
        perhaps "<feature>|missing".
    label : str
        The feature's readable name, printed as the axis label.

    Returns
    -------
    matplotlib.figure.Figure
        A line, or marks when the feature takes at most five values; the band holds half the people.
    """
    is_missing = points["series"].str.ends_with(f"|{MISSING}")
    line = points.filter(~is_missing).filter(pl.col("y").is_not_null()).sort("point")
    absent = points.filter(is_missing).filter(pl.col("y").is_not_null())
    with journal_style():
        figure = new_figure(_WIDTH, 270)
        axes = add_axes(figure, left=52, right=12, bottom=62, top=28)
        axes.axhline(0, color=RULE, linewidth=1)
        x, y, low, high = (floats(line, c) for c in ("x", "y", "lower", "upper"))
        if line.height > 5:
            axes.fill_between(x, low, high, color=BLUE, alpha=0.18, linewidth=0)
            axes.plot(x, y, color=BLUE)
        else:
            axes.vlines(x, low, high, color=BLUE, linewidth=1.8)
            axes.plot(x, y, "o", color=BLUE, markersize=6)
            is_flag = set(x.tolist()) <= {0.0, 1.0}
            axes.set_xticks(x, [("no", "yes")[int(v)] if is_flag else f"{v:g}" for v in x])
            axes.margins(x=0.25)
        _draw_missing(axes, absent, x, y)
        axes.set_title("Contribution (log-odds)", loc="left", fontsize=SMALL, color=INK, pad=8, x=-0.17)
        axes.set_xlabel("\n".join(wrap_text(label, _WIDTH - 40)[:2]))
        _sign_ticks(axes.yaxis)
        if line.height > 5:
            axes.locator_params(axis="x", nbins=5)
        axes.locator_params(axis="y", nbins=5)
        return figure


def _draw_missing(axes: Axes, absent: pl.DataFrame, x: np.ndarray, y: np.ndarray) -> None:
    """People without the measurement have no place on the axis: they stand left of it."""
    if absent.is_empty() or not x.size:
        return
    row = absent.row(0, named=True)
    span = float(x.max() - x.min()) or 1.0
    at = float(x.min()) - 0.16 * span
    if row["lower"] is not None and row["upper"] is not None:
        axes.vlines(at, row["lower"], row["upper"], color=ORANGE, linewidth=1.8)
    axes.plot([at], [row["y"]], "D", color=ORANGE, markersize=6)
    low, high = axes.get_ylim()
    # Its name goes to the corner on the left that the curve does not pass.
    beside = y[x <= x.min() + 0.5 * span].mean()
    place = 0.97 if beside < (low + high) / 2 else 0.07
    axes.annotate("◆ not measured", (0.02, place), xycoords="axes fraction", color=ORANGE, fontsize=SMALL,
                  va="top" if place > 0.5 else "bottom")  # fmt: skip


def _sign_ticks(axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda v, _: write_signed(round(v, 6), f"{round(v, 6):g}")))
