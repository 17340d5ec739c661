"""Feasibility: whether there is enough signal and data to go on."""

import numpy as np
import polars as pl

from evidens.cohort.target import Target, build_target
from evidens.features import FeatureMatrix
from evidens.phenotypes import OutcomeSettings
from evidens.protocol import ProtocolSettings, keep_sample
from evidens.statistics import (
    Estimate,
    aalen_johansen,
    auroc,
    prevalence,
    sample_size_development,
    wilson_interval,
)
from evidens.validation.rows import EvidenceRows, evidence_frame
from evidens.validation.settings import ValidationSettings


def assess_feasibility(
    features: FeatureMatrix,
    labels: pl.DataFrame,
    question: OutcomeSettings,
    protocol: ProtocolSettings,
    settings: ValidationSettings,
    *,
    outcome: str,
) -> pl.DataFrame:
    """Count events against need, and look for signal and leaks in a small sample of development.

    Parameters
    ----------
    features : FeatureMatrix
        Of everybody in development.
    labels : polars.DataFrame
        Of the same people, in the same order.
    question : OutcomeSettings
        The horizon.
    protocol : ProtocolSettings
        Which people of development feasibility may look at.
    settings : ValidationSettings
        What the sample size is reckoned for, and when a feature is suspected to leak.
    outcome : str
        Key of the rows.

    Returns
    -------
    polars.DataFrame
        Evidence of the phase "feasibility", model "none": `prevalence`, `cumulative_incidence`,
        `events_needed_share` (events in development over events needed by Riley's criteria; at least 1 is enough),
        `age_auroc`, `highest_feature_auroc` and the feature behind it, `measured_share` of each analyte,
        `suspected_leaks`.
    """
    everybody = build_target(labels, horizon_days=question.horizon_days)
    sample = keep_sample(labels, protocol.find_phase("feasibility"), protocol)["person_id"]
    sampled = labels["person_id"].is_in(sample.implode()).to_numpy()
    target = Target(everybody.outcome[sampled], everybody.weights[sampled], question.horizon_days)
    rows = EvidenceRows(outcome, "none", "feasibility", horizon_days=question.horizon_days)
    rows.add("prevalence", prevalence(target.outcome, weights=target.weights))
    rows.add("cumulative_incidence", _incidence(labels.filter(pl.Series(sampled)), question.horizon_days))
    rows.add("events_needed_share", _events_over_need(everybody, target, settings))
    by_feature = _scan_features(features, sampled, target, outcome=outcome)
    rows.add("age_auroc", by_feature.get("age", _undefined(target, "age is no feature")))
    highest = max(by_feature.items(), key=lambda item: _distance(item[1]), default=None)
    if highest:
        rows.add("highest_feature_auroc", highest[1], reference=f"feature={highest[0]}")
    suspects = [name for name, found in by_feature.items() if _distance(found) > settings.leakage_auroc - 0.5]
    rows.add("suspected_leaks", Estimate(float(len(suspects)), None, None, None, target.n_people, target.n_events,
             f"features whose AUROC lies beyond {settings.leakage_auroc}", ", ".join(suspects) or None))  # fmt: skip
    return evidence_frame(rows, *_measured_shares(features, outcome=outcome))


def _events_over_need(everybody: Target, sample: Target, settings: ValidationSettings) -> Estimate:
    method = "events in development / events needed (Riley 2020, doi:10.1136/bmj.m441)"
    seen = prevalence(sample.outcome, weights=sample.weights).value
    if not seen:
        return _undefined(sample, "no events in the sample")
    need = sample_size_development(seen, settings.n_candidate_parameters, c_statistic=settings.anticipated_c_statistic)
    share = everybody.n_events / need.n_events
    return Estimate(share, None, None, None, everybody.n_people, everybody.n_events, method, None)


def _incidence(labels: pl.DataFrame, horizon_days: int) -> Estimate:
    codes = labels["status"].replace_strict(
        {"event": 1, "competing": 2, "death": 2, "event_free": 0, "censored": 0}, return_dtype=pl.Int8
    )
    return aalen_johansen(labels["followup_days"].to_numpy().astype(float), codes.to_numpy(), horizon_days)


def _scan_features(
    features: FeatureMatrix, sampled: np.ndarray, target: Target, *, outcome: str
) -> dict[str, Estimate]:
    """AUROC of each feature alone; people in whom it was not measured are ranked below everybody else."""
    columns = features.matrix.tocsc()
    found = {}
    for position, name in enumerate(features.names):
        start, end = columns.indptr[position], columns.indptr[position + 1]
        values = np.zeros(sampled.size, dtype=np.float64)
        values[columns.indices[start:end]] = columns.data[start:end]
        values = values[sampled]
        unmeasured = np.isnan(values)
        if unmeasured.all():
            continue
        distinct, ranks = np.unique(np.where(unmeasured, -np.inf, values), return_inverse=True)
        if distinct.size > 1:
            found[name] = auroc(target.outcome, ranks / ranks.max(), weights=target.weights)
    return found


def _measured_shares(features: FeatureMatrix, *, outcome: str) -> list[EvidenceRows]:
    """Share of people in whom something was measured: once for each thing, not for each statistic of it."""
    columns, n = features.matrix.tocsc(), features.matrix.shape[0]
    collected = []
    for position, name in enumerate(features.names):
        if not ("_latest_" in name or name.startswith("days_since_")):
            continue
        values = columns.data[columns.indptr[position] : columns.indptr[position + 1]]
        unmeasured = int(np.isnan(values).sum())
        if unmeasured:
            rows = EvidenceRows(outcome, "none", "feasibility", f"feature={name}")
            lower, upper = wilson_interval(n - unmeasured, n)
            rows.add(
                "measured_share",
                Estimate(1 - unmeasured / n, None, lower, upper, n, 0, "proportion, Wilson interval", None),
            )
            collected.append(rows)
    return collected


def _distance(estimate: Estimate) -> float:
    """Distance of an AUROC from no discrimination, in either direction."""
    return abs(estimate.value - 0.5) if estimate.value is not None else 0.0


def _undefined(target: Target, reason: str) -> Estimate:
    return Estimate(None, None, None, None, target.n_people, target.n_events, "undefined", reason)
