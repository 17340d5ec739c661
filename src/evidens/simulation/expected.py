"""Metrics of a score under the true risk: what they are on average over outcomes, without sampling noise.

Every function takes a score, the true risks p, and weights w (1 by default), one per person, and puts the
probability p in place of the outcome. As p is known exactly, a difference of a thousandth between two scores is
a difference, not chance. What is undefined (no one at risk, no one flagged) is NaN.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evidens.simulation.arrays import Floats


@dataclass(frozen=True)
class ExpectedClassification:
    """Expected shares when everyone with a score of at least the threshold is flagged.

    Parameters
    ----------
    share_flagged : float
        E[flagged].
    sensitivity : float
        True positive rate: flagged among those with the outcome, sum of w p [flagged] / sum of w p.
    specificity : float
        Not flagged among those without.
    ppv, npv : float
        With the outcome among the flagged, without it among the others.
    """

    share_flagged: float
    sensitivity: float
    specificity: float
    ppv: float
    npv: float


def as_columns(score: ArrayLike, risk_true: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    """Return scores, true risks and weights as arrays of floats; everyone weighs 1 without weights.

    >>> as_columns([0.2], [0.1], None)[2]
    array([1.])
    """
    score, risk = np.asarray(score, dtype=np.float64), np.asarray(risk_true, dtype=np.float64)
    return score, risk, np.ones(risk.size) if weights is None else np.asarray(weights, dtype=np.float64)


def expected_auroc(score: ArrayLike, risk_true: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the expected area under the ROC curve of `score`.

    Parameters
    ----------
    score : array of length n
        Any score, higher is more at risk; ties count half.
    risk_true : array of length n
        True probabilities of the outcome.
    weights : array of length n, optional
        Of people; everyone counts alike without them.

    Returns
    -------
    float
        Sum over pairs i, j of p_i (1 - p_j) [score_i > score_j] + ties / 2, over the sum of p_i (1 - p_j);
        a person's pair with itself, a tie, is included and vanishes as n grows. NaN when all risks are 0
        or 1.

    Examples
    --------
    >>> expected_auroc([1, 2], [0.0, 1.0])
    1.0
    >>> expected_auroc([7, 7, 7], [0.1, 0.2, 0.9])
    0.5
    """
    score, risk, w = as_columns(score, risk_true, weights)
    _, place = np.unique(score, return_inverse=True)
    events = np.bincount(place, weights=w * risk)
    others = np.bincount(place, weights=w * (1 - risk))
    below = np.concatenate([[0.0], np.cumsum(others)[:-1]])
    return _ratio((events * (below + others / 2)).sum(), events.sum() * others.sum())


def expected_brier(score: ArrayLike, risk_true: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the expected Brier score, the mean of p (1 - s)^2 + (1 - p) s^2.

    >>> expected_brier([0.5, 0.5], [0.5, 0.5])
    0.25
    """
    score, risk, w = as_columns(score, risk_true, weights)
    return _ratio((w * (risk * (1 - score) ** 2 + (1 - risk) * score**2)).sum(), w.sum())


def expected_scaled_brier(score: ArrayLike, risk_true: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return 1 - B / (m (1 - m)): B the expected Brier score, m the mean true risk; 0 for predicting m for all.

    >>> round(expected_scaled_brier([0.2, 0.4], [0.3, 0.3]), 3)
    -0.048
    """
    _, risk, w = as_columns(score, risk_true, weights)
    mean = _ratio((w * risk).sum(), w.sum())
    return 1 - _ratio(expected_brier(score, risk_true, weights), mean * (1 - mean))


def expected_net_benefit(
    score: ArrayLike, risk_true: ArrayLike, threshold: float, weights: ArrayLike | None = None
) -> float:
    """Return the expected net benefit of acting on everyone whose score is at least `threshold`.

    Parameters
    ----------
    threshold : float
        t between 0 and 1, both left out: the mean of [s >= t] (p - (1 - p) t / (1 - t)).

    Raises
    ------
    ValueError
        For a threshold of 0 or less, or 1 or more.

    Examples
    --------
    Acting on both gains the first's risk and loses the second's safety: (0.6 + 0.2 - 1 * (0.4 + 0.8)) / 2.

    >>> round(expected_net_benefit([0.9, 0.8], [0.6, 0.2], 0.5), 3)
    -0.2
    """
    if not 0 < threshold < 1:
        raise ValueError(f"a threshold lies between 0 and 1, got {threshold}")
    score, risk, w = as_columns(score, risk_true, weights)
    return _ratio((w * (score >= threshold) * (risk - (1 - risk) * threshold / (1 - threshold))).sum(), w.sum())


def expected_classification(
    score: ArrayLike, risk_true: ArrayLike, threshold: float, weights: ArrayLike | None = None
) -> ExpectedClassification:
    """Return the expected shares of a classification at `threshold`.

    >>> round(expected_classification([0.9, 0.1], [0.6, 0.2], 0.5).sensitivity, 3)
    0.75
    """
    score, risk, w = as_columns(score, risk_true, weights)
    flagged = score >= threshold
    events, others = w * risk, w * (1 - risk)
    return ExpectedClassification(
        share_flagged=_ratio(w[flagged].sum(), w.sum()),
        sensitivity=_ratio(events[flagged].sum(), events.sum()),
        specificity=_ratio(others[~flagged].sum(), others.sum()),
        ppv=_ratio(events[flagged].sum(), w[flagged].sum()),
        npv=_ratio(others[~flagged].sum(), w[~flagged].sum()),
    )


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")
