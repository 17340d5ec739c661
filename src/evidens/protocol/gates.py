"""Gates: verdicts on the evidence of a phase, and what they open."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from evidens.contracts import NO_THRESHOLD, GateVerdict, check_table, schema_of
from evidens.protocol.calendar import PhaseSettings
from evidens.protocol.criteria import Criterion, MinEvents, Seen, Verdict
from evidens.protocol.settings import ProtocolSettings

SMALL_NUMBER = 5  # below this a count may point to single people
SAME_THRESHOLD = 1e-9  # thresholds are decimal fractions: what differs by less was written the same


@dataclass(frozen=True)
class Opening:
    """Whether a sealed phase may open, and why or why not."""

    is_open: bool
    because: str


def review_phase(
    evidence: pl.DataFrame, phase: PhaseSettings, *, outcome: str, model: str, main_threshold: float
) -> pl.DataFrame:
    """Judge the evidence of one phase for one model, criterion by criterion.

    Parameters
    ----------
    evidence : polars.DataFrame
        Contract Evidence; rows of other outcomes, phases and models are passed over.
    phase : PhaseSettings
        Whose criteria are judged.
    outcome, model : str
        Which study, and the model that is to be released.
    main_threshold : float
        Predicted risk at which the outcome's intended use acts; for criteria at the main threshold.

    Returns
    -------
    polars.DataFrame
        Contract GateVerdict, one row per criterion, sorted by criterion; empty for a phase without criteria.

    Notes
    -----
    Only coded labels are judged: what is true is known in a simulated study alone, and a gate must work the
    same way on real data. Evidence that is missing, undefined or ambiguous is INCONCLUSIVE and says why.
    """
    rows = evidence.filter(pl.col("outcome") == outcome, pl.col("phase") == phase.name, pl.col("label") == "coded")
    verdicts = []
    for criterion in phase.criteria:
        found = _find_evidence(rows, criterion, model=model, main_threshold=main_threshold)
        verdict, finding = _review(found, criterion)
        verdicts.append((outcome, model, phase.name, criterion.words, verdict, finding))
    frame = pl.DataFrame(verdicts, schema=schema_of(GateVerdict), orient="row").sort("criterion")
    return check_table(frame, GateVerdict, place="gates")


def is_passed(verdicts: pl.DataFrame) -> bool:
    """Tell whether every verdict is PASS; no verdicts at all are no pass.

    >>> is_passed(pl.DataFrame({"verdict": ["PASS", "PASS"]}))
    True
    >>> is_passed(pl.DataFrame({"verdict": ["PASS", "INCONCLUSIVE"]}))
    False
    >>> is_passed(pl.DataFrame({"verdict": []}, schema={"verdict": pl.String}))
    False
    """
    return verdicts.height > 0 and bool((verdicts["verdict"] == "PASS").all())


def review_opening(
    settings: ProtocolSettings, phase: str, verdicts: pl.DataFrame, *, outcome: str, model: str
) -> Opening:
    """Say whether the gates before `phase` let it open for `model`.

    Parameters
    ----------
    settings : ProtocolSettings
        The frozen protocol.
    phase : str
        The phase that would be opened.
    verdicts : polars.DataFrame
        Contract GateVerdict, of the phases before it; of other outcomes and models too, if need be.
    outcome, model : str
        Whose verdicts count.

    Returns
    -------
    Opening
        Open when the phase is not sealed, or when each phase before it that has criteria has a verdict on
        every one of them and all are PASS. Under the policy `manual` a sealed phase is never open by itself.
    """
    if not settings.find_phase(phase).sealed:
        return Opening(True, "not sealed")
    if settings.policy == "manual":
        return Opening(False, "not opened, because the policy is manual: a named person has to open it")
    mine = verdicts.filter(pl.col("outcome") == outcome, pl.col("model") == model)
    for earlier in settings.phases_before(phase):
        if not earlier.criteria:
            continue
        found = dict(mine.filter(pl.col("phase") == earlier.name).select("criterion", "verdict").iter_rows())
        if reason := _find_obstacle(found, earlier):
            return Opening(False, f"not opened, because {reason}")
    return Opening(True, "every gate before it has passed")


def _find_obstacle(found: Mapping[str, str], phase: PhaseSettings) -> str | None:
    for criterion in phase.criteria:
        verdict = found.get(criterion.words)
        if verdict is None:
            return f"the gate of {phase.name} has no verdict on: {criterion.words}"
        if verdict != "PASS":
            return f"the gate of {phase.name} is {verdict} on: {criterion.words}"
    return None


def _find_evidence(rows: pl.DataFrame, criterion: Criterion, *, model: str, main_threshold: float) -> pl.DataFrame:
    threshold = main_threshold if criterion.at_main_threshold else NO_THRESHOLD
    return rows.filter(
        pl.col("metric") == criterion.metric,
        pl.col("reference") == criterion.reference,
        pl.col("group") == criterion.group,
        pl.col("model") == (criterion.model or model),
        (pl.col("threshold") - threshold).abs() < SAME_THRESHOLD,
    )


def _review(found: pl.DataFrame, criterion: Criterion) -> tuple[Verdict, str]:
    if found.height != 1:
        return "INCONCLUSIVE", "no such evidence" if found.is_empty() else "several rows of evidence fit"
    row = found.row(0, named=True)
    value, lower, upper = (math.nan if row[name] is None else float(row[name]) for name in ("value", "lower", "upper"))
    seen = Seen(value, lower, upper, row["n_events"])
    if isinstance(criterion, MinEvents):  # a number of people is known even where the metric is undefined
        return criterion.judge(seen), _write_people(seen.n_events)
    if 0 < row["n_events"] < SMALL_NUMBER or 0 < row["n"] - row["n_events"] < SMALL_NUMBER:
        return "INCONCLUSIVE", f"rests on fewer than {SMALL_NUMBER} people with, or without, the outcome"
    if not math.isfinite(seen.value):
        return "INCONCLUSIVE", f"undefined: {row['reason'] or 'no reason given'}"
    if criterion.needs_interval and not seen.is_interval:
        return "INCONCLUSIVE", f"{seen.value:.4g}, without an interval"
    interval = f" ({seen.lower:.4g} to {seen.upper:.4g})" if seen.is_interval else ""
    return criterion.judge(seen), f"{seen.value:.4g}{interval}"


def _write_people(n_events: int) -> str:
    """Write a number of people; a handful is not spelled out, since a sentence cannot be suppressed later."""
    return f"{n_events} people with the outcome" if n_events >= SMALL_NUMBER else f"fewer than {SMALL_NUMBER} people"
