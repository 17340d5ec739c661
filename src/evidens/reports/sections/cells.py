"""Cells of tables from estimates, counts and verdicts."""

from evidens.reports.blocks import NOT_ESTIMATED, Cell
from evidens.reports.content import PhaseFacts, ReportContent
from evidens.reports.findings import Estimate
from evidens.reports.numbers import describe_absence, format_count

VERDICTS = {
    "PASS": Cell("✓ Pass", kind="pass"),
    "FAIL": Cell("✕ Fail", kind="fail"),
    "INCONCLUSIVE": Cell("? Inconclusive", kind="inconclusive"),
    "NOT JUDGED": Cell("\N{EN DASH} Not judged", kind="closed"),
    "NOT OPENED": Cell("○ Not opened", kind="closed"),
}


ABSENT = Cell(NOT_ESTIMATED, kind="absent")


def estimate_cell(estimate: Estimate) -> Cell:
    """Print an estimate with its interval; the reason why there is none, or a warning, becomes a footnote."""
    if not estimate.is_there:
        return ABSENT
    text, interval = estimate.write()
    if estimate.value is None:
        head, _, _ = text.partition(": ")
        return Cell(head, kind="absent", note=text if text != head else "")
    return Cell(text, interval, note=estimate.reason or "")


def people_cells(estimate: Estimate) -> tuple[Cell, Cell]:
    """Print the people behind an estimate and those with the outcome."""
    if not estimate.is_there:
        return ABSENT, ABSENT
    return count_cell(estimate.n, estimate.reason), count_cell(estimate.n_events, estimate.reason)


def count_cell(count: int | None, reason: str | None = None) -> Cell:
    """Print a count, or why it is not there."""
    if count is None:
        text = describe_absence(reason or "suppressed")
        head, _, _ = text.partition(": ")
        return Cell(head, kind="absent", note=text if text != head else "")
    return Cell(format_count(count))


def words_cell(text: str) -> Cell:
    """Print words, aligned left."""
    return Cell(text, kind="words")


def opened_phases(content: ReportContent) -> list[PhaseFacts]:
    """List the phases whose outcomes were read, in the protocol's order."""
    return [phase for phase in content.phases if phase.is_opened]
