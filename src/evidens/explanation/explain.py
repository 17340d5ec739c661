"""Explain a model: which features matter, how, and for whom, without showing any one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from evidens.contracts import NO_HORIZON
from evidens.explanation.archetypes import Archetype, average_archetypes
from evidens.explanation.attribution import Attribution, attribute_risk
from evidens.explanation.dependence import average_dependence, average_missing
from evidens.explanation.ranking import estimate_direction, estimate_importance, rank_features
from evidens.explanation.settings import ExplanationSettings
from evidens.models import Model, risk_of_logit, take_rows
from evidens.statistics import Estimate
from evidens.validation import EvidenceRows, curve_frame, evidence_frame

if TYPE_CHECKING:
    from evidens.features import FeatureMatrix


@dataclass(frozen=True)
class Explanation:
    """Aggregates only: rows of the evidence table and points of curves.

    Parameters
    ----------
    evidence : polars.DataFrame
        Contract Evidence: `shap_additivity_gap` of the group "all"; `mean_abs_shap` and
        `shap_direction` of the groups "feature=<name>".
    curves : polars.DataFrame
        Contract Curve: `dependence` (series "<feature>", "<feature>|missing") and `archetype` (series
        "<archetype>|<feature>" or "<archetype>|<feature>|missing", "|(base)", "|(other)", "|(risk)").
    """

    evidence: pl.DataFrame
    curves: pl.DataFrame


def explain_model(
    model: Model,
    features: FeatureMatrix,
    settings: ExplanationSettings,
    *,
    outcome: str,
    model_name: str,
    phase: str,
    horizon_days: int = NO_HORIZON,
    rng: np.random.Generator,
) -> Explanation:
    """Explain what `model` does with the features of these people.

    Parameters
    ----------
    model : Model
        A fitted model.
    features : FeatureMatrix
        People of one phase; `settings.n_people` of them are drawn.
    settings : ExplanationSettings
        How many, how fine.
    outcome, model_name, phase, horizon_days
        Keys of the rows.
    rng : numpy.random.Generator
        Draws the people.

    Returns
    -------
    Explanation
        With `n_events` 0 everywhere: the outcome of these people is not read.

    Raises
    ------
    ExplanationError
        When contributions do not add up to the predictions.

    Notes
    -----
    Contributions describe the model, not the disease: a feature may stand in for a correlated one,
    and changing it need not change the outcome.
    """
    n = features.matrix.shape[0]
    drawn = np.sort(rng.choice(n, size=min(n, settings.n_people), replace=False))
    attribution = attribute_risk(model, take_rows(features, drawn), tolerance=settings.additivity_tolerance)
    everybody = EvidenceRows(outcome, model_name, phase, horizon_days=horizon_days)
    everybody.add("shap_additivity_gap", Estimate(attribution.additivity_gap, None, None, None, len(drawn), 0,
                  "largest |base + sum of SHAP values - logit(risk)| over people", None))  # fmt: skip
    order = rank_features(attribution)
    by_feature = []
    for feature in order:
        rows = EvidenceRows(outcome, model_name, phase, _group(attribution, feature), horizon_days)
        rows.add("mean_abs_shap", estimate_importance(attribution, feature))
        rows.add("shap_direction", estimate_direction(attribution, feature, min_people=settings.min_people))
        by_feature.append(rows)
    for feature in order[: settings.n_curves]:
        _draw_dependence(everybody, attribution, feature, settings)
    for archetype in average_archetypes(attribution, settings):
        _draw_archetype(everybody, attribution, archetype, settings.n_archetype_features)
    return Explanation(evidence_frame(everybody, *by_feature), curve_frame(everybody))


def _group(attribution: Attribution, feature: int) -> str:
    return f"feature={attribution.feature_names[feature]}"


def _draw_dependence(rows: EvidenceRows, attribution: Attribution, feature: int, settings: ExplanationSettings) -> None:
    name = attribution.feature_names[feature]
    points = average_dependence(attribution, feature, n_bins=settings.n_bins, min_people=settings.min_people)
    missing = average_missing(attribution, feature, min_people=settings.min_people)
    for series, line in ((name, points), (f"{name}|missing", [missing] if missing else [])):
        rows.draw("dependence", series, [p.value for p in line], [p.mean for p in line],
                  lower=[p.lower for p in line], upper=[p.upper for p in line], n=[p.n for p in line])  # fmt: skip


def _draw_archetype(rows: EvidenceRows, attribution: Attribution, archetype: Archetype, n_named: int) -> None:
    """Largest contributions first; what is not named is summed, so that the parts still add up."""
    order = np.argsort(-np.abs(archetype.contributions), kind="stable")
    total = attribution.base + float(archetype.contributions.sum())
    steps = [(attribution.feature_names[j], archetype.values[j], archetype.contributions[j]) for j in order[:n_named]]
    lines = [(f"{name}|missing" if np.isnan(value) else name, np.nan_to_num(value), y) for name, value, y in steps]
    other = float(archetype.contributions[order[n_named:]].sum())
    ends = (("(base)", 0.0, attribution.base), ("(other)", 0.0, other),
            ("(risk)", 0.0, float(risk_of_logit(np.array(total)))))  # fmt: skip
    for point, (series, x, y) in enumerate((*lines, *ends)):
        rows.draw("archetype", f"{archetype.name}|{series}", [x], [y], n=archetype.n)
        rows.points[-1]["point"] = point  # `draw` counts within a series; here the rank among them is told
