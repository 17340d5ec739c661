"""The answer in one sentence, built by rule from verdicts and key numbers."""

from dataclasses import dataclass

import polars as pl

from evidens.reports.content import PhaseFacts, ReportContent
from evidens.reports.findings import Estimate, Findings
from evidens.reports.numbers import format_count, format_value
from evidens.reports.wording import join_words, name_region, name_years, say_phase

PASS, FAIL, INCONCLUSIVE, NOT_JUDGED, NOT_OPENED = "PASS", "FAIL", "INCONCLUSIVE", "NOT JUDGED", "NOT OPENED"
WITHOUT_GATE = ("development",)  # fitting is judged by what follows it
NOT_VALIDATION = ("feasibility", "development")  # no performance of a finished model is known there


@dataclass(frozen=True)
class Answer:
    """Does it work, for whom, and how sure is that.

    Parameters
    ----------
    verdict : str
        PASS (every phase opened and passed), OPEN (passed so far), FAIL, INCONCLUSIVE or NOT JUDGED.
    word : str
        The verdict in two or three words.
    sentence : str
        The answer with its numbers and their intervals.
    phase : str or None
        The strongest phase: the last opened validation with an AUROC of the candidate.
    """

    verdict: str
    word: str
    sentence: str
    phase: str | None


def review_phase(gates: pl.DataFrame, phase: PhaseFacts, candidate: str) -> str:
    """Sum up one phase: FAIL if any criterion failed, else INCONCLUSIVE if any was, else PASS.

    Parameters
    ----------
    gates : polars.DataFrame
        Rows of the contract GateVerdict.
    phase : PhaseFacts
        The phase.
    candidate : str
        The proposed model; rows with model "none" count as well.

    Returns
    -------
    str
        PASS, FAIL, INCONCLUSIVE, NOT JUDGED (opened, no verdict) or NOT OPENED.
    """
    if not phase.is_opened:
        return NOT_OPENED
    rows = gates.filter(pl.col("phase") == phase.name, pl.col("model").is_in([candidate, "none"]))
    verdicts = rows["verdict"].to_list()
    return next((v for v in (FAIL, INCONCLUSIVE, PASS) if v in verdicts), NOT_JUDGED)


def find_strongest_phase(content: ReportContent, findings: Findings) -> PhaseFacts | None:
    """Find the last opened validation phase in which the candidate has an AUROC."""
    opened = [p for p in content.phases if p.is_opened and p.name not in NOT_VALIDATION]
    known = [p for p in opened if findings.find_headline("auroc", p.name).value is not None]
    return known[-1] if known else None


def describe_answer(content: ReportContent, findings: Findings) -> Answer:
    """Build the answer from the verdicts of all phases and the numbers of the strongest one.

    Notes
    -----
    A failed criterion decides; then an inconclusive one, because inconclusive is not a pass; then a
    phase that was opened but not judged; then phases not opened yet. Only when none is left has the
    model passed.
    """
    verdicts = {p.name: review_phase(content.gates, p, content.candidate) for p in content.phases}
    gated = {name: v for name, v in verdicts.items() if not (name in WITHOUT_GATE and v == NOT_JUDGED)}
    named = {kind: [say_phase(n) for n, v in gated.items() if v == kind]
             for kind in (PASS, FAIL, INCONCLUSIVE, NOT_JUDGED, NOT_OPENED)}  # fmt: skip
    verdict, word, opening = _judge(named)
    opening += _name_criteria(content, verdict)
    strongest = find_strongest_phase(content, findings)
    numbers = _describe_numbers(content, findings, strongest)
    closed = named[NOT_OPENED] if verdict in (FAIL, INCONCLUSIVE) else []
    ending = f" Not opened: {join_words(closed)}." if closed else ""
    return Answer(verdict, word, f"{opening} {numbers}{ending}", strongest.name if strongest else None)


def _judge(named: dict[str, list[str]]) -> tuple[str, str, str]:
    def phases(kind: str) -> str:
        return join_words(named[kind])

    if named[FAIL]:
        return FAIL, "Not shown to work", f"The model did not meet its acceptance criteria in {phases(FAIL)}."
    if named[INCONCLUSIVE]:
        sentence = f"The data cannot settle the acceptance criteria in {phases(INCONCLUSIVE)}; that is not a pass."
        return INCONCLUSIVE, "Not settled", sentence
    if not named[PASS]:
        return NOT_JUDGED, "Not known", "No acceptance criterion has been judged."
    if named[NOT_JUDGED]:
        return NOT_JUDGED, "Not judged", f"No verdict is given for {phases(NOT_JUDGED)}, although it was opened."
    if named[NOT_OPENED]:
        n = len(named[NOT_OPENED])
        have = "has" if n == 1 else "have"
        sentence = f"Every phase opened so far was passed; {phases(NOT_OPENED)} {have} not been opened."
        return "OPEN", "Works so far", sentence
    return PASS, "Works in this study", "The model met its acceptance criteria in every phase."


def _name_criteria(content: ReportContent, verdict: str) -> str:
    """Name the criterion that decided against the model, with what was found; say how many more there are."""
    opened = [p.name for p in content.phases if p.is_opened]
    rows = content.gates.filter(
        pl.col("verdict") == verdict,
        pl.col("model").is_in([content.candidate, "none"]),
        pl.col("phase").is_in(opened),
    )
    if verdict not in (FAIL, INCONCLUSIVE) or rows.is_empty():
        return ""
    first = sorted(rows.iter_rows(named=True), key=lambda row: (opened.index(row["phase"]), row["criterion"]))[0]
    more = f", and {rows.height - 1} more" if rows.height > 1 else ""
    return f" It asked for “{first['criterion']}”; found: {first['finding']}{more}."


def _describe_numbers(content: ReportContent, findings: Findings, phase: PhaseFacts | None) -> str:
    if phase is None:
        return "How well it predicts is not known: no validation phase has been opened with a result."
    auroc, oe = (findings.find_headline(metric, phase.name) for metric in ("auroc", "oe_ratio"))
    people = "simulated people" if content.is_simulated else "people"
    where = f"{join_words([name_region(r) for r in phase.regions])}, {name_years(phase.years)}"
    sentence = (
        f"In its strongest test so far, {say_phase(phase.name)} ({where}; {format_count(auroc.n)} {people}, "
        f"{format_count(auroc.n_events)} with the outcome), it ranked a person with the outcome above one without "
        f"in {_as_pairs(auroc)} of 100 pairs"
    )
    if oe.value is None:
        return f"{sentence}; whether its risks are of the right size is {oe.write_in_line()}."
    return f"{sentence}, and observed cases were {oe.write_in_line()} times the predicted number."


def _as_pairs(auroc: Estimate) -> str:
    """Write an AUROC as concordant pairs among 100: the same number, read without training."""
    value, interval = format_value(auroc.value or 0.0, auroc.lower, auroc.upper, scale=100)
    return f"{value} ({interval})"
