"""Write a figure as SVG that can stand inside a page: same bytes each time, named, no outside link."""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING

from evidens.reports.figures.style import journal_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


class Svg(str):
    """A drawing as text, which a notebook shows as a drawing."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def as_svg(figure: Figure, *, name: str = "figure", description: str = "") -> Svg:
    """Write `figure` as one `<svg>` element.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn by a function of this room, or any other.
    name : str
        Prefix of all ids inside; different figures on one page need different names.
    description : str
        What a screen reader says in place of the drawing.

    Returns
    -------
    Svg
        Well-formed XML that begins with `<svg`; equal figures give equal bytes. A notebook shows it as a drawing.

    Notes
    -----
    Text stays text in a common sans-serif font, which runs narrower than the DejaVu Sans that the
    layout is measured with: what does not overlap here does not overlap on the reader's machine.
    """
    buffer = io.StringIO()
    with journal_style(**{"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("'DejaVu Sans'", FONTS)
    svg = _keep_needed_ids(svg, name)
    label = f' aria-label="{escape(description)}"' if description else ""
    width = figure.get_figwidth() * 72
    head, rest = svg.split(">", maxsplit=1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    style = f"width:100%;height:auto;max-width:{1.25 * width:g}px"
    return Svg(f'{head} role="img"{label} style="{style}">{rest}'.strip())


def _keep_needed_ids(svg: str, name: str) -> str:
    """Drop ids that nothing refers to, prefix the others: ids must be unique on a page."""
    needed = set(re.findall(r"url\(#([^)]+)\)", svg)) | set(re.findall(r'href="#([^"]+)"', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m.group(1)}"' if m.group(1) in needed else "", svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    return re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', svg)
