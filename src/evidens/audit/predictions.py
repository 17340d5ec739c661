"""Audit the predictions of one phase: on the truth, beside oracles, and how far registered outcomes mislead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import polars as pl

from evidens.audit.gaps import GAPS, largest_gaps
from evidens.audit.measures import METHOD, Least, Measures, as_estimate, measure_score, subtract
from evidens.audit.people import ORACLES, AuditedPeople, Members, align_people, list_members
from evidens.audit.realised import compare_realised, write_realised
from evidens.statistics import Estimate
from evidens.validation import EvidenceRows, evidence_frame

CODED = "coded"  # the reference of a difference between registered and true outcomes
REGRET = ("auroc", "net_benefit")
ONLY_IN_EVERYONE = ("oracle_features", "oracle_coded")
_CODED_METHOD = "on registered outcomes minus on true ones, both expected, no sampling error"
_REGRET_METHOD = f"oracle minus model, {METHOD}"
_NO_PAIR = "insufficient: fewer than two groups are large enough to be compared"
_COMPARED = ("auroc", "brier", "calibration_slope", "oe_ratio", "prevalence", "sensitivity", "specificity", "ppv",
             "net_benefit", *GAPS)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """What one score is worth in one group: on the truth, on registered outcomes, and beside the oracle.

    Parameters
    ----------
    true, coded, oracle : mapping of (metric, threshold) to float
        `coded` and `oracle` are empty for an oracle.
    too_few : str or None
        Why nothing is said.
    method : str
        Goes before the method of each value.
    note : str or None
        A remark on each value.
    """

    true: Measures
    coded: Measures
    oracle: Measures
    too_few: str | None
    method: str = ""
    note: str | None = None


def audit_predictions(
    predictions: pl.DataFrame, truth: pl.DataFrame, groups: pl.DataFrame, thresholds: Sequence[float], *,
    main_threshold: float, least: Least, oracle_years: float, outcome: str, phase: str, horizon_days: int,
) -> pl.DataFrame:  # fmt: skip
    """Evaluate every model of one phase, and the oracles, under the true risk.

    Parameters
    ----------
    predictions : polars.DataFrame
        Contract Prediction, of one phase.
    truth : polars.DataFrame
        person_id, index_on, risk_true, risk_features, risk_coded, is_event; of the phase's people and any others.
    groups : polars.DataFrame
        person_id, and one column per variable (sex, age band, origin, region); null becomes "unknown".
    thresholds : sequence of float
        Of the study, for everyone; groups are judged at the main one.
    main_threshold : float
    least : Least
        When a group is judged.
    oracle_years : float
        How far before the index the record reaches that the oracle is given.
    outcome, phase, horizon_days
        Keys of the rows.

    Returns
    -------
    polars.DataFrame
        Contract Evidence, label "true". Without intervals, per model and group: the measures under the true risk;
        `regret_auroc` and `regret_net_benefit`, the oracle's value minus the model's; with reference "coded" what a
        measure is on registered outcomes minus what it truly is; per variable the gaps between its groups. Models
        "oracle" (given the record of the `oracle_years` before the index), "oracle_features" (given a few features of
        it) and "oracle_coded" (of being coded) stand beside the study's. With intervals, in everyone:
        `realised_auroc`, on the outcomes that happened, and with reference "oracle" its difference to the oracle's.
        Model "none": `audited_share`, of the phase's people; `unrecorded_share`, of those audited: diagnosed before the
        index, which no register shows by then; `models_beyond_oracle`, how many are better on what happened than
        luck allows; `oracle_years`. Where the truth knows no one of the phase, the two shares are all there is.

    Raises
    ------
    AuditError
        If predictions, truth and groups do not fit each other.

    Notes
    -----
    No true outcome awaits those whose diagnosis no register shows: measures under the true risk leave them out, those
    on registered outcomes do not, as an analysis cannot tell them from others. Everybody counts alike: a true risk is
    that of a person who does not emigrate.
    """
    people = align_people(predictions, truth, groups)
    listed = list_members(people)
    counted = _count_people(people, EvidenceRows(outcome, "none", phase, "all", horizon_days, "true"))
    if not people.n:
        return evidence_frame(counted)
    counted.add("oracle_years", Estimate(oracle_years, None, None, None, people.n_predicted, 0, "setting of the world"))
    of_everyone = {model: EvidenceRows(outcome, model, phase, "all", horizon_days, "true") for model in people.scores}
    write_realised(compare_realised(people, least), of_everyone, counted)
    collected = [counted, *of_everyone.values()]
    for model in people.scores:
        judged = {}
        for members in listed[:1] if model in ONLY_IN_EVERYONE else listed:
            at = thresholds if members.name == "all" else (main_threshold,)
            judged[members.name] = _judge(people, model, members, at, least)
            rows = EvidenceRows(outcome, model, phase, members.name, horizon_days, "true")
            n = int((members.is_member & people.is_open).sum())
            collected.append(_write(rows, judged[members.name], n, members.n_events))
        everyone = int(people.is_open.sum()), listed[0].n_events
        for variable, gaps in _find_gaps(judged, main_threshold):
            rows = EvidenceRows(outcome, model, phase, variable, horizon_days, "true")
            collected.append(_write(rows, gaps, *everyone))
    return evidence_frame(*collected)


def _judge(people: AuditedPeople, model: str, members: Members, thresholds: Sequence[float], least: Least) -> Judged:
    inside, score = members.is_member & people.is_open, people.scores[model]
    risk = people.risk_true[inside]
    true = measure_score(score[inside], risk, thresholds)
    if model in ORACLES:
        return Judged(true, {}, {}, least.judge(risk))
    coded = people.risk_coded[members.is_member]
    seen = measure_score(score[members.is_member], coded, thresholds, overall=_COMPARED)
    return Judged(true, seen, measure_score(risk, risk, thresholds, overall=REGRET), least.judge(risk))


def _write(rows: EvidenceRows, judged: Judged, n: int, n_events: int) -> EvidenceRows:
    """Add the true measures, what is lost to the oracle, and how far registered outcomes mislead."""
    regret = {key: value for key, value in subtract(judged.oracle, judged.true).items() if key[0] in REGRET}
    misled = {key: value for key, value in subtract(judged.coded, judged.true).items() if key[0] in _COMPARED}
    for values, name, method, reference in (
        (judged.true, "{}", METHOD, "none"),
        (regret, "regret_{}", _REGRET_METHOD, "none"),
        (misled, "{}", _CODED_METHOD, CODED),
    ):
        for (metric, threshold), value in values.items():
            estimate = as_estimate(value, n, n_events, judged.method + method, too_few=judged.too_few)
            estimate = replace(estimate, reason=estimate.reason or judged.note)
            rows.add(name.format(metric), estimate, threshold=threshold, reference=reference)
    return rows


def _find_gaps(judged: Mapping[str, Judged], threshold: float) -> Iterator[tuple[str, Judged]]:
    """Yield the largest differences between the groups of each variable that are large enough to be judged."""
    for variable, names in groupby((name for name in judged if name != "all"), key=lambda n: n.partition("=")[0]):
        levels = [judged[name] for name in names]
        is_oracle = not any(level.coded for level in levels)
        kept = [level for level in levels if level.too_few is None]
        left_out = len(levels) - len(kept)
        gaps = Judged(
            true=largest_gaps([level.true for level in kept], threshold),
            coded={} if is_oracle else largest_gaps([level.coded for level in kept], threshold),
            oracle={},
            too_few=None if len(kept) > 1 else _NO_PAIR,
            method="largest difference between groups, ",
            note=f"{left_out} of {len(levels)} groups are too small and left out" if left_out else None,
        )
        yield variable, gaps


def _count_people(people: AuditedPeople, rows: EvidenceRows) -> EvidenceRows:
    """Say of how many people of the phase the truth is known, and how many of them no true outcome awaits."""
    n_open = int(people.is_open.sum())
    for metric, part, whole in (
        ("audited_share", people.n, people.n_predicted),
        ("unrecorded_share", people.n - n_open, people.n),
    ):
        share = part / whole if whole else float("nan")
        rows.add(metric, as_estimate(share, whole, 0, "counted", too_few=None if whole else "no one to count"))
    return rows
