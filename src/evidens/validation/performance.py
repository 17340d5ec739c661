"""Evaluate predictions of one phase: discrimination, calibration, overall, classification, utility.

The set follows STRATOS TG6 (doi:10.1016/j.landig.2025.100916): AUROC, a calibration curve, net benefit and the
distribution of risk come first; the rest is reported beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.cohort.target import Target
from evidens.statistics import (
    auroc,
    average_precision,
    brier,
    calibration_curve,
    calibration_in_the_large,
    calibration_slope,
    classification_at_threshold,
    compare_auroc,
    compare_brier,
    ici,
    log_loss,
    net_benefit,
    net_benefit_at_threshold,
    net_benefit_difference,
    oe_ratio,
    prevalence,
    risk_distribution,
    scaled_brier,
)
from evidens.validation.rows import EvidenceRows, curve_frame, evidence_frame
from evidens.validation.settings import ValidationSettings

Array = NDArray[np.float64]

OVERALL = {
    "auroc": auroc,
    "average_precision": average_precision,
    "brier": brier,
    "scaled_brier": scaled_brier,
    "log_loss": log_loss,
    "calibration_in_the_large": calibration_in_the_large,
    "calibration_slope": calibration_slope,
    "oe_ratio": oe_ratio,
}


@dataclass(frozen=True)
class Performance:
    """What a phase showed, in the shape that all evidence has."""

    evidence: pl.DataFrame
    curves: pl.DataFrame


def evaluate(
    target: Target,
    risks: Mapping[str, Array],
    thresholds: Sequence[float],
    settings: ValidationSettings,
    *,
    comparator: str,
    outcome: str,
    phase: str,
    rng: np.random.Generator,
) -> Performance:
    """Evaluate the risks that several models gave the same people.

    Parameters
    ----------
    target : Target
        Outcome and censoring weights, shape (n_people,).
    risks : mapping of str to array of float, shape (n_people,)
        Predicted risk by model.
    thresholds : sequence of float
        The protocol's thresholds; a person is flagged when risk >= threshold.
    settings : ValidationSettings
        Curves and resamples.
    comparator : str
        The model that every other one has to beat, as the protocol says.
    outcome, phase : str
        Keys of the rows.
    rng : numpy.random.Generator
        For resampled intervals.

    Returns
    -------
    Performance
        Evidence and curves of every model, and its differences to the comparator, treat-all and treat-none.
    """
    collected = []
    for model, risk in risks.items():
        rows = EvidenceRows(outcome, model, phase, horizon_days=target.horizon_days)
        add_overall(rows, target, risk)
        add_at_thresholds(rows, target, risk, thresholds)
        decisions = settings.decision_thresholds.reach(max(thresholds))
        add_curves(rows, target, risk, settings, decisions, rng=rng)
        if model != comparator and comparator in risks:
            add_differences(rows, target, risk, risks[comparator], thresholds, reference=comparator)
        collected.append(rows)
    return Performance(evidence_frame(*collected), curve_frame(*collected))


def add_overall(rows: EvidenceRows, target: Target, risk: Array) -> None:
    """Add the measures that need no threshold, and the prevalence they are read against."""
    for metric, estimate in OVERALL.items():
        rows.add(metric, estimate(target.outcome, risk, weights=target.weights))
    rows.add("prevalence", prevalence(target.outcome, weights=target.weights))


def add_at_thresholds(rows: EvidenceRows, target: Target, risk: Array, thresholds: Sequence[float]) -> None:
    """Add classification and net benefit at each threshold, the latter against treat-all and treat-none too."""
    outcome, weights = target.outcome, target.weights
    strategies = {"treat_none": np.zeros_like(risk), "treat_all": np.ones_like(risk)}
    for threshold in thresholds:
        table = classification_at_threshold(outcome, risk, threshold, weights=weights)
        for metric in ("sensitivity", "specificity", "ppv", "npv"):
            rows.add(metric, getattr(table, metric), threshold=threshold)
        rows.add("share_flagged", table.flagged, threshold=threshold)
        rows.add(
            "net_benefit", net_benefit_at_threshold(outcome, risk, threshold, weights=weights), threshold=threshold
        )
        for reference, other in strategies.items():
            difference = net_benefit_difference(outcome, risk, other, threshold, weights=weights)
            rows.add("net_benefit", difference, threshold=threshold, reference=reference)


def add_differences(
    rows: EvidenceRows, target: Target, risk: Array, other: Array, thresholds: Sequence[float], *, reference: str
) -> None:
    """Add paired differences to the comparator: first minus second."""
    outcome, weights = target.outcome, target.weights
    rows.add("auroc", compare_auroc(outcome, risk, other, weights=weights), reference=reference)
    rows.add("brier", compare_brier(outcome, risk, other, weights=weights), reference=reference)
    for threshold in thresholds:
        difference = net_benefit_difference(outcome, risk, other, threshold, weights=weights)
        rows.add("net_benefit", difference, threshold=threshold, reference=reference)


def add_curves(
    rows: EvidenceRows, target: Target, risk: Array, settings: ValidationSettings, decisions: Array, *,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Add calibration (with ICI, E50, E90), distribution of risk, and the decision curve at `decisions`."""
    outcome, weights = target.outcome, target.weights
    n, n_events = target.n_people, target.n_events
    errors = ici(outcome, risk, weights=weights, n_resamples=settings.n_interval_resamples, rng=rng)
    for metric in ("ici", "e50", "e90"):
        rows.add(metric, getattr(errors, metric))
    curve = calibration_curve(outcome, risk, weights=weights)
    rows.draw("calibration", "model", curve.risk, curve.observed,
              lower=curve.lower, upper=curve.upper, n=n, n_events=n_events)  # fmt: skip
    _draw_distribution(rows, target, risk, settings.risk_bins)
    benefit = net_benefit(outcome, risk, decisions, weights=weights)
    if n_events:
        rows.draw("net_benefit", "model", decisions, benefit.model, n=n, n_events=n_events)
        rows.draw("net_benefit", "treat_all", decisions, benefit.treat_all, n=n, n_events=n_events)
        rows.draw("net_benefit", "treat_none", decisions, np.zeros_like(decisions), n=n, n_events=n_events)


def _draw_distribution(rows: EvidenceRows, target: Target, risk: Array, n_bins: int) -> None:
    """Shares of people by predicted risk, in bins evenly spaced on the logit scale between 0.01 % and 95 %."""
    logits = np.linspace(np.log(0.0001 / 0.9999), np.log(0.95 / 0.05), n_bins - 1)
    edges = np.concatenate([[0.0], 1 / (1 + np.exp(-logits)), [1.0]])
    counts = risk_distribution(target.outcome, risk, edges, weights=target.weights)
    middle = (edges[:-1] + edges[1:]) / 2
    none = np.zeros_like(counts.n_events)
    if counts.share_of_events is not None:
        rows.draw(
            "risk_of_events", "model", middle, counts.share_of_events, n=counts.n_events, n_events=counts.n_events
        )
    if counts.share_of_non_events is not None:
        rows.draw(
            "risk_of_non_events", "model", middle, counts.share_of_non_events, n=counts.n_non_events, n_events=none
        )
