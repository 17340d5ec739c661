"""Section 4: how well risks are ranked and how well they agree with what happened, phase by phase."""

import polars as pl

from evidens.reports.blocks import Block, Figure, Row, RowGroup, Section, Table, Text
from evidens.reports.content import PhaseFacts, ReportContent
from evidens.reports.findings import Findings
from evidens.reports.sections.cells import estimate_cell, opened_phases, people_cells
from evidens.reports.sections.comparisons import (
    tabulate_differences,
    tabulate_further,
    tabulate_left_out,
    tabulate_optimism,
)
from evidens.reports.sections.forests import FOREST_SCHEMA, draw_both, forest_row
from evidens.reports.wording import METRICS, PERFORMANCE, find_metric, name_model, name_phase

_IN_FOREST = ("auroc", "oe_ratio")


def describe_performance(content: ReportContent, findings: Findings) -> Section:
    """Tabulate the measures per phase, draw AUROC and O/E of all models, and show the optimism."""
    phases = [p for p in opened_phases(content) if findings.find("auroc", p.name).is_there]
    if not phases:
        text = "Not known: no phase has been opened in which the proposed model was evaluated."
        blocks: list[Block] = [Text(text, "absent"), *tabulate_further(content, findings)]
        return Section("performance", "Performance per phase", tuple(blocks))
    blocks = [_tabulate_measures(findings, phases)]
    blocks += _draw_forests(findings, phases)
    blocks += _tabulate_models(findings, phases)
    blocks += tabulate_optimism(findings, phases)
    blocks += tabulate_left_out(findings, phases)
    blocks += tabulate_differences(findings, phases)
    blocks += tabulate_further(content, findings)
    return Section("performance", "Performance per phase", tuple(blocks))


def _tabulate_measures(findings: Findings, phases: list[PhaseFacts]) -> Table:
    auroc = {p.name: findings.find("auroc", p.name) for p in phases}
    counts = (
        Row("People", tuple(people_cells(auroc[p.name])[0] for p in phases)),
        Row("With the outcome", tuple(people_cells(auroc[p.name])[1] for p in phases)),
    )
    rows = tuple(
        Row(METRICS[m].label, tuple(estimate_cell(findings.find(m, p.name)) for p in phases), hint=METRICS[m].hint)
        for m in PERFORMANCE
    )
    return Table(
        f"Performance of the proposed model ({name_model(findings.candidate)}) in everyone, with 95% intervals",
        ("Measure", *(name_phase(p.name) + (", apparent" if p.name == "internal" else "") for p in phases)),
        (RowGroup("", (*counts, *rows)),),
        note="Apparent: evaluated on the people the model was fitted to; the table of optimism corrects it.",
    )


def _draw_forests(findings: Findings, phases: list[PhaseFacts]) -> list[Block]:
    drawings = []
    for metric in _IN_FOREST:
        rows = [
            forest_row(name_phase(p.name), name_model(model), rank, estimate)
            for p in phases
            for rank, model in enumerate(findings.models())
            if (estimate := findings.find_headline(metric, p.name, model=model)).is_there
        ]
        if rows:
            frame = pl.DataFrame(rows, schema=FOREST_SCHEMA)
            words = f"{find_metric(metric).label} of each model in each phase; the table below has the same numbers."
            drawings.append(draw_both(frame, metric=metric, name=f"forest-{metric}", description=words))
    caption = (
        "Ranking (AUROC) and agreement of predicted with observed cases, by phase and model, with 95% intervals. "
        "The proposed model is the circle. Internal validation: corrected for optimism where it was estimated."
    )
    return [Figure(caption, tuple(drawings))] if drawings else []


def _tabulate_models(findings: Findings, phases: list[PhaseFacts]) -> list[Block]:
    metrics = ("auroc", "oe_ratio", "calibration_slope", "scaled_brier")
    groups = []
    for phase in phases:
        models = [m for m in findings.models() if findings.find("auroc", phase.name, model=m).is_there]
        rows = tuple(
            Row(name_model(m), tuple(estimate_cell(findings.find_headline(k, phase.name, model=m)) for k in metrics),
                hint="proposed" if m == findings.candidate else "")
            for m in models
        )  # fmt: skip
        groups.append(RowGroup(name_phase(phase.name), rows))
    return [Table("All models, phase by phase", ("Model", *(METRICS[k].label for k in metrics)), tuple(groups))]
