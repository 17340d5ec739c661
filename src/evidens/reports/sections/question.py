"""Section 1: what was asked, in whom, and in which phases."""

from evidens.reports.blocks import Block, Definitions, Row, RowGroup, Section, Table
from evidens.reports.content import PhaseFacts, ReportContent
from evidens.reports.findings import Findings
from evidens.reports.numbers import format_days, format_threshold
from evidens.reports.sections.cells import words_cell
from evidens.reports.wording import join_words, name_model, name_phase, name_region, name_years


def describe_question(content: ReportContent, findings: Findings) -> Section:
    """State question, population, intended use, models, and the plan of the phases."""
    others = [name_model(model) for model in findings.models() if model != content.candidate]
    thresholds = [
        f"{format_threshold(t)}{' (main)' if t == content.main_threshold else ''}" for t in sorted(content.thresholds)
    ]
    items = (
        ("Question", content.question),
        ("Population", content.population),
        ("Intended use", content.intended_use),
        ("Index", f"{content.index[:1].upper()}{content.index[1:]}"),
        ("Horizon", format_days(content.horizon_days) + " after the index"),
        ("Proposed model", name_model(content.candidate)),
        ("Compared with", join_words(others) if others else "not known: no other model has an AUROC"),
        ("Thresholds of risk", join_words(thresholds)),
        ("Data", f"Delivery “{content.delivery}”. {content.world_note}"),
        ("Data lock", f"{content.data_lock_on.day} {content.data_lock_on:%B %Y}"),
    )
    blocks: list[Block] = [Definitions(items)]
    if content.phases:
        blocks.append(_describe_plan(content.phases))
    return Section("question", "Question", tuple(blocks))


def _describe_plan(phases: tuple[PhaseFacts, ...]) -> Table:
    rows = tuple(
        Row(
            name_phase(phase.name),
            tuple(
                words_cell(text)
                for text in (
                    phase.question,
                    join_words([name_region(r) for r in phase.regions]) if phase.regions else "no regions",
                    name_years(phase.years),
                    "Opened" if phase.is_opened else "Not opened",
                )
            ),
        )
        for phase in phases
    )
    return Table(
        "The phases of the protocol, in order; no person is in two of them",
        ("Phase", "Question", "Regions", "Index years", "State"),
        (RowGroup("", rows),),
        note=(
            "Internal validation resamples the people of the development phase. Each person is used once, at the first "
            "index in a year drawn for them."
        ),
    )
