"""Calibration: observed against predicted risk, above how the risks of each outcome group lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from evidens.reports.figures.style import (
    BLUE,
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
)
from evidens.reports.numbers import format_count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TOP, _BETWEEN, _BELOW = 12.0, 12.0, 46.0  # margins in user units
_CURVE, _RISKS_HEIGHT = 282.0, 124.0
_OUTCOMES = {"risk_of_events": (ORANGE, 1, "with the outcome"), "risk_of_non_events": (MUTED, -1, "without")}
_RISKS = (0.0001, 0.001, 0.01, 0.1, 0.5, 0.9)


def draw_calibration(curves: pl.DataFrame, *, notes: tuple[str, ...] = ()) -> Figure:
    """Draw the calibration curve of one model in one phase, and its risks per outcome group.

    Parameters
    ----------
    curves : polars.DataFrame
        Rows of the contract Curve for one outcome, model, phase and group: curve "calibration"
        (series "model"), and "risk_of_events", "risk_of_non_events" for the histogram.
    notes : tuple of str
        Lines printed inside the plot, such as the O/E ratio with its interval.

    Returns
    -------
    matplotlib.figure.Figure
        A panel; suppressed points break the line.

    Notes
    -----
    Both axes span the curve, not 0 to 1: for a rare outcome the unit square would show a dot. The
    histogram shares the horizontal axis when its bins are even; bins that are even on the log-odds
    scale get an axis of their own, for on the other they would be thin and tall where risks are low.
    """
    line = curves.filter(pl.col("curve") == "calibration").sort("series", "point")
    is_even = _are_bins_even(curves)
    between = _BETWEEN if is_even else _BETWEEN + 40  # room for an axis of its own
    with journal_style():
        height = _TOP + _CURVE + between + _RISKS_HEIGHT + _BELOW
        figure = new_figure(PANEL, height)
        below = _BELOW + _RISKS_HEIGHT
        axes = add_axes(figure, left=58, right=14, bottom=below + between, top=_TOP)
        limit = _limit(line)
        _draw_curve(axes, line, limit, has_axis=not is_even)
        # Lines of notes lie below the curve's corner, where a calibrated model never comes.
        for i, note in enumerate(reversed(notes)):
            axes.annotate(note, (1, 0), (-4, 8 + 17 * i), xycoords="axes fraction", textcoords="offset points",
                          ha="right", fontsize=SMALL, color=INK)  # fmt: skip
        risks = add_axes(figure, left=58, right=14, bottom=_BELOW, top=height - below)
        _draw_risks(risks, curves, limit, is_even=is_even)
        return figure


def _limit(line: pl.DataFrame) -> float:
    known = line.filter(pl.col("y").is_not_null())
    if known.is_empty():
        return 1.0
    largest = max(float(known["x"].max() or 0.0), float(known["y"].max() or 0.0))  # type: ignore[arg-type]
    band = known["upper"].max()
    # A band that flares at the sparse end may not squeeze the curve into a corner.
    return min(1.08 * max(largest, min(float(band), 1.35 * largest) if band is not None else 0.0), 1.02) or 1.0  # type: ignore[arg-type]


def _draw_curve(axes: Axes, line: pl.DataFrame, limit: float, *, has_axis: bool) -> None:
    axes.plot([0, limit], [0, limit], color=MUTED, linewidth=1, dashes=(4, 3))
    axes.annotate("ideal", (limit, 0.88 * limit), (-3, 0), textcoords="offset points", ha="right", va="center",
                  color=MUTED, fontsize=SMALL)  # fmt: skip
    x, y = line["x"].to_numpy(), floats(line, "y")
    axes.fill_between(x, floats(line, "lower"), floats(line, "upper"), color=BLUE, alpha=0.18, linewidth=0)
    axes.plot(x, y, color=BLUE, linewidth=2)
    axes.set(xlim=(0, limit), ylim=(0, limit), ylabel="Observed share with the outcome")
    percent_ticks(axes.xaxis)
    percent_ticks(axes.yaxis)
    if has_axis:
        axes.set_xlabel("Predicted risk")
    else:
        axes.tick_params(labelbottom=False)  # the axis is the one of the histogram below


def _draw_risks(axes: Axes, curves: pl.DataFrame, limit: float, *, is_even: bool) -> None:
    for name, (color, sign, words) in _OUTCOMES.items():
        bars = curves.filter(pl.col("curve") == name).sort("point")
        axes.annotate(_say_people(words, bars), (1, 0.5 + 0.43 * sign), xycoords="axes fraction", ha="right",
                      va="center", color=color, fontsize=SMALL)  # fmt: skip
        bars = bars.filter(pl.col("y") > 0)
        if bars.is_empty():
            continue
        x, y = bars["x"].to_numpy(), bars["y"].to_numpy()
        if is_even:
            x, y = x[x <= limit], y[x <= limit]
        place = x if is_even else _log_odds(x)
        # Each group is drawn to its own height: the two differ by orders of magnitude when the outcome is rare.
        axes.bar(place, sign * y / bars["y"].max(), width=0.86 * _width(curves, is_even), color=color, linewidth=0)
    axes.axhline(0, color=RULE, linewidth=0.8)
    axes.set(ylim=(-1.5, 1.5), yticks=[])  # the words stand above and below the highest bars
    axes.spines["left"].set_visible(False)
    if is_even:
        axes.set(xlim=(0, limit), xlabel="Predicted risk")
        percent_ticks(axes.xaxis)
    else:
        _label_log_odds(axes)


def _say_people(words: str, bars: pl.DataFrame) -> str:
    """Say how many people a histogram holds; where a bin was suppressed, the sum of the others is not their number."""
    if bars.is_empty():
        return f"{words}: not known"
    if bars["y"].null_count() or bars["n"].null_count():
        return f"{words} (bins of few people left out)"
    return f"{words} (n = {format_count(int(bars['n'].sum()))})"


def _are_bins_even(curves: pl.DataFrame) -> bool:
    x = np.unique(curves.filter(pl.col("curve").is_in(list(_OUTCOMES)))["x"].to_numpy())
    return len(x) < 3 or bool(np.allclose(np.diff(x), np.diff(x)[0], rtol=0.01))


def _width(curves: pl.DataFrame, is_even: bool) -> float:
    x = np.unique(curves.filter(pl.col("curve").is_in(list(_OUTCOMES)))["x"].to_numpy())
    place = x if is_even else _log_odds(x)
    return float(np.median(np.diff(place))) if len(place) > 1 else 1.0


def _label_log_odds(axes: Axes) -> None:
    """Label an axis in log-odds with risks, as many as there is room for."""
    low, high = axes.get_xlim()
    shown = np.array([r for r in _RISKS if low < _log_odds(np.array([r]))[0] < high])
    axes.set_xticks(_log_odds(shown), [f"{100 * r:g}%" for r in shown])
    axes.set_xlabel("Predicted risk (even steps in log-odds)")


def _log_odds(risk: np.ndarray) -> np.ndarray:
    risk = np.clip(risk, 1e-6, 1 - 1e-6)
    return np.log(risk / (1 - risk))
