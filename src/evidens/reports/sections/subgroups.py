"""Section 8: does it work alike for all; groups too small to say are shown as such."""

import re

import polars as pl

from evidens.contracts import NO_THRESHOLD
from evidens.reports.blocks import Block, Figure, Row, RowGroup, Section, Table, Text
from evidens.reports.content import ReportContent
from evidens.reports.findings import Findings
from evidens.reports.numbers import format_threshold
from evidens.reports.sections.cells import estimate_cell, opened_phases, people_cells
from evidens.reports.sections.comparisons import rows_by_phase
from evidens.reports.sections.forests import FOREST_SCHEMA, draw_both, forest_row
from evidens.reports.wording import (
    VARIABLES,
    find_metric,
    name_group,
    name_level,
    name_metric,
    name_phase,
    name_variable,
    say_phase,
)

_METRICS = ("auroc", "oe_ratio")
_AT_THRESHOLD = ("sensitivity", "ppv", "share_flagged")
_COMPARED = (*_METRICS, *_AT_THRESHOLD)
REST = "rest"  # the reference of a difference from everyone else
_CAUTION = (
    "Many comparisons are made: some gaps differ from 0 by chance alone. Where groups differ in how often the outcome "
    "occurs, sensitivity and PPV cannot both be equal in a calibrated model."
)


def describe_subgroups(content: ReportContent, findings: Findings, strongest: str | None) -> Section:
    """Draw and tabulate each group of the strongest phase that has groups, then AUROC in all phases, then gaps."""
    phases = [p.name for p in opened_phases(content) if _groups(findings, p.name)]
    if not phases:
        text = "Not known: no opened phase was evaluated in groups of people."
        return Section("subgroups", "Does it work alike for everyone", (Text(text, "absent"),))
    phase = strongest if strongest in phases else phases[-1]
    groups = _groups(findings, phase)
    blocks: list[Block] = [_draw_groups(findings, phase, groups), _tabulate_groups(content, findings, phase, groups)]
    if len(phases) > 1:
        blocks.append(_tabulate_phases(findings, phases))
    blocks += _tabulate_rest(content, findings, phase)
    blocks += _tabulate_gaps(findings, phases)
    return Section("subgroups", "Does it work alike for everyone", tuple(blocks))


def _groups(findings: Findings, phase: str) -> list[str]:
    found = findings.keep(model=findings.candidate, phase=phase, reference="none", label="coded").filter(
        pl.col("metric").is_in(_METRICS), pl.col("group").str.contains("=")
    )
    return sort_groups(found["group"].unique().to_list())


def sort_groups(groups: list[str]) -> list[str]:
    """Sort groups: sex, age, origin, region, then others; levels in reading order.

    >>> sort_groups(["age=80-", "age=9-17", "sex=male", "ward=b"])
    ['sex=male', 'age=9-17', 'age=80-', 'ward=b']
    """
    order = list(VARIABLES)

    def place(group: str) -> tuple[int, str, list[tuple[int, str]]]:
        variable = group.partition("=")[0]
        parts = re.findall(r"\d+|\D+", group)
        rank = order.index(variable) if variable in order else len(order)
        return rank, variable, [(int(p), "") if p.isdigit() else (-1, p) for p in parts]

    return sorted(groups, key=place)


def _draw_groups(findings: Findings, phase: str, groups: list[str]) -> Figure:
    drawings = []
    for metric in _METRICS:
        rows = [forest_row("", "Everyone", 0, findings.find(metric, phase))]
        for group in groups:
            variable, _, level = group.partition("=")
            label = name_group(group) if "," in group or "&" in group else name_level(variable, level)
            rows.append(forest_row(name_variable(variable), label, 0, findings.find(metric, phase, group=group)))
        frame = pl.DataFrame(rows, schema=FOREST_SCHEMA)
        words = f"{find_metric(metric).label} of the proposed model in each group; the table has the same numbers."
        drawings.append(draw_both(frame, metric=metric, name=f"groups-{metric}", description=words))
    caption = (
        f"The proposed model in groups of people, {say_phase(phase)}, with 95% intervals. A group with too "
        "few people or events is named with the reason: nothing is known about it, neither good nor bad."
    )
    return Figure(caption, tuple(drawings))


