"""Which rows a model is fitted on, and into which fold a person goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evidens.foundation import Faults
from evidens.models.model import ModelError, TooFewError

if TYPE_CHECKING:
    from evidens.features import FeatureMatrix

PLACE = "fit_model"


def check_training_rows(features: FeatureMatrix, outcome: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the rows to fit on: those with a weight above 0, in their order.

    Parameters
    ----------
    features : FeatureMatrix
        n rows.
    outcome : numpy.ndarray
        bool, n: whether the outcome came within the horizon.
    weights : numpy.ndarray
        float, n: inverse-probability-of-censoring weights. A person censored before the horizon has
        weight 0 (their outcome is unknown) and is left out; the others stand in for them.

    Raises
    ------
    ModelError
        With one fault for everything that keeps a model from being fitted; TooFewError where only people are missing.
    """
    n = features.matrix.shape[0]
    faults = Faults()
    if len(outcome) != n or len(weights) != n:
        finding = f"{n} rows of features, {len(outcome)} outcomes, {len(weights)} weights."
        faults.add(PLACE, finding, "Give one outcome and one weight per row.")
    if outcome.dtype != np.bool_:
        faults.add(PLACE, f"the outcome is {outcome.dtype}, not bool.", "Say what counts as an event before fitting.")
    n_wrong = int((~np.isfinite(weights)).sum() + (weights < 0).sum())
    if n_wrong:
        faults.add(PLACE, f"{n_wrong} weights are negative or not finite.", "Check the censoring weights.")
    faults.stop(ModelError)
    rows = np.flatnonzero(weights > 0)
    if not len(rows):
        faults.add(PLACE, "no rows with a weight above 0.", "Choose people with known outcomes.")
        faults.stop(TooFewError)
    n_events = int(outcome[rows].sum())
    if n_events in (0, len(rows)):
        faults.add(PLACE, f"{n_events} events among {len(rows)} rows: one class only.", "Both classes are needed.")
    faults.stop(TooFewError)
    return rows


def count_repeats(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct rows of a resample, in order, and how often each was drawn.

    Notes
    -----
    Fitting on distinct rows with their counts as weights is the same likelihood as fitting on the
    repeated rows, with two gains: a person never stands on both sides of a tuning fold, and a leaf's
    minimum counts people, not copies of them.

    Examples
    --------
    >>> [part.tolist() for part in count_repeats(np.array([4, 1, 4]))]
    [[1, 4], [1, 2]]
    """
    return np.unique(rows, return_counts=True)


def assign_folds(person_id: np.ndarray, n_folds: int) -> np.ndarray:
    """Return the fold of each person, 0 to n_folds - 1: a hash, so it depends on nobody else.

    Notes
    -----
    The finaliser of SplitMix64 [1]_ scrambles the identifier first, because buckets of people are
    made of `person_id` modulo a number and folds must not coincide with them.

    References
    ----------
    .. [1] Steele GL, Lea D, Flood CH. Fast splittable pseudorandom number generators. OOPSLA 2014.
       doi:10.1145/2660193.2660195
    """
    mixed = person_id.astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) % np.uint64(n_folds)).astype(np.int64)


def draw_up_folds(person_id: np.ndarray, outcome: np.ndarray, n_folds: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows to fit on and rows held out, fold by fold.

    Raises
    ------
    TooFewError
        When a fold has nobody, or its complement lacks a class: too few events to tune with.
    """
    fold = assign_folds(person_id, n_folds)
    parts = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)]
    faults = Faults()
    for k, (fitted, held_out) in enumerate(parts):
        if not len(held_out) or len(np.unique(outcome[fitted])) < 2:
            finding = f"fold {k} of {n_folds} leaves one class or no people."
            faults.add("tuning", finding, "Use fewer folds or a larger development set.")
    faults.stop(TooFewError)
    return parts


def log_loss(outcome: np.ndarray, logit: np.ndarray, weights: np.ndarray) -> float:
    """Weighted mean log loss of predicted log-odds.

    >>> round(log_loss(np.array([True, False]), np.zeros(2), np.ones(2)), 4)
    0.6931
    """
    losses = np.logaddexp(0.0, np.where(outcome, -logit, logit))
    return float((weights * losses).sum() / weights.sum())
