"""Archetypes: how the features of one anonymous example move its risk away from the average."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from evidens.reports.figures.dependence import MISSING
from evidens.reports.figures.style import (
    BLUE,
    GREY,
    INK,
    MUTED,
    NARROW,
    ORANGE,
    PAPER,
    RULE,
    SIZE,
    add_axes,
    journal_style,
    new_figure,
    wrap_text,
    write_signed,
)
from evidens.reports.numbers import MINUS, format_number, format_share
from evidens.reports.wording import name_feature

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BASE, OTHER, RISK = "(base)", "(other)", "(risk)"
_LINE, _BAR = 17.0, 26.0  # heights of a line of words and of a bar with its space


def draw_archetype(contributions: pl.DataFrame, *, labels: Mapping[str, str] | None = None, n_named: int = 8) -> Figure:
    """Draw how the features of one anonymous example move its risk away from the average.

    Parameters
    ----------
    contributions : polars.DataFrame
        Rows of the contract Curve, curve "archetype", of one archetype; series
        "<archetype>|<feature>", "|(base)", "|(other)" and "|(risk)".
    labels : mapping of str to str, optional
        Readable names of features.
    n_named : int
        Features that are named; the rest joins "all other features".

    Returns
    -------
    matplotlib.figure.Figure
        Steps from the base value to the sum; the axis is in log-odds and labelled with risks.
    """
    base, steps, risk = read_archetype(contributions, n_named)
    words = [_say_step(name_feature(feature, labels or {}), value) for feature, value, _ in steps]
    tops = np.concatenate([[0.0], np.cumsum([_LINE * len(lines) + _BAR for lines in words])])
    height = float(tops[-1]) + _LINE + _BAR
    edges = np.concatenate([[base], base + np.cumsum([y for _, _, y in steps])])
    with journal_style():
        figure = new_figure(NARROW, height + 62)
        axes = add_axes(figure, left=8, right=8, bottom=56, top=6)
        pad = 0.06 * max(float(np.ptp(edges)), 0.5)
        axes.set(xlim=(edges.min() - pad, edges.max() + pad), ylim=(height, 0), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.axvline(base, color=MUTED, linewidth=1, dashes=(4, 3), zorder=0)
        for i, (_, _, y) in enumerate(steps):
            _draw_contribution(axes, words[i], y, float(edges[i]), float(tops[i]))
        shown = risk if risk is not None else _risk_of(float(edges[-1]))
        _write_over(axes, f"Predicted risk {format_share(shown)}; average (dashed) {format_share(_risk_of(base))}",
                    float(tops[-1]) + 12, bold=True)  # fmt: skip
        axes.plot([edges[-1]], [height - 12], "o", color=INK, markersize=8)
        _label_with_risks(axes)
        axes.set_xlabel("Predicted risk (even steps in log-odds)")
        return figure


def read_archetype(
    contributions: pl.DataFrame, n_named: int
) -> tuple[float, list[tuple[str, float | None, float]], float | None]:
    """Split the rows of an archetype into base value, steps (feature, value, contribution), and risk.

    Steps come largest first; the last is the sum of what is not named.
    """
    base, other, risk, named = 0.0, 0.0, None, []
    for row in contributions.filter(pl.col("y").is_not_null()).sort("point", "series").iter_rows(named=True):
        _, feature, *rest = row["series"].split("|")
        if feature == BASE:
            base = row["y"]
        elif feature == RISK:
            risk = row["y"]
        elif feature == OTHER:
            other += row["y"]
        else:
            named.append((feature, None if MISSING in rest else row["x"], row["y"]))
    named.sort(key=lambda step: (-abs(step[2]), step[0]))
    other += sum(y for _, _, y in named[n_named:])
    return base, [*named[:n_named], ("All other features together", None, other)], risk


def _say_step(label: str, value: float | None) -> list[str]:
    """Write a feature and its value, broken where it would run into the contribution."""
    text = label if value is None else f"{label} = {value:,.4g}".replace("-", MINUS)
    return wrap_text(text, NARROW - 70)


def _draw_contribution(axes: Axes, words: list[str], y: float, start: float, top: float) -> None:
    color = ORANGE if y > 0 else BLUE if y < 0 else GREY
    for i, line in enumerate(words):
        _write_over(axes, line, top + 12 + _LINE * i)
    bar = top + _LINE * len(words) + 11
    axes.barh(bar, y, left=start, height=11, color=color, linewidth=0)
    axes.plot([start + y, start + y], [bar, bar + _BAR + _LINE], color=RULE, linewidth=1, zorder=0)
    _write_over(axes, write_signed(y, format_number(y, 2)), top + 12, is_right=True, color=color)


def _write_over(
    axes: Axes, text: str, y: float, *, is_right: bool = False, color: str = INK, bold: bool = False
) -> None:
    """Write on a white ground: lines of the drawing may pass behind words, not through them."""
    axes.annotate(text, (1 if is_right else 0, y), xycoords=axes.get_yaxis_transform(), va="center",
                  ha="right" if is_right else "left", fontsize=SIZE, color=color, zorder=5,
                  fontweight="bold" if bold else "normal",
                  bbox={"facecolor": PAPER, "linewidth": 0, "pad": 1.5})  # fmt: skip


def _risk_of(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _label_with_risks(axes: Axes) -> None:
    low, high = axes.get_xlim()
    risks = [r for r in (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99)
             if low < np.log(r / (1 - r)) < high]  # fmt: skip
    axes.set_xticks([float(np.log(r / (1 - r))) for r in risks], [f"{100 * r:g}%" for r in risks])
