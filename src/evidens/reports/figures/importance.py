"""Importance of features: how much each moves the risk, and in which direction."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from evidens.reports.figures.style import (
    BLUE,
    GREY,
    INK,
    MUTED,
    NARROW,
    ORANGE,
    SIZE,
    SMALL,
    WIDE,
    Layout,
    add_axes,
    journal_style,
    new_figure,
)
from evidens.reports.numbers import format_value
from evidens.reports.wording import name_feature

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


LONGEST_LINE = 46  # letters of a label before it is broken: what fits a phone
LETTER = 7.4  # units that a letter takes at most on average at the size of the labels


def draw_importance(
    ranking: pl.DataFrame, *, labels: Mapping[str, str] | None = None, layout: Layout = "wide"
) -> Figure:
    """Draw the mean absolute contribution of each feature, and in which direction it works.

    Parameters
    ----------
    ranking : polars.DataFrame
        In the order of drawing: feature, value (log-odds), lower, upper (nullable), direction in
        [-1, 1] (nullable).
    labels : mapping of str to str, optional
        Readable names of features.
    layout : {"wide", "narrow"}
        "narrow" puts each label above its bar, for a phone.

    Returns
    -------
    matplotlib.figure.Figure
        Orange bars with an upward triangle: a higher value raises the risk; blue, downward: lowers it.
    """
    is_wide = layout == "wide"
    names = [textwrap.fill(name_feature(f, labels or {}), LONGEST_LINE) for f in ranking["feature"].to_list()]
    n_lines = max((name.count("\n") + 1 for name in names), default=1)
    longest = max((len(line) for name in names for line in name.split("\n")), default=0)
    width, line, left = (
        (WIDE, 27.0 + 14.0 * (n_lines - 1), longest * LETTER + 40.0)
        if is_wide
        else (NARROW, 46.0 + 15.0 * (n_lines - 1), 26.0)
    )
    height = line * ranking.height
    with journal_style():
        figure = new_figure(width, height + 58)
        axes = add_axes(figure, left=left, right=70 if is_wide else 62, bottom=52, top=6)
        axes.set_ylim(height, 0)
        largest = max((v for c in ("value", "upper") for v in ranking[c].to_list() if v is not None), default=1.0)
        axes.set_xlim(0, 1.02 * largest)
        for i, row in enumerate(ranking.iter_rows(named=True)):
            _draw_bar(axes, row, line * i, line, names[i], is_wide)
        axes.set(yticks=[], xlabel="Mean absolute contribution (log-odds)")
        axes.spines["left"].set_visible(False)
        axes.locator_params(axis="x", nbins=5)
        return figure


def direction_of(direction: float | None) -> tuple[str, str, str]:
    """Colour, sign and words of a direction in [-1, 1]; a weak one is called mixed.

    >>> direction_of(0.8)[1:], direction_of(-0.8)[1:], direction_of(0.05)[1:]
    (('▲', 'higher value, higher risk'), ('▼', 'higher value, lower risk'), ('◆', 'mixed'))
    """
    if direction is None or abs(direction) < 0.1:
        return GREY, "◆", "mixed" if direction is not None else "no direction"
    return (ORANGE, "▲", "higher value, higher risk") if direction > 0 else (BLUE, "▼", "higher value, lower risk")


def _draw_bar(axes: Axes, row: dict[str, Any], y: float, space: float, label: str, is_wide: bool) -> None:
    color, sign, _ = direction_of(row["direction"])
    middle = y + space / 2 if is_wide else y + space - 13
    axes.barh(middle, row["value"], height=11, color=color, linewidth=0)
    if row["lower"] is not None and row["upper"] is not None:
        axes.plot([row["lower"], row["upper"]], [middle, middle], color=INK, linewidth=1.2, solid_capstyle="butt")
    across = axes.get_yaxis_transform()
    size: dict[str, Any] = {"fontsize": SIZE, "va": "center"}
    if is_wide:
        axes.annotate(label, (0, middle), (-28, 0), xycoords=across, textcoords="offset points", ha="right", **size)
    else:
        size["va"] = "top"
        axes.annotate(label, (0, y + 7), (-16, 0), xycoords=across, textcoords="offset points", **size)
        size["va"] = "center"
    axes.annotate(sign, (0, middle), (-10, 0), xycoords=across, textcoords="offset points", ha="center",
                  color=color, fontsize=SMALL, va="center")  # fmt: skip
    end = row["upper"] if row["upper"] is not None else row["value"]
    value, _ = format_value(row["value"], row["lower"], row["upper"])
    axes.annotate(value, (end, middle), (7, 0), textcoords="offset points", color=MUTED, **size)
