"""Ridge logistic regression with its penalty chosen by cross-validation inside development."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evidens.models.linear import LinearModel, fit_coefficients, standardise_terms
from evidens.models.model import FitRecord, Trial
from evidens.models.rows import draw_up_folds, log_loss
from evidens.models.settings import LogisticSettings
from evidens.models.terms import MissingTerm, Term, ValueTerm, weighted_quantile

if TYPE_CHECKING:
    import scipy.sparse

    from evidens.features import FeatureMatrix

FEWEST_BEYOND_LIMIT = 5  # people whose value is drawn in: a limit that is one person's value would show it


def fit_logistic(
    features: FeatureMatrix, outcome: np.ndarray, weights: np.ndarray, settings: LogisticSettings
) -> LinearModel:
    """Fit on rows that all have a weight above 0.

    Notes
    -----
    Limits, medians, centres and scales are learned once from all rows, not fold by fold: they look at
    features only, never at the outcome, and so cannot make the held-out log loss flattering by more
    than the fold's own part in a quantile.
    """
    matrix = features.matrix.tocsc()
    positions = {name: j for j, name in enumerate(features.names)}
    terms, standardised = standardise_terms(_draw_up_terms(matrix, features.names, weights, settings),
                                            matrix, positions, weights)  # fmt: skip
    penalties = sorted(settings.penalties, reverse=True)
    trials = _try_penalties(standardised, outcome, weights, features.person_id, penalties, settings)
    best = min(trials, key=lambda trial: trial.log_loss).parameters["penalty"]
    path = [penalty for penalty in penalties if penalty >= best]
    intercept, coefficients = fit_coefficients(
        standardised, outcome, weights, path, max_iterations=settings.max_iterations
    )[-1]
    record = FitRecord(
        n_people=len(outcome),
        n_events=int(outcome.sum()),
        n_columns_offered=len(features.names),
        trials=tuple(Trial(t.parameters, t.n_folds, t.log_loss, t.parameters["penalty"] == best) for t in trials),
    )
    return LinearModel("logistic", intercept, tuple(terms), tuple(map(float, coefficients)), record)


def _draw_up_terms(
    matrix: scipy.sparse.csc_array, names: tuple[str, ...], weights: np.ndarray, settings: LogisticSettings
) -> list[Term]:
    """Value terms of the features that enough people have, and indicators where enough people lack them."""
    n_people = matrix.shape[0]
    enough = max(settings.min_people, settings.min_share * n_people)
    terms: list[Term] = []
    for j, name in enumerate(names):
        part = slice(matrix.indptr[j], matrix.indptr[j + 1])
        values, people = matrix.data[part].astype(np.float64), matrix.indices[part]
        is_missing = np.isnan(values)
        seen = ~is_missing & (values != 0)
        n_missing = int(is_missing.sum())
        if seen.sum() < enough:
            continue
        n_zero = n_people - n_missing - int(seen.sum())
        lower, upper = _limits(values[seen], weights[people[seen]], settings.winsor_share)
        if n_zero:  # zero means "none of it": a limit that cut it off would make one of none
            lower, upper = min(lower, 0.0), max(upper, 0.0)
        impute = _median(values, people, is_missing, weights) if n_missing else 0.0
        terms.append(ValueTerm(name, impute, lower, upper))
        if n_missing >= enough:
            terms.append(MissingTerm(name))
    return terms


def _limits(values: np.ndarray, weights: np.ndarray, share: float) -> tuple[float, float]:
    """Quantiles of the values other than zero: a count that 1 in 50 have would else be cut to zero for all."""
    share = min(max(share, FEWEST_BEYOND_LIMIT / len(values)), 0.5)
    return weighted_quantile(values, weights, share), weighted_quantile(values, weights, 1.0 - share)


def _median(values: np.ndarray, people: np.ndarray, is_missing: np.ndarray, weights: np.ndarray) -> float:
    """Weighted median of everybody measured, absent cells counting as 0."""
    column = np.zeros(len(weights))
    column[people] = values
    measured = np.ones(len(weights), dtype=bool)
    measured[people[is_missing]] = False
    return weighted_quantile(column[measured], weights[measured], 0.5)


def _try_penalties(
    standardised: np.ndarray,
    outcome: np.ndarray,
    weights: np.ndarray,
    person_id: np.ndarray,
    penalties: list[float],
    settings: LogisticSettings,
) -> list[Trial]:
    """Cross-validated log loss of each penalty, over everybody while held out."""
    losses = np.zeros(len(penalties))
    for fitted, held_out in draw_up_folds(person_id, outcome, settings.n_folds):
        part = standardised[held_out]
        path = fit_coefficients(standardised[fitted], outcome[fitted], weights[fitted], penalties,
                                max_iterations=settings.max_iterations)  # fmt: skip
        for k, (intercept, coefficients) in enumerate(path):
            logit = intercept + np.einsum("ij,j->i", part, coefficients)
            losses[k] += log_loss(outcome[held_out], logit, weights[held_out]) * weights[held_out].sum()
    return [
        Trial({"penalty": penalty}, settings.n_folds, float(loss / weights.sum()))
        for penalty, loss in zip(penalties, losses, strict=True)
    ]
