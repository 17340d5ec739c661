"""Decision curves: net benefit over the thresholds at which one would act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from evidens.reports.figures.style import (
    BLUE,
    GREY,
    INK,
    MUTED,
    ORANGE,
    PANEL,
    RULE,
    SMALL,
    add_axes,
    floats,
    journal_style,
    new_figure,
    percent_ticks,
    spread_labels,
)
from evidens.reports.wording import name_model

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEIGHT = 350.0
_LINES: dict[str, dict[str, Any]] = {
    "model": {"color": BLUE, "linewidth": 2.4, "zorder": 5},
    "treat_all": {"color": MUTED, "linewidth": 1.3, "dashes": (5, 2)},
    "treat_none": {"color": MUTED, "linewidth": 1.3},
    "age_sex": {"color": ORANGE, "linewidth": 1.8, "zorder": 4},
}
_OTHER: dict[str, Any] = {"color": GREY, "linewidth": 1.6, "dashes": (2, 1.5)}
_SHORT = {
    "model": "model",
    "logistic": "logistic",
    "age_sex": "age, sex",
    "treat_all": "flag all",
    "treat_none": "flag none",
}


def draw_decision_curve(
    curves: pl.DataFrame, *, main_threshold: float | None = None, names: Mapping[str, str] | None = None
) -> Figure:
    """Draw net benefit per 1,000 people against flagging everyone, no one, and a comparator.

    Parameters
    ----------
    curves : polars.DataFrame
        Rows of the contract Curve, curve "net_benefit", of one outcome, model, phase and group;
        series "model", "treat_all", "treat_none", and names of other models.
    main_threshold : float, optional
        Marked with a vertical line: the prespecified threshold.
    names : mapping of str to str, optional
        Labels of series; short words are used for those without one.

    Returns
    -------
    matplotlib.figure.Figure
        A panel with a label at the end of each line.
    """
    lines = curves.filter(pl.col("curve") == "net_benefit").sort("series", "point")
    labels = {**_SHORT, **(names or {})}
    with journal_style():
        figure = new_figure(PANEL, _HEIGHT)
        axes = add_axes(figure, left=58, right=76, bottom=50, top=24)
        low, high = _limits(lines)
        ends = {}
        for (series,), points in lines.group_by("series", maintain_order=True):
            x, y = points["x"].to_numpy(), 1000 * floats(points, "y")
            look = _LINES.get(str(series), _OTHER)
            if series == "model":
                low_band, high_band = 1000 * floats(points, "lower"), 1000 * floats(points, "upper")
                axes.fill_between(x, low_band, high_band, color=BLUE, alpha=0.18, linewidth=0)
            axes.plot(x, y, **look)
            known = np.flatnonzero(np.isfinite(y))
            words = labels.get(str(series), name_model(str(series)))
            below = known[y[known] < low]
            if below.size:  # the line leaves the plot: its name stands where it does
                axes.annotate(words, (x[below[0]], low), (7, 7), textcoords="offset points", color=look["color"],
                              fontsize=SMALL)  # fmt: skip
            elif known.size:
                ends[words] = (float(y[known[-1]]), str(look["color"]))
        axes.set(ylim=(low, high), xlim=_x_limits(lines), xlabel="Threshold: risk at which a person is flagged")
        axes.set_title("Net benefit per 1,000 people", loc="left", fontsize=SMALL, color=INK, pad=8, x=-0.12)
        percent_ticks(axes.xaxis)
        _mark_threshold(axes, main_threshold)
        _label_ends(axes, ends, low, high)
        return figure


def _limits(lines: pl.DataFrame) -> tuple[float, float]:
    """From a little below zero to above the best line: treating everyone falls without end."""
    best = lines["y"].max()
    top = 1000 * float(best) if best is not None and float(best) > 0 else 1.0  # type: ignore[arg-type]
    return -0.22 * top, 1.1 * top


def _x_limits(lines: pl.DataFrame) -> tuple[float, float]:
    if lines.is_empty():
        return 0.0, 1.0
    return float(lines["x"].min()), float(lines["x"].max())  # type: ignore[arg-type]


def _mark_threshold(axes: Axes, threshold: float | None) -> None:
    if threshold is None or not axes.get_xlim()[0] <= threshold <= axes.get_xlim()[1]:
        return
    axes.axvline(threshold, color=RULE, linewidth=1.2, zorder=0)
    axes.annotate("main threshold", (threshold, 1), (4, -3), xycoords=axes.get_xaxis_transform(),
                  textcoords="offset points", va="top", color=MUTED, fontsize=SMALL)  # fmt: skip


def _label_ends(axes: Axes, ends: Mapping[str, tuple[float, str]], low: float, high: float) -> None:
    gap = (high - low) * 16 / (_HEIGHT - 74)
    places = spread_labels([y for y, _ in ends.values()], gap, low, high)
    for (words, (_, color)), y in zip(ends.items(), places, strict=True):
        axes.annotate(words, (1, y), (6, 0), xycoords=axes.get_yaxis_transform(),
                      textcoords="offset points", va="center", color=color, fontsize=SMALL,
                      annotation_clip=False)  # fmt: skip