def _tabulate_groups(content: ReportContent, findings: Findings, phase: str, groups: list[str]) -> Table:
    rows: dict[str, list[Row]] = {}
    for group in ["all", *groups]:
        variable, _, level = group.partition("=")
        auroc = findings.find("auroc", phase, group=group)
        oe = findings.find("oe_ratio", phase, group=group)
        known = auroc if auroc.is_there else oe
        at = [findings.find(m, phase, group=group, threshold=content.main_threshold) for m in _AT_THRESHOLD]
        cells = (*people_cells(known), *(estimate_cell(e) for e in (auroc, oe, *at)))
        heading = "" if group == "all" else name_variable(variable)
        label = "Everyone" if group == "all" else name_level(variable, level)
        rows.setdefault(heading, []).append(Row(label, cells))
    columns = ("Group", "People", "Events", *(find_metric(m).label for m in (*_METRICS, *_AT_THRESHOLD)))
    at_main = format_threshold(content.main_threshold)
    note = f"Sensitivity, PPV and flagged: at the main threshold of {at_main}. The released tables hold more measures."
    caption = f"Groups in numbers, {say_phase(phase)}"
    return Table(caption, columns, tuple(RowGroup(h, tuple(r)) for h, r in rows.items()), note)


def _tabulate_phases(findings: Findings, phases: list[str]) -> Table:
    groups = sort_groups(sorted({g for p in phases for g in _groups(findings, p)}))
    rows: dict[str, list[Row]] = {}
    for group in groups:
        variable, _, level = group.partition("=")
        cells = tuple(estimate_cell(findings.find("auroc", p, group=group)) for p in phases)
        rows.setdefault(name_variable(variable), []).append(Row(name_level(variable, level), cells))
    return Table(
        "AUROC in groups, in every phase evaluated in groups",
        ("Group", *(name_phase(p) for p in phases)),
        tuple(RowGroup(h, tuple(r)) for h, r in rows.items()),
    )


def _tabulate_rest(content: ReportContent, findings: Findings, phase: str) -> list[Block]:
    """Show each group minus everyone else, one row per group."""
    found = findings.keep(model=findings.candidate, phase=phase, reference=REST, label="coded")
    if found.is_empty():
        return []
    rows: dict[str, list[Row]] = {}
    for group in sort_groups(found["group"].unique().to_list()):
        variable, _, level = group.partition("=")
        cells = tuple(
            estimate_cell(findings.find(m, phase, group=group, reference=REST, threshold=t))
            for m, t in ((m, content.main_threshold if m in _AT_THRESHOLD else NO_THRESHOLD) for m in _COMPARED)
        )
        rows.setdefault(name_variable(variable), []).append(Row(name_level(variable, level), cells))
    columns = ("Group", *(find_metric(m).label for m in _COMPARED))
    caption = f"Each group minus everyone else, {say_phase(phase)}, with 95% intervals"
    return [Table(caption, columns, tuple(RowGroup(h, tuple(r)) for h, r in rows.items()), _CAUTION)]


def _tabulate_gaps(findings: Findings, phases: list[str]) -> list[Block]:
    """Show the largest gap between the groups of a variable, and differences between two groups."""
    found = findings.keep(model=findings.candidate, label="coded").filter(
        pl.col("group") != "all",
        pl.col("reference").is_in(["none", REST]).not_() | pl.col("metric").str.ends_with("_gap"),
        pl.col("phase").is_in(phases),
    )
    if found.is_empty():
        return [Text("Gaps between groups: not known, none were estimated.", "absent")]
    groups = []
    pair = ["group", "reference"]
    for (group, reference), part in found.sort(pair).group_by(pair, maintain_order=True):
        rows = rows_by_phase(
            part, ["metric", "threshold"], phases, lambda r: (name_metric(r["metric"], r["threshold"]), "")
        )
        groups.append(RowGroup(_say_pair(str(group), str(reference)), rows))
    columns = ("Measure", *(name_phase(p) for p in phases))
    return [Table("Gaps between groups, with 95% intervals", columns, tuple(groups), _CAUTION)]


def _say_pair(group: str, reference: str) -> str:
    """Say which groups are compared: both levels when they are of one variable."""
    variable, _, level = group.partition("=")
    other, _, reference_level = reference.partition("=")
    if reference == "none":
        return name_group(group)
    if level and other == variable:
        return f"{name_level(variable, level)} minus {name_level(other, reference_level)}"
    return f"{name_group(group)} minus {name_group(reference)}"
