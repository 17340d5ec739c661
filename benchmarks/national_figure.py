"""How cost grows with the number of people: exponents, and the drawing of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WHOLE = "whole pipeline"
KINDS = {  # steps that are drawn and fitted together
    "simulate": ("simulate",), "pseudonymise": ("pseudonymise",), "intake": ("intake",),
    "cohort and phases": ("build cohort", "assign phases"), "560 features": ("560 features",),
    "features of the study": ("build features",),
    "training and validation": ("feasibility", "train lightgbm", "train age_sex", "validate internally",
                                "validate temporally"),
}  # fmt: skip


def fit_exponent(people: Sequence[float], seconds: Sequence[float]) -> float | None:
    """Fit b of seconds = a x people^b by least squares of the logarithms; none for fewer than two sizes.

    >>> fit_exponent([10, 100, 1000], [2, 20, 200])
    1.0
    """
    if len(people) < 2 or min(seconds) <= 0:
        return None
    return round(float(np.polyfit(np.log(people), np.log(seconds), 1)[0]), 3)


def seconds_of(sizes: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """CPU seconds of each kind of step, and of all, by size."""
    by_kind = {
        kind: [sum(size["steps"][step]["cpu_s"] for step in steps) for size in sizes] for kind, steps in KINDS.items()
    }
    return {WHOLE: [size["cpu_s"] for size in sizes], **by_kind}


def fit_exponents(sizes: Sequence[dict[str, Any]]) -> dict[str, dict[str, float | None]]:
    """Fit exponents over all sizes, and between the two largest, where what any run costs weighs least."""
    people = [size["people"] for size in sizes]
    return {
        kind: {"all sizes": fit_exponent(people, seconds), "two largest": fit_exponent(people[-2:], seconds[-2:])}
        for kind, seconds in seconds_of(sizes).items()
    }


def draw_growth(sizes: Sequence[dict[str, Any]]) -> Figure:
    """Draw CPU seconds against people on logarithmic axes, each line named with its exponent."""
    from evidens.reports.figures.style import (
        BLUE,
        GREY,
        INK,
        MUTED,
        ORANGE,
        RULE,
        SMALL,
        WIDE,
        add_axes,
        journal_style,
        new_figure,
        spread_labels,
    )

    people = [size["people"] for size in sizes]
    lines, exponents = seconds_of(sizes), fit_exponents(sizes)
    with journal_style():
        figure = new_figure(WIDE, 470)
        axes = add_axes(figure, left=70, right=270, bottom=58, top=34)
        axes.set(xscale="log", yscale="log")
        looks = {kind: (BLUE, ORANGE, GREY)[rank % 3] for rank, kind in enumerate(KINDS)}
        for kind, seconds in lines.items():
            axes.plot(people, seconds, marker="o", markersize=5 if kind == WHOLE else 4, color=looks.get(kind, INK),
                      linewidth=2.6 if kind == WHOLE else 1.5)  # fmt: skip
        axes.margins(x=0.03, y=0.06)
        axes.grid(axis="y", color=RULE, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xticks(people, [f"{n:,}" for n in people])
        axes.minorticks_off()
        _write_seconds(axes.yaxis)
        axes.set_xlabel("People who ever live in the simulated country")
        axes.set_title(
            "Processor time, and the exponent it grows with: over all sizes, between the two largest",
            loc="left",
            color=INK,
            pad=12,
            x=-0.09,
        )
        ends = [axes.transAxes.inverted().transform(axes.transData.transform((people[-1], line[-1])))[1]
                for line in lines.values()]  # fmt: skip
        places = spread_labels(ends, 0.062, 0.0, 1.0)
        for kind, at, place in zip(lines, ends, places, strict=True):
            fitted = [f"{exponent:.2f}" for exponent in exponents[kind].values() if exponent is not None]
            told = f"{kind}: {', '.join(fitted)}" if fitted else kind
            axes.plot([1.0, 1.03, 1.06], [at, place, place], transform=axes.transAxes, color=MUTED, linewidth=0.7,
                      clip_on=False)  # fmt: skip
            axes.text(1.07, place, told, transform=axes.transAxes, va="center", color=looks.get(kind, INK),
                      fontsize=SMALL, fontweight="bold" if kind == WHOLE else "normal")  # fmt: skip
        return figure


def write_growth(sizes: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the drawing of `draw_growth` as SVG."""
    from evidens.reports.figures import as_svg

    people = ", ".join(f"{size['people']:,}" for size in sizes)
    told = f"Processor seconds of the pipeline, step by step, for {people} people."
    path.write_text(as_svg(draw_growth(sizes), name="growth", description=told) + "\n", encoding="utf-8")


def _write_seconds(axis: Any) -> None:
    """Write seconds as seconds, minutes or hours."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    named = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 36_000: "10 h", 360_000: "100 h"}
    axis.set_major_locator(FixedLocator(list(named)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda seconds, _: named.get(round(seconds), "")))
