"""Sections 6 and 7: what acting on the risks would bring, and who would be flagged."""

import polars as pl

from evidens.reports.blocks import Block, Cell, Drawing, Figure, Row, RowGroup, Section, Table, Text
from evidens.reports.content import ReportContent
from evidens.reports.figures import as_svg, draw_decision_curve
from evidens.reports.findings import Findings
from evidens.reports.numbers import format_days, format_threshold
from evidens.reports.sections.cells import estimate_cell, opened_phases
from evidens.reports.wording import CLASSIFICATION, METRICS, name_model, name_phase, say_phase

_STRATEGIES = ("treat_all", "treat_none")
_SPAN = 2.0  # how far beyond the highest threshold of the study a decision curve is drawn, as a factor


def describe_decision_curves(content: ReportContent, findings: Findings) -> Section:
    """Draw net benefit over thresholds in every opened phase and tabulate it at the chosen ones."""
    drawings = []
    for phase in opened_phases(content):
        curves = _keep_curves(content, findings, phase.name)
        if curves.is_empty():
            continue
        main = findings.find("net_benefit", phase.name, threshold=content.main_threshold)
        description = (
            f"Decision curve, {say_phase(phase.name)}: net benefit against threshold for the model, flagging "
            f"everyone, flagging no one and comparators. At the main threshold: {main.write_in_line()} per 1,000."
        )
        figure = draw_decision_curve(curves, main_threshold=content.main_threshold)
        svg = as_svg(figure, name=f"decision-{phase.name}", description=description)
        drawings.append(Drawing(svg, heading=name_phase(phase.name)))
    blocks: list[Block] = []
    if drawings:
        caption = (
            "Decision curves. A model is worth acting on at a threshold where its line is the highest. Net benefit "
            "counts people with the outcome who are flagged, less the price of those flagged without it, as the "
            "threshold sets that price."
        )
        blocks.append(Figure(caption, tuple(drawings), per_row=2))
    else:
        blocks.append(Text("Decision curves: not known, none were given for an opened phase.", "absent"))
    blocks += _tabulate_net_benefit(content, findings)
    return Section("decision", "Usefulness: decision curves", tuple(blocks))


def describe_classification(content: ReportContent, findings: Findings, strongest: str | None) -> Section:
    """Say in natural frequencies what the main threshold does, then tabulate all thresholds."""
    blocks: list[Block] = []
    if strongest:
        blocks += _say_in_frequencies(content, findings, strongest)
    groups = []
    for phase in opened_phases(content):
        rows = []
        for threshold in sorted(content.thresholds):
            found = [findings.find(m, phase.name, threshold=threshold) for m in CLASSIFICATION]
            if any(estimate.is_there for estimate in found):
                hint = "main" if threshold == content.main_threshold else ""
                rows.append(Row(format_threshold(threshold), tuple(estimate_cell(e) for e in found), hint))
        if rows:
            groups.append(RowGroup(name_phase(phase.name), tuple(rows)))
    if groups:
        columns = ("Flagged at risk of at least", *(METRICS[m].label for m in CLASSIFICATION))
        note = (
            "Sensitivity: flagged among those with the outcome. Specificity: not flagged among those without. "
            "PPV: with the outcome among the flagged. NPV: without it among the others."
        )
        blocks.append(Table("Classification by the proposed model, with 95% intervals", columns, tuple(groups), note))
    else:
        blocks.append(Text("Classification: not known, no opened phase has it at these thresholds.", "absent"))
    return Section("classification", "Classification at thresholds", tuple(blocks))


def _keep_curves(content: ReportContent, findings: Findings, phase: str) -> pl.DataFrame:
    """Keep the decision curves of the candidate and its strategies, and lay those of the other models over them."""
    rows = content.curves.filter(
        pl.col("curve") == "net_benefit",
        pl.col("phase") == phase,
        pl.col("group") == "all",
        pl.col("x") <= _SPAN * max(content.thresholds),
    )
    own = rows.filter(pl.col("model") == content.candidate)
    missing = [m for m in findings.models() if m != content.candidate and m not in own["series"].to_list()]
    others = rows.filter(pl.col("model").is_in(missing), pl.col("series") == "model")
    return pl.concat([own, others.with_columns(series=pl.col("model"))]) if own.height else own


def _tabulate_net_benefit(content: ReportContent, findings: Findings) -> list[Block]:
    found = findings.keep(model=content.candidate, metric="net_benefit", group="all", label="coded")
    known = [r for r in (*_STRATEGIES, *findings.models()) if r in found["reference"].to_list()]
    groups = []
    for phase in opened_phases(content):
        rows = []
        for threshold in sorted(content.thresholds):
            plain = findings.find("net_benefit", phase.name, threshold=threshold)
            against = [findings.find("net_benefit", phase.name, threshold=threshold, reference=r) for r in known]
            if plain.is_there or any(e.is_there for e in against):
                cells: tuple[Cell, ...] = tuple(estimate_cell(e) for e in (plain, *against))
                hint = "main" if threshold == content.main_threshold else ""
                rows.append(Row(format_threshold(threshold), cells, hint))
        if rows:
            groups.append(RowGroup(name_phase(phase.name), tuple(rows)))
    if not groups:
        return []
    columns = ("Threshold", "Net benefit", *(f"Minus “{name_model(c).lower()}”" for c in known))
    note = "Per 1,000 people. A difference above 0 favours the proposed model."
    return [Table("Net benefit at the thresholds, with 95% intervals", columns, tuple(groups), note)]


def _say_in_frequencies(content: ReportContent, findings: Findings, phase: str) -> list[Block]:
    def find(metric: str) -> str | None:
        estimate = findings.find(metric, phase, threshold=content.main_threshold)
        return None if estimate.value is None else estimate.write_in_line().replace("%", "")

    flagged, ppv, sensitivity = (find(m) for m in ("share_flagged", "ppv", "sensitivity"))
    if not (flagged and ppv and sensitivity):
        return []
    text = (
        f"At the main threshold of {format_threshold(content.main_threshold)}, in {say_phase(phase)}: of 100 "
        f"people, {flagged} are flagged. Of 100 flagged, {ppv} have the outcome within "
        f"{format_days(content.horizon_days).split(' (')[0]}. Of 100 with the outcome, {sensitivity} are flagged."
    )
    return [Text(text)]
