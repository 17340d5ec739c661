"""One look for all drawings: a restrained palette safe for colour blindness, and large enough text.

Lengths are SVG user units. A panel is `PANEL` wide and is shown at about that many pixels, so that
text of `SIZE` units is still about 10 pixels on a phone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from evidens.reports.numbers import MINUS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, RULE, PAPER = "#1c2733", "#55606c", "#c3cad2", "#ffffff"
BLUE, ORANGE, GREY = "#0b5c8f", "#b4561a", "#6b7480"  # told apart by lightness as well as by hue
SIZE, SMALL = 12.5, 11.5
PANEL, WIDE, NARROW = 430.0, 880.0, 400.0

Layout = Literal["wide", "narrow"]

_STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the layout is the same on every machine
    "font.size": SIZE,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": SIZE,
    "axes.labelpad": 6.0,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "butt",
    "figure.dpi": 72,  # one point is one user unit
    "savefig.dpi": 72,
    "svg.fonttype": "none",  # text stays text: it can be searched, and takes the page's font
    "path.simplify": False,
}

_SERIES = (
    {"color": BLUE, "marker": "o", "linestyle": "-"},
    {"color": ORANGE, "marker": "s", "linestyle": "-"},
    {"color": GREY, "marker": "D", "linestyle": "-"},
)


@contextlib.contextmanager
def journal_style(**more: Any) -> Iterator[None]:
    """Draw in the look of the house; nothing outside is changed."""
    import matplotlib

    settings: Any = {**_STYLE, **more}
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(settings)
        yield


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure of `width` x `height` user units, without pyplot and its global list."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 72, height / 72), facecolor=PAPER)
    FigureCanvasSVG(figure)
    return figure


def add_axes(figure: Figure, *, left: float, bottom: float, right: float, top: float) -> Axes:
    """Add axes with the given margins in user units."""
    width, height = figure.get_figwidth() * 72, figure.get_figheight() * 72
    box = (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    return figure.add_axes(box)


def style_of(rank: int) -> dict[str, Any]:
    """Colour, marker and line of the series of rank 0 (the proposed model), 1, 2 ..."""
    return dict(_SERIES[min(rank, len(_SERIES) - 1)])


def spread_labels(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions apart until none are nearer than `gap`, as little as possible and in their order.

    >>> spread_labels([0.50, 0.51, 0.9], 0.1, 0.0, 1.0)
    [0.455, 0.555, 0.9]
    >>> spread_labels([0.99, 1.0], 0.1, 0.0, 1.0)
    [0.9, 1.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    # Less rank times gap, positions only have to be in order: pool neighbours that are not.
    pools: list[list[float]] = []
    for rank, i in enumerate(order):
        pools.append([wanted[i] - rank * gap])
        while len(pools) > 1 and sum(pools[-2]) / len(pools[-2]) > sum(pools[-1]) / len(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    level = [sum(pool) / len(pool) for pool in pools for _ in pool]
    placed = [0.0] * len(wanted)
    for rank, i in enumerate(order):
        ceiling = high - (len(order) - 1 - rank) * gap
        placed[i] = round(min(max(level[rank], low) + rank * gap, ceiling), 10)
    return placed


def percent_ticks(axis: Any) -> None:
    """Write the ticks of an axis of shares as percentages, a handful of them."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{round(100 * share, 6):g}%"))


def wrap_text(text: str, width: float, size: float = SIZE) -> list[str]:
    """Break `text` into lines that fit `width` units at letters of `size`.

    >>> wrap_text("fewer than five years in Denmark", 100.0)
    ['fewer than', 'five years in', 'Denmark']
    """
    import textwrap

    return textwrap.wrap(text, max(int(width / (0.56 * size)), 8)) or [""]


def write_signed(value: float, text: str) -> str:
    """Put a plus before a positive number and a true minus before a negative one.

    >>> write_signed(0.5, "0.50"), write_signed(0.0, "0")
    ('+0.50', '0')
    """
    return ("+" if value > 0 else "") + text.replace("-", MINUS)


def floats(frame: pl.DataFrame, column: str) -> np.ndarray:
    """Take a column as an array in which a suppressed point is NaN: it breaks the line."""
    return frame[column].cast(pl.Float64).fill_null(float("nan")).to_numpy()
