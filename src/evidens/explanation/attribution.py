"""SHAP values of a model on the log-odds scale, one per person and source feature."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evidens.foundation import EvidensError, Fault
from evidens.models import LightGBMModel, LinearModel, Model

if TYPE_CHECKING:
    from evidens.features import FeatureMatrix


class ExplanationError(EvidensError):
    """An explanation that does not add up to the prediction it explains, or cannot be made."""


@dataclass(frozen=True)
class Attribution:
    """Contributions to the log-odds.

    Parameters
    ----------
    feature_names : tuple of str
        p features that the model uses.
    values : numpy.ndarray
        float64, n x p: each feature's part of each person's log-odds.
    base : float
        Log-odds before any feature has spoken.
    features : numpy.ndarray
        float64, n x p: the features' own values, NaN where not measured.
    risk : numpy.ndarray
        float64, n: what the model predicts.
    """

    feature_names: tuple[str, ...]
    values: np.ndarray
    base: float
    features: np.ndarray
    risk: np.ndarray

    @property
    def additivity_gap(self) -> float:
        """Largest distance over people between base plus contributions and the logit of the risk."""
        logit = np.log(self.risk) - np.log1p(-self.risk)
        return float(np.abs(self.base + self.values.sum(axis=1) - logit).max())


def attribute_risk(model: Model, features: FeatureMatrix, *, tolerance: float) -> Attribution:
    """Split each person's predicted log-odds into one contribution per feature.

    Parameters
    ----------
    model : Model
        A fitted model.
    features : FeatureMatrix
        n people.
    tolerance : float
        Largest additivity gap allowed.

    Returns
    -------
    Attribution
        Of n people.

    Raises
    ------
    ExplanationError
        When there is nobody, or contributions and base do not add up to the prediction.

    Notes
    -----
    Trees: path-dependent TreeSHAP [1]_. Linear models: `coefficient * (term - its mean in
    development)`; the terms of one feature (value, missing indicator, spline parts) are summed, so
    that every model speaks about the same source features. Contributions say what the model does
    with a feature, not what would happen if the feature were changed.

    References
    ----------
    .. [1] Lundberg SM et al. From local explanations to global understanding with explainable AI for
       trees. Nat Mach Intell 2020;2:56-67. doi:10.1038/s42256-019-0138-9
    """
    if not features.matrix.shape[0]:
        raise ExplanationError(Fault("explain_model", "nobody to explain.", "Give at least one person."))
    names = model.feature_names
    if isinstance(model, LinearModel):
        values, base = _linear_contributions(model, features)
    elif isinstance(model, LightGBMModel):
        values, base = _tree_contributions(model, features)
    else:
        finding = f"no way to explain a model of kind '{model.kind}'."
        raise ExplanationError(Fault("explain_model", finding, "Add its contributions to attribute_risk."))
    positions = {name: j for j, name in enumerate(features.names)}
    own = features.matrix.tocsc()[:, [positions[name] for name in names]].toarray().astype(np.float64)
    attribution = Attribution(names, values, base, own, model.predict_risk(features))
    gap = attribution.additivity_gap
    if not gap <= tolerance:
        finding = f"contributions miss the predicted log-odds by up to {gap:.2g}; {tolerance:.2g} is allowed."
        raise ExplanationError(Fault(f"model {model.kind}", finding, "Do not use this explanation."))
    return attribution


def _linear_contributions(model: LinearModel, features: FeatureMatrix) -> tuple[np.ndarray, float]:
    """Terms are standardised with development's quantities: their mean there is 0."""
    names = model.feature_names
    summed = np.zeros((features.matrix.shape[0], len(names)))
    if not names:
        return summed, model.intercept
    import shap

    background = shap.maskers.Independent(np.zeros((1, len(model.terms))))
    explainer = shap.LinearExplainer((np.array(model.coefficients), model.intercept), background)
    by_term = explainer.shap_values(model.term_matrix(features))
    position = {name: j for j, name in enumerate(names)}
    for k, term in enumerate(model.terms):
        summed[:, position[term.feature]] += by_term[:, k]
    return summed, float(explainer.expected_value)


def _tree_contributions(model: LightGBMModel, features: FeatureMatrix) -> tuple[np.ndarray, float]:
    """Columns that no tree splits on contribute nothing and are left out."""
    if not model.feature_names:
        return np.zeros((features.matrix.shape[0], 0)), float(model.predict_logit(features)[0])
    import shap

    explainer = shap.TreeExplainer(model.booster, feature_perturbation="tree_path_dependent")
    with warnings.catch_warnings():
        # shap announces that LightGBM's values are now a list of arrays, and then returns one array
        warnings.filterwarnings("ignore", message="LightGBM binary classifier with TreeExplainer shap values")
        values = explainer.shap_values(model.matrix_for(features).toarray())
    return values[:, list(model.used_columns.values())], float(explainer.expected_value)
