"""Set one page per outcome: sections in order, tables and figures numbered, one file without links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from evidens.reports.answer import Answer, describe_answer
from evidens.reports.blocks import Block, Section, Table
from evidens.reports.content import ReportContent, check_content
from evidens.reports.findings import Findings
from evidens.reports.numbers import format_threshold
from evidens.reports.report_settings import ReportSettings
from evidens.reports.wording import METRICS, name_model, name_phase

SYNTHETIC = "Synthetic data: no real person is described here. Not a medical device."
NOT_A_DEVICE = "Not a medical device: evidence for review, not for the care of any patient."
_BADGES = {
    "PASS": ("✓", "pass"),
    "OPEN": ("○", "open"),
    "FAIL": ("✕", "fail"),
    "INCONCLUSIVE": ("?", "inconclusive"),
    "NOT JUDGED": ("\N{EN DASH}", "closed"),
}


@dataclass(frozen=True)
class KeyNumber:
    """One number of the title block with its interval and how to read it."""

    label: str
    value: str
    interval: str
    hint: str


def render_report(content: ReportContent, settings: ReportSettings | None = None) -> str:
    """Set the report of one outcome as a self-contained HTML page.

    Parameters
    ----------
    content : ReportContent
        Facts and tables after disclosure control; rows of other outcomes are left out.
    settings : ReportSettings, optional
        How much is shown.

    Returns
    -------
    str
        HTML with its style and figures inside: no script, no request. Equal content gives equal
        bytes; the page does not carry the time at which it was made.

    Raises
    ------
    ReportContentError
        With every fault of the content.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    content = check_content(content)
    settings = settings or ReportSettings()
    findings = Findings(content.evidence, content.horizon_days, content.candidate)
    answer = describe_answer(content, findings)
    environment = Environment(
        loader=PackageLoader("evidens.reports", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html").render(
        content=content,
        answer=answer,
        badge=_BADGES[answer.verdict],
        banner=SYNTHETIC if content.is_simulated else NOT_A_DEVICE,
        key_numbers=_describe_key_numbers(content, findings, answer),
        where=f"{name_phase(answer.phase)}, {name_model(content.candidate)}" if answer.phase else "",
        sections=[_number_blocks(s) for s in _count_blocks(_describe_sections(content, findings, answer, settings))],
        style=Markup(files("evidens.reports").joinpath("page", "report.css").read_text(encoding="utf-8")),
        svg=Markup,
    )
    return page.strip() + "\n"


def _describe_sections(
    content: ReportContent, findings: Findings, answer: Answer, settings: ReportSettings
) -> tuple[Section, ...]:
    from evidens.reports import sections as s

    return (
        s.describe_question(content, findings),
        s.describe_data(content),
        s.describe_characteristics(content, findings),
        s.describe_performance(content, findings),
        s.describe_calibration(content, findings),
        s.describe_decision_curves(content, findings),
        s.describe_classification(content, findings, answer.phase),
        s.describe_subgroups(content, findings, answer.phase),
        *((s.describe_truth(content, findings, answer.phase),) if content.is_simulated else ()),
        s.describe_explanation(content, findings, settings),
        s.describe_gates(content),
        s.describe_limits(content, findings),
        s.describe_change(content),
        s.describe_lineage(content),
    )


def _describe_key_numbers(content: ReportContent, findings: Findings, answer: Answer) -> list[KeyNumber]:
    """Choose the numbers of the title block: ranking, calibration, usefulness at the main threshold."""
    if answer.phase is None:
        return []
    at = content.main_threshold
    chosen = (
        (METRICS["auroc"].label, findings.find_headline("auroc", answer.phase), METRICS["auroc"].hint),
        (METRICS["oe_ratio"].label, findings.find_headline("oe_ratio", answer.phase), METRICS["oe_ratio"].hint),
        ("Sensitivity", findings.find("sensitivity", answer.phase, threshold=at), f"at {format_threshold(at)} risk"),
        ("PPV", findings.find("ppv", answer.phase, threshold=at), f"at {format_threshold(at)} risk"),
    )
    return [KeyNumber(label, *estimate.write(), hint) for label, estimate, hint in chosen]


def _count_blocks(sections: Iterable[Section]) -> list[tuple[Section, list[tuple[Block, str]]]]:
    """Give tables and figures their numbers, through the whole page as in a journal."""
    counts = {"table": 0, "figure": 0}
    numbered = []
    for section in sections:
        blocks = []
        for block in section.blocks:
            label = ""
            if block.kind in counts:
                counts[block.kind] += 1
                label = f"{block.kind.capitalize()} {counts[block.kind]}"
            blocks.append((block, label))
        numbered.append((section, blocks))
    return numbered


def _number_blocks(numbered: tuple[Section, list[tuple[Block, str]]]) -> dict[str, Any]:
    section, blocks = numbered
    return {
        "name": section.name,
        "heading": section.heading,
        "blocks": [{"block": b, "label": label, "notes": _footnotes(b)} for b, label in blocks],
    }


def _footnotes(block: Block) -> dict[str, str]:
    """Give each different warning of a table a letter."""
    if not isinstance(block, Table):
        return {}
    notes = dict.fromkeys(c.note for g in block.groups for r in g.rows for c in r.cells if c.note)
    return {note: _letter(i) for i, note in enumerate(notes)}


def _letter(i: int) -> str:
    """Letters a to z, then aa, ab ...

    >>> _letter(0), _letter(25), _letter(26)
    ('a', 'z', 'aa')
    """
    return (_letter(i // 26 - 1) if i >= 26 else "") + chr(ord("a") + i % 26)
