"""Cells of tables from estimates, counts and verdicts."""

from evidens.reports.blocks import Cell
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


def estimate_cell(estimate: Estimate) -> Cell:
    """Print an estimate with its interval; a reason beside a value becomes a footnote."""
    text, interval = estimate.write()
    if estimate.value is None:
        return Cell(text, kind="absent")
    return Cell(text, interval, note=estimate.reason or "")


def people_cells(estimate: Estimate) -> tuple[Cell, Cell]:
    """Print the people behind an estimate and those with the outcome."""
    return count_cell(estimate.n, estimate.reason), count_cell(estimate.n_events, estimate.reason)


def count_cell(count: int | None, reason: str | None = None) -> Cell:
    """Print a count, or why it is not there."""
    if count is None:
        return Cell(describe_absence(reason or "suppressed"), kind="absent")
    return Cell(format_count(count))


def words_cell(text: str) -> Cell:
    """Print words, aligned left."""
    return Cell(text, kind="words")


def opened_phases(content: ReportContent) -> list[PhaseFacts]:
    """List the phases whose outcomes were read, in the protocol's order."""
    return [phase for phase in content.phases if phase.is_opened]
