"""Metrics of a score under the true risk: what they are on average over outcomes, without sampling noise."""

import numpy as np
from numpy.typing import ArrayLike


def expected_auroc(score: ArrayLike, risk_true: ArrayLike) -> float:
    """Return the expected area under the ROC curve of `score`.

    Parameters
    ----------
    score : array of length n
        Any score, higher is more at risk; ties count half.
    risk_true : array of length n
        True probabilities of the outcome.

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
    risk = np.asarray(risk_true, dtype=float)
    _, place = np.unique(np.asarray(score), return_inverse=True)
    events = np.bincount(place, weights=risk)
    others = np.bincount(place, weights=1 - risk)
    below = np.concatenate([[0.0], np.cumsum(others)[:-1]])
    total = events.sum() * others.sum()
    return float((events * (below + others / 2)).sum() / total) if total > 0 else float("nan")


def expected_brier(score: ArrayLike, risk_true: ArrayLike) -> float:
    """Return the expected Brier score, the mean of p (1 - s)^2 + (1 - p) s^2.

    >>> expected_brier([0.5, 0.5], [0.5, 0.5])
    0.25
    """
    score, risk = np.asarray(score, dtype=float), np.asarray(risk_true, dtype=float)
    return float(np.mean(risk * (1 - score) ** 2 + (1 - risk) * score**2))


def expected_net_benefit(score: ArrayLike, risk_true: ArrayLike, threshold: float) -> float:
    """Return the expected net benefit of acting on everyone whose score is at least `threshold`.

    Parameters
    ----------
    threshold : float
        Between 0 and 1, both left out.

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
    risk = np.asarray(risk_true, dtype=float)
    is_treated = np.asarray(score, dtype=float) >= threshold
    return float(np.mean(is_treated * (risk - (1 - risk) * threshold / (1 - threshold))))
