"""Sections 2 and 3: how people entered the study, where rows went, and who took part."""

from dataclasses import replace
from typing import Any

import polars as pl

from evidens.reports.blocks import Block, Cell, Drawing, Figure, Row, RowGroup, Section, Table, Text
from evidens.reports.content import ReportContent
from evidens.reports.figures import as_svg, draw_flow
from evidens.reports.findings import Findings, read_estimate
from evidens.reports.numbers import format_count, format_number, format_share, format_value
from evidens.reports.sections.cells import ABSENT, count_cell, estimate_cell, words_cell
from evidens.reports.wording import name_feature, name_level, name_phase, name_variable


def describe_data(content: ReportContent) -> Section:
    """Show the flow of participants, and where the rows of each delivered table went."""
    content = replace(content, flow=_blank_suppressed(content.flow))
    blocks: list[Block] = []
    if content.flow.is_empty():
        blocks.append(Text("Flow of participants: not known, no steps were given.", "absent"))
    else:
        blocks += [_draw_participants(content.flow), _tabulate_flow(content.flow)]
    if content.accounts.is_empty():
        blocks.append(Text("Row accounts of the delivery: not known, none were given.", "absent"))
    else:
        blocks.append(_tabulate_accounts(content.accounts))
        dropped = content.accounts.filter(pl.col("rule") != "").sort("stage", "table", "fate", "rule")
        if not dropped.is_empty():
            blocks.append(_tabulate_rules(dropped))
    return Section("data", "Data and flow of participants", tuple(blocks))


def describe_characteristics(content: ReportContent, findings: Findings) -> Section:
    """Show Table 1: the people of each phase, and how often each feature was measured."""
    frame = content.table_one
    if frame.is_empty():
        blocks: tuple[Block, ...] = (Text("Characteristics: not known, no table was given.", "absent"),)
        return Section("people", "Who took part", (*blocks, *_tabulate_measured(content, findings)))
    order = [phase.name for phase in content.phases]
    phases = sorted(frame["phase"].unique().to_list(), key=lambda p: (order.index(p) if p in order else len(order), p))
    cells = {(r["phase"], r["variable"], r["level"]): r for r in frame.iter_rows(named=True)}
    people = RowGroup("", (Row("People", tuple(_total(frame.filter(pl.col("phase") == p)) for p in phases)),))
    groups = [people]
    for variable in frame["variable"].unique(maintain_order=True).to_list():
        levels = frame.filter(pl.col("variable") == variable)["level"].unique(maintain_order=True).to_list()
        rows = tuple(
            Row(name_level(variable, level), tuple(_characteristic(cells.get((p, variable, level))) for p in phases))
            for level in levels
        )
        groups.append(RowGroup(content.feature_labels.get(variable) or name_variable(variable), rows))
    table = Table(
        "Characteristics at the index, per phase",
        ("Characteristic", *(name_phase(p) for p in phases)),
        tuple(groups),
        note="Counts with shares of the people in the phase; numbers as median with quartiles.",
    )
    return Section("people", "Who took part", (table, *_tabulate_measured(content, findings)))


def _tabulate_measured(content: ReportContent, findings: Findings) -> list[Block]:
    found = findings.keep(metric="measured_share", reference="none").sort("value", "group", descending=[True, False])
    if found.is_empty():
        return []
    rows = tuple(
        Row(name_feature(r["group"].removeprefix("feature="), content.feature_labels),
            (estimate_cell(read_estimate(r)),))
        for r in found.iter_rows(named=True)
    )  # fmt: skip
    caption = "How often a feature that may be missing was measured, among the people of development"
    return [Table(caption, ("Feature", "Measured"), (RowGroup("", rows),))]


def _draw_participants(flow: pl.DataFrame) -> Figure:
    last = flow.sort("step").row(-1, named=True)
    words = (
        f"Flow of participants in {flow.height} steps. People who remain at the end: "
        f"{format_count(last['n_people'])}. The table below has the same numbers."
    )
    drawing = Drawing(
        as_svg(draw_flow(flow), name="flow", description=words),
        as_svg(draw_flow(flow, layout="narrow"), name="flow-narrow", description=words),
    )
    return Figure("Flow of participants: who remains after each rule, and who was left out.", (drawing,))


