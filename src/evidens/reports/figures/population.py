"""Who lives in a population: a pyramid of ages."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from evidens.reports.figures.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PANEL,
    SMALL,
    add_axes,
    journal_style,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEIGHT, _EVERY = 360.0, 4


def draw_pyramid(pyramid: pl.DataFrame) -> Figure:
    """Draw women to the left and men to the right of their age.

    Parameters
    ----------
    pyramid : polars.DataFrame
        age_from, sex ('female', 'male'), n.

    Returns
    -------
    matplotlib.figure.Figure
        A panel; bars are per mille of all people.
    """
    ages = pyramid["age_from"].unique().sort().to_list()
    total = max(int(pyramid["n"].sum()), 1)
    width = min((b - a for a, b in pairwise(ages)), default=1)
    with journal_style():
        figure = new_figure(PANEL, _HEIGHT)
        axes = add_axes(figure, left=58, right=14, bottom=50, top=28)
        for sex, side, color, place in (("female", -1, ORANGE, 0.02), ("male", 1, BLUE, 0.98)):
            mine = pyramid.filter(pl.col("sex") == sex)
            share = 1_000 * mine["n"].to_numpy() / total
            axes.barh(mine["age_from"].to_numpy(), side * share, height=0.92 * width, align="edge", color=color)
            axes.annotate({"female": "women", "male": "men"}[sex], (place, 1), (0, 6), xycoords="axes fraction",
                          textcoords="offset points", ha="left" if side < 0 else "right", color=color)  # fmt: skip
        limit = 1.08 * max(abs(edge) for edge in axes.get_xlim())
        axes.set(xlim=(-limit, limit), ylim=(0, max(ages, default=0) + width), ylabel="Age",
                 xlabel="People per 1,000")  # fmt: skip
        axes.set_yticks(range(0, int(max(ages, default=0)) + width, _EVERY * width))
        axes.set_xticks(ticks := axes.get_xticks()[1:-1], [f"{abs(tick):g}" for tick in ticks])
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.spines["left"].set_color(MUTED)
        axes.tick_params(labelsize=SMALL)
        return figure
