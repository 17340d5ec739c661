"""Section 5: observed against predicted risk, phase by phase."""

import polars as pl

from evidens.reports.blocks import Drawing, Figure, Section, Text
from evidens.reports.content import ReportContent
from evidens.reports.figures import as_svg, draw_calibration
from evidens.reports.findings import Findings
from evidens.reports.sections.cells import opened_phases
from evidens.reports.wording import name_phase, say_phase


def describe_calibration(content: ReportContent, findings: Findings) -> Section:
    """Draw observed against predicted risk in every opened phase."""
    drawings = []
    for phase in opened_phases(content):
        curves = content.curves.filter(
            pl.col("model") == content.candidate, pl.col("phase") == phase.name, pl.col("group") == "all"
        )
        if curves.filter(pl.col("curve") == "calibration").is_empty():
            continue
        notes = tuple(
            f"{words} {estimate.write_in_line()}"
            for words, metric in (("O/E", "oe_ratio"), ("Slope", "calibration_slope"))
            if (estimate := findings.find_headline(metric, phase.name)).value is not None
        )
        description = f"Calibration plot, {say_phase(phase.name)}. {'. '.join(notes)}."
        svg = as_svg(draw_calibration(curves, notes=notes), name=f"calibration-{phase.name}", description=description)
        drawings.append(Drawing(svg, heading=name_phase(phase.name)))
    if not drawings:
        text = "Not known: no calibration curve was given for an opened phase."
        return Section("calibration", "Calibration", (Text(text, "absent"),))
    caption = (
        "Calibration of the proposed model. On the dashed line, the share of people with the outcome equals the "
        "predicted risk; the band is the 95% interval. Below: how the predicted risks of people with and without "
        "the outcome lie, each group drawn to its own height."
    )
    return Section("calibration", "Calibration", (Figure(caption, tuple(drawings), per_row=2),))