def _blank_suppressed(flow: pl.DataFrame) -> pl.DataFrame:
    """Take out the zeros that disclosure control writes where too few people remain."""
    counts = ["n_people", "n_rows", "n_left_out"]
    is_taken = pl.col("rule").str.contains("(suppressed", literal=True)
    return flow.with_columns(pl.when(~is_taken).then(pl.col(counts)))


def _tabulate_flow(flow: pl.DataFrame) -> Table:
    rows = tuple(
        Row(
            step["rule"],
            (
                count_cell(step["n_left_out"]),
                count_cell(step["n_people"]),
                count_cell(step["n_rows"]),
            ),
        )
        for step in flow.sort("step").to_dicts()
    )
    return Table(
        "The same flow in numbers", ("Step", "People left out", "People remaining", "Index dates remaining"),
        (RowGroup("", rows),),
    )  # fmt: skip


def _tabulate_accounts(accounts: pl.DataFrame) -> Table:
    fates = ("in", "kept", "dropped", "quarantined")
    groups = []
    for (stage,), part in accounts.sort("stage", "table").group_by("stage", maintain_order=True):
        rows = []
        for (table,), lines in part.group_by("table", maintain_order=True):
            rows.append(Row(str(table), tuple(_sum_rows(lines, fate) for fate in fates)))
        groups.append(RowGroup(f"Stage {str(stage).replace('_', ' ')}", tuple(rows)))
    return Table(
        "Rows of the delivery: what came in was kept, dropped by a rule, or set aside",
        ("Table", "Rows in", "Kept", "Dropped", "Quarantined"),
        tuple(groups),
    )


def _sum_rows(lines: pl.DataFrame, fate: str) -> Cell:
    """Add the rows of one fate; what came in or was kept and has no row was taken away by disclosure control."""
    counts = lines.filter(pl.col("fate") == fate)["n_rows"]
    is_taken = counts.null_count() or (fate in ("in", "kept") and counts.is_empty())
    return count_cell(None if is_taken else int(counts.sum()))


def _tabulate_rules(dropped: pl.DataFrame) -> Table:
    groups = []
    for (stage, table), lines in dropped.group_by("stage", "table", maintain_order=True):
        rows = tuple(
            Row(row["rule"], (words_cell(row["fate"].capitalize()), count_cell(row["n_rows"])))
            for row in lines.iter_rows(named=True)
        )
        groups.append(RowGroup(f"{table}, stage {str(stage).replace('_', ' ')}", rows))
    return Table("Why rows were dropped or quarantined", ("Rule", "Fate", "Rows"), tuple(groups))


def _characteristic(row: dict[str, Any] | None) -> Cell:
    """Print one cell of Table 1: count and share, or median and quartiles."""
    if row is None:
        return ABSENT
    if row["value"] is None:
        is_number = row["level"].startswith("median")
        return Cell("suppressed, or no one measured" if is_number else "suppressed", kind="absent")
    if row["lower"] is not None:
        return Cell(*_quartiles(row["value"], row["lower"], row["upper"]))
    if row["n"] is None:
        return Cell(format_share(row["value"]))
    return Cell(f"{row['n']:,}", format_share(row["value"]))


def _total(rows: pl.DataFrame) -> Cell:
    """Print the people of a phase: a total of 0 beside cells without a value was taken away."""
    total = max((n for n in rows["n_total"].to_list() if n is not None), default=None)
    is_taken = total is None or (total == 0 and rows["value"].null_count() == rows.height)
    return count_cell(None if is_taken else total)


def _quartiles(median: float, lower: float, upper: float) -> tuple[str, str]:
    """Quartiles are not an interval of the median: they keep one decimal where they have one."""
    if upper <= lower:
        return format_value(median, None, None)[0], "quartiles equal"
    decimals = 0 if all(float(v).is_integer() for v in (median, lower, upper)) else 1
    low, high = (format_number(v, decimals) for v in (lower, upper))
    return format_number(median, decimals), f"{low} to {high}"
