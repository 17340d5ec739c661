"""Forest figures: one line per estimate with its interval, people and events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from evidens.reports.figures.style import (
    INK,
    MUTED,
    NARROW,
    PAPER,
    RULE,
    SIZE,
    SMALL,
    WIDE,
    Layout,
    add_axes,
    journal_style,
    new_figure,
    style_of,
    wrap_text,
)
from evidens.reports.numbers import describe_absence, format_count, format_value

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RATIO_TICKS = (
    (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0),
    (0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0),
    (0.01, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0, 100.0),
)
_MOST_TICKS = 7
_LEAST_RATIO = 1.25  # an axis of ratios spans at least 1 / 1.25 to 1.25: trifles may not look large


@dataclass(frozen=True)
class _Frame:
    """Where the columns of one layout lie, in user units."""

    width: float
    line: float  # height of a row
    left: float  # where the plot begins
    right: float  # margin right of the plot
    people: float  # right edge of the columns of people and events; 0 puts them under the label


_FRAMES = {
    "wide": _Frame(WIDE, 25.0, 350.0, 178.0, 325.0),
    "narrow": _Frame(NARROW, 46.0, 10.0, 10.0, 0.0),
}


def draw_forest(
    rows: pl.DataFrame,
    *,
    x_label: str,
    ideal: float | None = None,
    is_ratio: bool = False,
    layout: Layout = "wide",
) -> Figure:
    """Draw estimates with their intervals below each other.

    Parameters
    ----------
    rows : polars.DataFrame
        In the order of drawing: heading (printed where it changes), label, rank (0 the proposed
        model, 1, 2 ... references), value, lower, upper, n, n_events, reason. A null value prints
        its reason in place of a mark.
    x_label : str
        What the axis shows.
    ideal : float, optional
        Where a vertical line is drawn: chance, or perfect calibration.
    is_ratio : bool
        Draw on a logarithmic axis: half is as far from 1 as double.
    layout : {"wide", "narrow"}
        "narrow" puts each label above its mark, for a phone.

    Returns
    -------
    matplotlib.figure.Figure
        An interval that leaves the axis ends in an arrow.
    """
    frame = _FRAMES[layout]
    lines = _lines(rows, frame, layout)
    height = sum(h for _, _, h in lines)
    top, bottom = 26.0, 52.0
    with journal_style():
        figure = new_figure(frame.width, height + top + bottom)
        axes = add_axes(figure, left=frame.left, right=frame.right, bottom=bottom, top=top)
        _set_axis(axes, rows, x_label, ideal, is_ratio)
        axes.set_ylim(height, 0)
        _write_heads(axes, frame)
        y = 0.0
        for kind, row, space in lines:
            if kind == "heading":
                _write(axes, frame, 4, y + space - 8, row["heading"], weight="bold")
            else:
                _draw_row(axes, frame, row, y, space)
            y += space
        return figure


def _lines(rows: pl.DataFrame, frame: _Frame, layout: Layout) -> list[tuple[str, dict[str, Any], float]]:
    lines: list[tuple[str, dict[str, Any], float]] = []
    last = None
    for row in rows.iter_rows(named=True):
        if row["heading"] and row["heading"] != last:
            lines.append(("heading", row, 30.0 if lines or layout == "narrow" else 24.0))
        last = row["heading"]
        lines.append(("row", row, frame.line))
    return lines


def _set_axis(axes: Axes, rows: pl.DataFrame, x_label: str, ideal: float | None, is_ratio: bool) -> None:
    values = [v for v in rows["value"].to_list() if v is not None] or [ideal or 0.5]
    ends = [v for c in ("lower", "upper") for v in rows[c].to_list() if v is not None] + values
    if ideal is not None:
        ends.append(ideal)
        values.append(ideal)
    if is_ratio:
        # Intervals of sparse groups run off; the axis follows the estimates, within a factor of 1.6.
        low = max(min(e for e in ends if e > 0), min(v for v in values if v > 0) / 1.6) / 1.04
        high = min(max(ends), max(values) * 1.6) * 1.04
        low, high = min(low, 1 / _LEAST_RATIO), max(high, _LEAST_RATIO)
        axes.set_xscale("log")
        axes.minorticks_off()
        choices = [[t for t in ticks if low <= t <= high] for ticks in _RATIO_TICKS]
        ticks = next((c for c in choices if len(c) <= _MOST_TICKS), choices[-1])
        axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    else:
        span = max(max(values) - min(values), 0.05)
        low = max(min(ends), min(values) - 0.8 * span) - 0.06 * span
        high = min(max(ends), max(values) + 0.8 * span) + 0.06 * span
        axes.locator_params(axis="x", nbins=6)
    axes.set_xlim(low, high)
    axes.set_xlabel(x_label)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if ideal is not None:
        axes.axvline(ideal, color=RULE, linewidth=1.2, zorder=0)


def _draw_row(axes: Axes, frame: _Frame, row: dict[str, Any], y: float, space: float) -> None:
    is_wide = bool(frame.people)
    mark = y + space / 2 if is_wide else y + space - 12
    words = y + space / 2 if is_wide else y + 14
    counts = ["" if row[c] is None else format_count(row[c]) for c in ("n", "n_events")]
    if is_wide:
        _write(axes, frame, 14, words, row["label"])
        _write(axes, frame, frame.people - 66, words, counts[0], ha="right", color=MUTED)
        _write(axes, frame, frame.people, words, counts[1], ha="right", color=MUTED)
    else:
        _write(axes, frame, 10, words, row["label"])
        _write(axes, frame, 232, words, " / ".join(filter(None, counts)), ha="right", color=MUTED, size=SMALL)
    if row["value"] is None:
        # The reason stands where the interval would be: the group is shown, not forgotten.
        x, place = (frame.left + 6, mark) if is_wide else (10, mark - 2)
        for i, line in enumerate(_shorten(describe_absence(row["reason"]), is_wide)):
            _write(axes, frame, x, place + 14 * i, line, color=MUTED, style="italic", size=SMALL)
        return
    _draw_mark(axes, row, mark)
    value, interval = format_value(row["value"], row["lower"], row["upper"])
    size, margin = (SIZE, 4) if is_wide else (SMALL, 10)
    _write(axes, frame, frame.width - margin, words, f"{value} ({interval})", ha="right", size=size)


def _shorten(reason: str, is_wide: bool) -> list[str]:
    return wrap_text(reason, 470.0 if is_wide else 380.0, SMALL)[:1]


def _draw_mark(axes: Axes, row: dict[str, Any], y: float) -> None:
    look = style_of(row["rank"])
    low, high = axes.get_xlim()
    if row["lower"] is not None and row["upper"] is not None:
        ends = max(row["lower"], low), min(row["upper"], high)
        axes.plot(ends, [y, y], color=look["color"], linewidth=1.8, zorder=3)
        for end, is_out, head in ((low, row["lower"] < low, "<"), (high, row["upper"] > high, ">")):
            if is_out:
                axes.plot([end], [y], marker=head, color=look["color"], markersize=6, clip_on=False, zorder=3)
    if math.isfinite(row["value"]) and low <= row["value"] <= high:
        axes.plot([row["value"]], [y], marker=look["marker"], color=look["color"], markersize=7.5,
                  markeredgecolor="white", markeredgewidth=0.8, zorder=4)  # fmt: skip


def _write_heads(axes: Axes, frame: _Frame) -> None:
    wide = ((frame.people - 66, "People"), (frame.people, "Events"), (frame.width - 4, "Estimate (95% CI)"))
    narrow = ((232, "People / events"), (frame.width - 10, "Estimate (95% CI)"))
    for x, text in wide if frame.people else narrow:
        _write(axes, frame, x, -12, text, ha="right", color=MUTED, size=SMALL)


def _write(
    axes: Axes, frame: _Frame, x: float, y: float, text: str, *, ha: str = "left", color: str = INK,
    size: float = SIZE, weight: str = "normal", style: str = "normal",
) -> None:  # fmt: skip
    from matplotlib.transforms import blended_transform_factory

    # On a narrow page words stand over the plot: a white ground keeps the vertical line out of them.
    place = blended_transform_factory(axes.figure.transFigure, axes.transData)
    axes.text(x / frame.width, y, text, transform=place, ha=ha, va="center", color=color, fontsize=size,
              fontweight=weight, fontstyle=style, clip_on=False, zorder=2,
              bbox={"facecolor": PAPER, "linewidth": 0, "pad": 1} if not frame.people else None)  # fmt: skip
