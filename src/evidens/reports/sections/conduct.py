"""Sections 10 and 11: verdicts of the gates, looks at sealed data, and what is not known."""

import polars as pl

from evidens.reports.answer import NOT_JUDGED, WITHOUT_GATE, review_phase
from evidens.reports.blocks import Block, Bullets, Cell, Row, RowGroup, Section, Table, Text
from evidens.reports.content import PhaseFacts, ReportContent
from evidens.reports.findings import Findings
from evidens.reports.numbers import describe_absence
from evidens.reports.sections.cells import VERDICTS, opened_phases, words_cell
from evidens.reports.sections.subgroups import sort_groups
from evidens.reports.wording import find_metric, name_group, name_phase, say_phase


def describe_gates(content: ReportContent) -> Section:
    """Give each phase its verdict with symbol and word, each criterion its finding, and the looks."""
    summary = tuple(
        Row(name_phase(p.name), (_verdict_of(content, p), _looks(p), words_cell(_why(p)))) for p in content.phases
    )
    blocks: list[Block] = [
        Table("Verdict per phase", ("Phase", "Verdict", "Looks", "State"), (RowGroup("", summary),),
              note="A look is one evaluation of one model on the phase. Inconclusive is not a pass.")
    ]  # fmt: skip
    blocks += _tell_feature_audit(content)
    groups = []
    for phase in opened_phases(content):
        rows = content.gates.filter(pl.col("phase") == phase.name, pl.col("model").is_in([content.candidate, "none"]))
        if not rows.is_empty():
            cells = tuple(
                Row(r["criterion"], (VERDICTS[r["verdict"]], words_cell(r["finding"])))
                for r in rows.iter_rows(named=True)
            )
            groups.append(RowGroup(name_phase(phase.name), cells))
    if groups:
        columns = ("Criterion", "Verdict", "Finding")
        blocks.append(Table("Acceptance criteria, fixed in the protocol before the outcomes were read", columns,
                            tuple(groups)))  # fmt: skip
    else:
        blocks.append(Text("Acceptance criteria: none has been judged.", "absent"))
    return Section("gates", "Gates, phase by phase", tuple(blocks))


def _tell_feature_audit(content: ReportContent) -> list[Block]:
    """Say how many features of how many people were built again with another future; nothing where none were."""
    audited = content.evidence.filter(metric="audited_features").filter(pl.col("value") > 0)  # of a few it is hidden
    changed = content.evidence.filter(metric="features_of_the_future").filter(pl.col("value") > 0)
    if audited.is_empty():
        return []
    told = "none changed" if changed.is_empty() else "some changed"
    n_features, n_people = audited.select(pl.col("value").max().cast(pl.Int64), pl.col("n").sum()).row(0)
    text = (
        f"Each of {n_features:,} features was built again for {n_people:,} people, from records that differ only in "
        f"what became known at the index or later: {told}."
    )
    return [Text(text, "note")]


def describe_limits(content: ReportContent, findings: Findings) -> Section:
    """List the limits that people wrote, then the gaps that follow from the tables by rule."""
    blocks: list[Block] = []
    if content.limits:
        blocks.append(Bullets(content.limits, "Limits"))
    else:
        blocks.append(Text("Limits: none were written down, which does not mean that there are none.", "absent"))
    unknown = list_unknown(content, findings)
    if unknown:
        blocks.append(Bullets(tuple(unknown), "Not known"))
    return Section("limits", "Limits, and what is not known", tuple(blocks))


def list_unknown(content: ReportContent, findings: Findings) -> list[str]:
    """List what the tables leave open: closed phases, groups without a result, undefined values."""
    unknown = [
        f"What {say_phase(p.name)} would show: it has not been opened, because {p.reason or 'no reason was given'}."
        for p in content.phases
        if not p.is_opened
    ]
    absent = findings.keep(model=content.candidate, reference="none", label="coded").filter(pl.col("value").is_null())
    for phase in (p.name for p in content.phases):
        rows = absent.filter(pl.col("phase") == phase, pl.col("metric") == "auroc", pl.col("group").str.contains("="))
        if not rows.is_empty():
            names = "; ".join(name_group(group) for group in sort_groups(rows["group"].to_list()))
            unknown.append(f"How well the model ranks these groups in {say_phase(phase)}: {names}.")
    for phase in (p.name for p in content.phases):
        rows = absent.filter(pl.col("phase") == phase, pl.col("group") == "all").sort("metric", "threshold")
        for metric, reason in rows.select("metric", "reason").unique(maintain_order=True).iter_rows():
            unknown.append(f"{find_metric(metric).label} in {say_phase(phase)}: {describe_absence(reason)}.")
    return [text.replace("..", ".") for text in unknown]


def _verdict_of(content: ReportContent, phase: PhaseFacts) -> Cell:
    verdict = review_phase(content.gates, phase, content.candidate)
    if verdict == NOT_JUDGED and phase.name in WITHOUT_GATE:
        return Cell("\N{EN DASH} No gate", kind="closed")
    return VERDICTS[verdict]


def _looks(phase: PhaseFacts) -> Cell:
    if phase.n_looks is None:
        return Cell("not counted", kind="absent")
    return Cell(f"{phase.n_looks:,}")


def _why(phase: PhaseFacts) -> str:
    if phase.is_opened:
        return f"Opened. {phase.reason}".strip()
    return f"Not opened: {phase.reason or 'no reason was given'}"
