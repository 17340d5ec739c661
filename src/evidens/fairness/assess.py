"""Assess a model group by group: each group, each group against everyone else, and how far groups lie apart."""

from dataclasses import replace
from itertools import groupby

import numpy as np
import polars as pl

from evidens.cohort.target import Target
from evidens.contracts import NO_THRESHOLD
from evidens.fairness.estimates import (
    AT_THRESHOLD,
    compare_to_rest,
    estimate_performance,
    keep_people,
    refuse_performance,
)
from evidens.fairness.gaps import GAPS, count_cells, estimate_gaps
from evidens.fairness.groups import Group, judge_size, list_groups
from evidens.fairness.parity import check_parity, compute_parity_frame
from evidens.fairness.settings import FairnessSettings
from evidens.statistics import Estimate
from evidens.validation import EvidenceRows, evidence_frame

REST = "rest"  # the reference of a group's difference: everyone who is not in it


def assess_groups(
    target: Target,
    risk: np.ndarray,
    groups: pl.DataFrame,
    threshold: float,
    settings: FairnessSettings,
    *,
    outcome: str,
    model: str,
    phase: str,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Estimate performance in every group of people, with intervals, and compare groups.

    Parameters
    ----------
    target : Target
        Outcome and censoring weights of n people.
    risk : numpy.ndarray
        float64, n: predicted risk.
    groups : polars.DataFrame
        n rows, one column per variable (sex, age band, origin, region); null becomes "unknown".
    threshold : float
        The protocol's main threshold; a person with a risk at or above it is flagged.
    settings : FairnessSettings
        When a group is large enough.
    outcome, model, phase : str
        Keys of the rows.
    rng : numpy.random.Generator
        For the intervals of gaps.

    Returns
    -------
    polars.DataFrame
        Contract Evidence. Group "<variable>=<level>": every metric; with reference "rest" its
        difference to everyone else. Group "<variable>": the gaps between its groups, such as
        `sensitivity_gap`. Rows of everybody are validation's own and are not repeated here.

    Raises
    ------
    FairnessError
        When groups do not fit the people, or fairlearn's shares differ from ours.

    Notes
    -----
    A group below the minimum is shown with its counts and the reason "insufficient: ...", because a
    group about which nothing can be said is itself a finding.
    """
    collected: list[EvidenceRows] = []
    listed = list_groups(groups, n_people=len(target.outcome))
    for variable, members in groupby(listed, key=lambda group: group.variable):
        levels = list(members)
        estimates = {}
        for group in levels:
            rows = EvidenceRows(outcome, model, phase, group.name, target.horizon_days)
            estimates[group.level] = _assess_one(rows, target, risk, group, threshold, settings)
            collected.append(rows)
        names = np.array([group.level for group in levels])
        position = np.argmax([group.is_member for group in levels], axis=0)
        parity, _ = compute_parity_frame(target, risk, names[position], threshold)
        check_parity(parity, estimates, variable=variable)
        rows = EvidenceRows(outcome, model, phase, variable, target.horizon_days)
        for metric, gap in _estimate_gaps(target, risk, levels, threshold, settings, rng=rng).items():
            base = metric.removesuffix("_gap")
            has_threshold = base in AT_THRESHOLD or base == "equalized_odds"
            rows.add(metric, gap, threshold=threshold if has_threshold else NO_THRESHOLD)
        collected.append(rows)
    return evidence_frame(*collected)


def _assess_one(
    rows: EvidenceRows, target: Target, risk: np.ndarray, group: Group, threshold: float, settings: FairnessSettings
) -> dict[str, Estimate]:
    own = _estimate(target, risk, group.is_member, threshold, settings)
    rest = _estimate(target, risk, ~group.is_member, threshold, settings)
    for metric, estimate in own.items():
        rows.add(metric, estimate, threshold=_threshold_of(metric, threshold))
    for metric, difference in compare_to_rest(own, rest).items():
        rows.add(metric, difference, threshold=_threshold_of(metric, threshold), reference=REST)
    return own


def _estimate(
    target: Target, risk: np.ndarray, is_member: np.ndarray, threshold: float, settings: FairnessSettings
) -> dict[str, Estimate]:
    people = keep_people(target, is_member)
    insufficient = judge_size(target, is_member, settings)
    if insufficient:
        return refuse_performance(people, insufficient)
    return estimate_performance(people, risk[is_member], threshold)


def _estimate_gaps(
    target: Target,
    risk: np.ndarray,
    levels: list[Group],
    threshold: float,
    settings: FairnessSettings,
    *,
    rng: np.random.Generator,
) -> dict[str, Estimate]:
    """Gaps between the groups that are large enough; why there are none where fewer than two are."""
    judged = [group for group in levels if judge_size(target, group.is_member, settings) is None]
    if len(judged) < 2:
        reason = "insufficient: fewer than two groups are large enough to be compared"
        nothing = Estimate(None, None, None, None, target.n_people, target.n_events, "not estimated", reason)
        return dict.fromkeys(GAPS, nothing)
    code = np.full(len(risk), -1)
    for g, group in enumerate(judged):
        code[group.is_member] = g
    table = count_cells(
        target, risk, code, threshold, n_groups=len(judged), n_risk_bins=settings.n_risk_bins
    )  # fmt: skip
    gaps = estimate_gaps(table, settings, rng=rng)
    left_out = len(levels) - len(judged)
    if left_out:
        note = f"{left_out} of {len(levels)} groups are too small and left out"
        gaps = {metric: _add_reason(gap, note) for metric, gap in gaps.items()}
    return gaps


def _add_reason(estimate: Estimate, note: str) -> Estimate:
    return replace(estimate, reason=f"{estimate.reason}; {note}" if estimate.reason else note)


def _threshold_of(metric: str, threshold: float) -> float:
    return threshold if metric in AT_THRESHOLD else NO_THRESHOLD
