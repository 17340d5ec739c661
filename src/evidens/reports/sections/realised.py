"""Within section 9: models beside the oracle on what happened, where one that has seen the future gives itself away."""

from evidens.contracts import NO_THRESHOLD
from evidens.reports.blocks import Block, Row, RowGroup, Table, Text
from evidens.reports.content import PhaseFacts, ReportContent
from evidens.reports.findings import Estimate, Findings
from evidens.reports.sections.cells import estimate_cell, words_cell
from evidens.reports.wording import METRICS, name_model, name_phase

REALISED, BEYOND, YEARS, ORACLE = "realised_auroc", "models_beyond_oracle", "oracle_years", "oracle"
_IN_WORDS = ("", "one year", "two years", "three years", "four years", "five years", "six years", "seven years",
             "eight years", "nine years", "ten years")  # fmt: skip
_CRITERION = (
    "A model that does better on what happened than the true risk by more than 3 standard errors has seen the future, "
    "or the oracle is wrong."
)


def describe_realised(content: ReportContent, findings: Findings, phases: list[PhaseFacts]) -> list[Block]:
    """Say whether any model is beyond the oracle on what happened, then set the AUROCs side by side."""
    judged = [p for p in phases if _find(findings, BEYOND, p.name, "none").value is not None]
    if not judged:
        text = f"{_CRITERION} Whether one does is not known: nothing on what happened could be compared."
        return [Text(text, "absent")]
    beyond = [
        f"{name_phase(p.name)}: {found.reason}"
        for p in judged
        if (found := _find(findings, BEYOND, p.name, "none")).value
    ]
    verdict = f"Violated. {'. '.join(beyond)}." if beyond else "No model does so in any audited phase."
    groups = [
        RowGroup(
            name_phase(p.name), tuple(_compare(findings, p.name, model, content) for model in _models(findings, p))
        )
        for p in judged
    ]
    columns = ("Model", METRICS[REALISED].label, "Minus the oracle's, paired")
    note = (
        "On the outcomes that happened, so chance is in these numbers: 95% intervals by DeLong. Even where no "
        "prediction is better than the oracle's on average, chance may favour a model a little."
    )
    caption = "Models and the oracle on what happened"
    return [Text(f"{_CRITERION} {verdict}"), Table(caption, columns, tuple(groups), note)]


def say_lookback(findings: Findings, phase: str) -> str:
    """Say how far before the index the record reaches that the oracle is given: "the five years before the index"."""
    years = _find(findings, YEARS, phase, "none").value
    if years is None:
        return "a limited time before the index"
    is_word = years.is_integer() and 0 < years < len(_IN_WORDS)
    return f"the {_IN_WORDS[int(years)] if is_word else f'{years:g} years'} before the index"


def _compare(findings: Findings, phase: str, model: str, content: ReportContent) -> Row:
    own = estimate_cell(_find(findings, REALISED, phase, model))
    of_oracle = _find(findings, REALISED, phase, model, reference=ORACLE)
    apart = words_cell("reference") if model == ORACLE else estimate_cell(of_oracle)
    return Row(name_model(model), (own, apart), "proposed" if model == content.candidate else "")


def _models(findings: Findings, phase: PhaseFacts) -> list[str]:
    return [m for m in (*findings.models(), ORACLE) if _find(findings, REALISED, phase.name, m).is_there]


def _find(findings: Findings, metric: str, phase: str, model: str, *, reference: str = "none") -> Estimate:
    return findings.find(metric, phase, model=model, threshold=NO_THRESHOLD, reference=reference, label="true")
