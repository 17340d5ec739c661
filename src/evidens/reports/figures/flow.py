"""Flow of participants: who remains after each rule, and who was left out and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from evidens.reports.figures.style import (
    BLUE,
    INK,
    MUTED,
    NARROW,
    PAPER,
    SIZE,
    WIDE,
    Layout,
    journal_style,
    new_figure,
    wrap_text,
)
from evidens.reports.numbers import format_count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINE = 17.0  # between lines of text
_PADDING = 10.0


def draw_flow(flow: pl.DataFrame, *, layout: Layout = "wide") -> Figure:
    """Draw the people who remain, downwards, and beside each arrow those who left and the rule.

    Parameters
    ----------
    flow : polars.DataFrame
        Rows of the contract Flow of one outcome. The first step is where all begin; its rule says
        who they are.
    layout : {"wide", "narrow"}
        "narrow" for a phone.

    Returns
    -------
    matplotlib.figure.Figure
        Boxes of those who remain on the left, of those left out on the right.
    """
    steps = flow.sort("step").to_dicts()
    width, stem, left = (WIDE, 190.0, 250.0) if layout == "wide" else (NARROW, 44.0, 84.0)
    places, height = _places(steps, width - left - 4)
    with journal_style():
        figure = new_figure(width, height)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, width), ylim=(height, 0))
        axes.set_axis_off()
        for step, (y, space) in zip(steps, places, strict=True):
            _draw_step(axes, step, y, space, width=width, stem=stem, left=left)
        return figure


def _places(steps: list[dict[str, Any]], room: float) -> tuple[list[tuple[float, float]], float]:
    """Where each remaining box begins, and how high the box of those left out before it is."""
    y, places = 6.0, []
    for i, step in enumerate(steps):
        space = 0.0
        if i:
            space = _LINE * (len(_reason(step, room))) + 2 * _PADDING
            y += space + 20
        places.append((y, space))
        y += _box_height(step, i, room)
    return places, y + 6


def _reason(step: dict[str, Any], room: float) -> list[str]:
    return [f"Left out: {format_count(step['n_left_out'])}", *wrap_text(step["rule"], room - 2 * _PADDING)]


def _start(step: dict[str, Any], room: float) -> list[str]:
    return wrap_text(step["rule"], room + 60)


def _box_height(step: dict[str, Any], i: int, room: float) -> float:
    lines = 1 if i else 1 + len(_start(step, room))
    return _LINE * lines + 2 * _PADDING - 2


def _draw_step(
    axes: Axes, step: dict[str, Any], y: float, space: float, *, width: float, stem: float, left: float
) -> None:
    room = width - left - 4
    is_first = not space
    text = [f"{format_count(step['n_people'])} people" if step["n_people"] is not None else "People: suppressed"]
    if step["n_rows"] is not None and step["n_rows"] != step["n_people"]:
        text[0] += f", {format_count(step['n_rows'])} index dates"
    first = [*_start(step, room), *text] if is_first else text
    box_width = room + 60 if is_first else max(stem * 2 - 8, 318.0)
    height = _LINE * len(first) + 2 * _PADDING - 2
    if not is_first:
        _draw_arrow(axes, (stem, y - space - 20), (stem, y))
        _draw_arrow(axes, (stem, y - space / 2 - 10), (left, y - space / 2 - 10))
        lines = _reason(step, room)
        _draw_box(axes, left, y - space - 10, room, space, lines, edge=MUTED, dashed=True)
    _draw_box(axes, 4, y, min(box_width, width - 8), height, first, edge=BLUE, strong=len(first) - 1)


def _draw_arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.1,
                                              "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11})  # fmt: skip


def _draw_box(
    axes: Axes, x: float, y: float, width: float, height: float, lines: list[str], *,
    edge: str, dashed: bool = False, strong: int = 0,
) -> None:  # fmt: skip
    from matplotlib.patches import FancyBboxPatch

    line: Any = (0, (3, 2)) if dashed else "-"
    look: dict[str, Any] = {"facecolor": PAPER, "edgecolor": edge, "linewidth": 1.1, "linestyle": line}
    axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=4", zorder=3, **look))
    for i, line in enumerate(lines):
        axes.text(x + _PADDING, y + _PADDING + _LINE * (i + 0.42), line, va="center", fontsize=SIZE, zorder=4,
                  color=INK, fontweight="bold" if i == strong else "normal")  # fmt: skip
