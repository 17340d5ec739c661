"""Calibration of a predicted risk under the true risk, without sampling noise.

A regression of the outcome on the prediction has a limit as people are drawn again and again: the regression of the
true risk itself. So the true risk takes the outcome's place in the logistic likelihood, sum of
w (p log f + (1 - p) log(1 - f)), which is maximised by Newton's method.
"""

import numpy as np
from numpy.typing import ArrayLike

from evidens.simulation.arrays import Floats
from evidens.simulation.expected import as_columns

NEAREST = 1e-8  # predictions nearer to 0 or 1 count as this far from it
KNOT_QUANTILES = (0.05, 0.275, 0.5, 0.725, 0.95)
FEWEST_FOR_SPLINE = 10  # distinct predictions
ROUNDS = 60


def expected_oe(risk: ArrayLike, risk_true: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return expected cases over predicted cases, sum of w p over sum of w s; above 1 predictions are too low.

    >>> round(expected_oe([0.1, 0.3], [0.2, 0.4]), 3)
    1.5
    """
    predicted, true, w = as_columns(risk, risk_true, weights)
    total = (w * predicted).sum()
    return float((w * true).sum() / total) if total > 0 else float("nan")


def expected_calibration_in_the_large(risk: ArrayLike, risk_true: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the a of logit p = a + logit s: the shift that makes predictions right on average; 0 is ideal.

    >>> round(expected_calibration_in_the_large([0.5, 0.5], [0.2, 0.2]), 6) == round(float(np.log(0.25)), 6)
    True
    """
    predicted, true, w = as_columns(risk, risk_true, weights)
    found = _fit([np.ones(true.size)], true, w, offset=_logit(predicted))
    return float("nan") if found is None else float(found[0])


def expected_calibration(
    risk: ArrayLike, risk_true: ArrayLike, weights: ArrayLike | None = None
) -> tuple[float, float]:
    """Return intercept and slope of logit p = a + b logit s; (0, 1) is ideal, b below 1 is too extreme.

    Notes
    -----
    Cox DR. Biometrika 1958;45:562-565. doi:10.1093/biomet/45.3-4.562. NaN where predictions do not vary or all true
    risks are 0 or 1 in the order of the predictions.
    """
    predicted, true, w = as_columns(risk, risk_true, weights)
    x = _logit(predicted)
    found = _fit([np.ones(true.size), x], true, w)
    return (float("nan"), float("nan")) if found is None else (float(found[0]), float(found[1]))


def expected_ici(risk: ArrayLike, risk_true: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the mean distance of the calibration curve E[p | s] from s, which is at least 0.

    Notes
    -----
    E[p | s] is a restricted cubic spline of logit s with five knots at Harrell's quantiles of the weighted people,
    fitted to the true risks; a straight line where there are fewer than ten distinct predictions. So it is the limit
    of the index that validation estimates with the same smoother. Austin PC, Steyerberg EW. Stat Med 2019;38:4051-4065.
    doi:10.1002/sim.8281
    """
    predicted, true, w = as_columns(risk, risk_true, weights)
    x = _logit(predicted)
    n_distinct = np.unique(x).size
    columns = [np.ones(x.size), x][: min(n_distinct, 2)]  # the mean alone where predictions do not vary
    if n_distinct >= FEWEST_FOR_SPLINE:
        columns += _spline_terms(x, np.quantile(x, KNOT_QUANTILES, method="inverted_cdf", weights=w))
    found = _fit(columns, true, w) if columns else None
    if found is None:
        return float("nan")
    curve = _expit(np.stack(columns, axis=1) @ found)
    return float((w * np.abs(curve - predicted)).sum() / w.sum())


def _fit(columns: list[Floats], true: Floats, w: Floats, *, offset: Floats | float = 0.0) -> Floats | None:
    """Coefficients of logit p on the columns, or None where they are not determined."""
    design = np.stack(columns, axis=1)
    total = (w * true).sum()
    if true.size == 0 or not 0 < total < w.sum():
        return None
    scale = np.abs(design).max(axis=0)
    if (scale == 0).any():
        return None
    design = design / scale
    beta, value = np.zeros(design.shape[1]), -np.inf
    step = scale * (np.arange(beta.size) == 1)  # from predictions that are right
    for _ in range(ROUNDS):
        tried = beta + step
        eta = design @ tried + offset
        small = np.exp(-np.abs(eta))
        gained = (w * (true * eta - np.maximum(eta, 0) - np.log1p(small))).sum()
        if gained < value - 1e-12 * abs(value):
            step = step / 2  # Newton went too far
            continue
        beta, value = tried, gained
        fitted = np.where(eta >= 0, 1.0, small) / (1 + small)
        score = design.T @ (w * (true - fitted))
        information = design.T @ (design * (w * fitted * (1 - fitted))[:, None])
        diagonal = np.sqrt(np.diag(information))
        if not (diagonal > 0).all() or np.linalg.cond(information / np.outer(diagonal, diagonal)) > 1e12:
            return None
        step = np.linalg.solve(information, score)
        if score @ step < 1e-12 * w.sum():
            return (beta + step) / scale
    return None


def _spline_terms(x: Floats, knots: Floats) -> list[Floats]:
    """Columns of a restricted cubic spline beside `x`; none where knots coincide."""
    if np.unique(knots).size < knots.size:
        return []
    last, before = knots[-1], knots[-2]

    def cube(knot: float) -> Floats:
        return np.maximum(x - knot, 0.0) ** 3 / (last - knots[0]) ** 2

    return [
        cube(k) - cube(before) * (last - k) / (last - before) + cube(last) * (before - k) / (last - before)
        for k in knots[:-2]
    ]


def _logit(p: Floats) -> Floats:
    p = np.clip(p, NEAREST, 1 - NEAREST)
    return np.log(p) - np.log1p(-p)


def _expit(x: Floats) -> Floats:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1 + e)
