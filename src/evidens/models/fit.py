"""One way to fit any model, and to repeat the whole fit on a resample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evidens.models.age_sex import fit_age_sex
from evidens.models.boosting import fit_lightgbm
from evidens.models.logistic import fit_logistic
from evidens.models.model import Model, TooFewError
from evidens.models.rows import check_training_rows, count_repeats
from evidens.models.settings import AgeSexSettings, LightGBMSettings, ModelSettings

if TYPE_CHECKING:
    from evidens.features import FeatureMatrix


def fit_model(
    features: FeatureMatrix,
    outcome: np.ndarray,
    weights: np.ndarray,
    settings: ModelSettings,
    *,
    rng: np.random.Generator,
) -> Model:
    """Tune and fit a model on development.

    Parameters
    ----------
    features : FeatureMatrix
        n people.
    outcome : numpy.ndarray
        bool, n: whether the outcome came within the horizon.
    weights : numpy.ndarray
        float, n: inverse-probability-of-censoring weights, 0 for people censored before the horizon,
        whose rows are dropped. Never class weights: see Notes.
    settings : LogisticSettings, LightGBMSettings or AgeSexSettings
        Which model.
    rng : numpy.random.Generator
        Used by LightGBM only.

    Returns
    -------
    Model
        Bit-identical for the same input and generator state on one machine.

    Raises
    ------
    ModelError
        When there are no rows, one class only, wrong weights, or features are missing.

    Notes
    -----
    Classes are never rebalanced, by weights or by sampling: a model fitted on half events and half
    non-events predicts risks near one half, and must be recalibrated to undo the damage
    (van den Goorbergh 2022, doi:10.1093/jamia/ocac093).
    """
    weights = np.asarray(weights, dtype=np.float64)
    rows = check_training_rows(features, np.asarray(outcome), weights)
    return _fit(take_rows(features, rows), np.asarray(outcome)[rows], weights[rows], settings, rng=rng)


def fit_on_rows(
    features: FeatureMatrix,
    outcome: np.ndarray,
    weights: np.ndarray,
    settings: ModelSettings,
    *,
    rows: np.ndarray,
    rng: np.random.Generator,
) -> Model:
    """Repeat the whole fit, tuning included, on `rows`, which may repeat: a bootstrap resample or a fold.

    Parameters
    ----------
    features, outcome, weights, settings
        As in `fit_model`, for everybody.
    rows : numpy.ndarray
        Positions, in any order; a position drawn twice counts twice.
    rng : numpy.random.Generator
        As in `fit_model`.

    Notes
    -----
    Optimism is honest only when every step that looked at the outcome is repeated, the choice of
    hyper-parameters among them (Harrell 1996, doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4).
    """
    distinct, counts = count_repeats(np.asarray(rows))
    outcome, weights = np.asarray(outcome)[distinct], np.asarray(weights, dtype=np.float64)[distinct] * counts
    return fit_model(take_rows(features, distinct), outcome, weights, settings, rng=rng)


def fit_predict(
    features: FeatureMatrix,
    outcome: np.ndarray,
    weights: np.ndarray,
    settings: ModelSettings,
    *,
    rows: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Risk of everybody in `features` by a model fitted on `rows` of them; NaN where these are too few to be modelled.

    See `fit_on_rows`.
    """
    try:
        return fit_on_rows(features, outcome, weights, settings, rows=rows, rng=rng).predict_risk(features)
    except TooFewError:
        return np.full(len(features.person_id), np.nan)


def take_rows(features: FeatureMatrix, rows: np.ndarray) -> FeatureMatrix:
    """Return the given rows of a feature matrix, in that order, repeats included."""
    from evidens.features import FeatureMatrix

    return FeatureMatrix(features.names, features.matrix[rows], features.person_id[rows], features.index_at[rows])


def _fit(
    features: FeatureMatrix,
    outcome: np.ndarray,
    weights: np.ndarray,
    settings: ModelSettings,
    *,
    rng: np.random.Generator,
) -> Model:
    if isinstance(settings, LightGBMSettings):
        return fit_lightgbm(features, outcome, weights, settings, rng=rng)
    if isinstance(settings, AgeSexSettings):
        return fit_age_sex(features, outcome, weights, settings)
    return fit_logistic(features, outcome, weights, settings)
