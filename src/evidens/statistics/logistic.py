"""Maximum likelihood for the small logistic models that calibration is measured with."""

from dataclasses import dataclass

import numpy as np

from evidens.statistics.sample import Bools, Floats

ROUNDS = 60
SMALLEST_GAIN = 1e-10  # Newton decrement at which the likelihood has stopped rising


@dataclass(frozen=True)
class LogisticFit:
    """Coefficients and their covariance.

    Parameters
    ----------
    coefficients : ndarray of float, shape (k,)
        On the log-odds scale.
    covariance : ndarray of float, shape (k, k)
        Inverse information; with weights the sandwich, whose middle carries the squared weights.
    """

    coefficients: Floats
    covariance: Floats


def expit(x: Floats) -> Floats:
    """Probability of the log-odds `x`, without overflow.

    >>> [float(p) for p in expit(np.array([-1000.0, 0.0, 1000.0]))]
    [0.0, 0.5, 1.0]
    """
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1 + e)


def logit(p: Floats) -> Floats:
    """Log-odds of the probability `p`, which must not be 0 or 1."""
    return np.log(p) - np.log1p(-p)


def fit_logistic(
    outcome: Bools, columns: list[Floats], *, offset: Floats | None = None, weights: Floats | None = None
) -> LogisticFit | None:
    """Fit `logit P(outcome) = offset + sum of coefficient * column` by Newton's method.

    Parameters
    ----------
    outcome : ndarray of bool, shape (n,)
        Both classes must occur.
    columns : list of ndarray, each of shape (n,)
        The design, with the intercept if there is one.
    offset : ndarray, shape (n,), optional
        Log-odds that get no coefficient.
    weights : ndarray, shape (n,), optional
        Positive; the covariance is then the sandwich (HC0), because a weighted likelihood's
        information is not the variance of its maximum.

    Returns
    -------
    LogisticFit or None
        None where the likelihood has no maximum (separation) or the columns are collinear.

    Notes
    -----
    Products are summed column by column in numpy's fixed order rather than by matrix products, whose
    last digits depend on the number of threads.
    """
    size = weights.mean() if weights is not None else 1.0
    w = None if weights is None else weights / size
    beta = np.zeros(len(columns))
    value = -np.inf
    for _ in range(ROUNDS):
        linear = _linear(beta, columns, offset)
        p = expit(linear)
        score_each = _times(w, outcome - p)
        information = _cross(columns, _times(w, p * (1 - p)))
        score = np.array([(column * score_each).sum() for column in columns])
        step = _solve(information, score)
        if step is None:
            return None
        decrement = float((step * score).sum())
        if decrement < SMALLEST_GAIN:
            return _finish(beta, columns, information, score_each, w)
        value, beta = _climb(outcome, columns, offset, w, beta, step, value)
        if not np.isfinite(value):
            return None
    return None


def _climb(
    outcome: Bools,
    columns: list[Floats],
    offset: Floats | None,
    w: Floats | None,
    beta: Floats,
    step: Floats,
    value: float,
) -> tuple[float, Floats]:
    """Newton's step, halved until the likelihood does not fall."""
    if value == -np.inf:
        value = _log_likelihood(outcome, _linear(beta, columns, offset), w)
    for _ in range(30):
        tried = beta + step
        reached = _log_likelihood(outcome, _linear(tried, columns, offset), w)
        if reached >= value - 1e-12 * abs(value):
            return reached, tried
        step = step / 2
    return -np.inf, beta


def _finish(
    beta: Floats, columns: list[Floats], information: Floats, score_each: Floats, w: Floats | None
) -> LogisticFit | None:
    inverse = _solve(information, np.eye(len(columns)))
    if inverse is None:
        return None
    covariance = inverse if w is None else inverse @ _cross(columns, score_each * score_each) @ inverse
    if not np.all(np.diag(covariance) > 0):
        return None
    return LogisticFit(beta, covariance)


def _linear(beta: Floats, columns: list[Floats], offset: Floats | None) -> Floats:
    linear = np.zeros(columns[0].size) if offset is None else offset.copy()
    for b, column in zip(beta, columns, strict=True):
        linear += b * column
    return linear


def _log_likelihood(outcome: Bools, linear: Floats, w: Floats | None) -> float:
    signed = np.where(outcome, -linear, linear)
    return -float(_times(w, np.maximum(signed, 0) + np.log1p(np.exp(-np.abs(signed)))).sum())


def _cross(columns: list[Floats], middle: Floats) -> Floats:
    product = np.empty((len(columns), len(columns)))
    for i, left in enumerate(columns):
        weighted = left * middle
        for j in range(i + 1):
            product[i, j] = product[j, i] = (weighted * columns[j]).sum()
    return product


def _times(w: Floats | None, values: Floats) -> Floats:
    return values if w is None else w * values


def _solve(matrix: Floats, right: Floats) -> Floats | None:
    """Solve after scaling the diagonal to one; None where the matrix is singular or nearly so."""
    diagonal = np.diag(matrix)
    if not (np.all(np.isfinite(matrix)) and np.all(diagonal > 0)):
        return None
    scale = 1 / np.sqrt(diagonal)
    scaled = matrix * np.outer(scale, scale)
    if np.linalg.cond(scaled) > 1e12:
        return None
    turned = np.linalg.solve(scaled, (scale * right.T).T)
    return (scale * turned.T).T
