"""Shares of people: Wilson's interval for one, Tango's for the difference of two in the same people."""

import math

import numpy as np
from numpy.typing import ArrayLike

from evidens.foundation import Fault
from evidens.statistics.estimate import Estimate, StatisticsError, name_level, normal_quantile, undefined
from evidens.statistics.sample import Sample, check_sample

WILSON = "Wilson interval"


def wilson_interval(successes: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Score interval for a share.

    Parameters
    ----------
    successes, n : float
        `0 <= successes <= n`, `n` above 0; need not be whole, so that weighted shares fit.
    level : float
        Confidence level.

    Returns
    -------
    tuple of float
        Lower and upper limit in [0, 1].

    Raises
    ------
    StatisticsError
        If `n` is not above 0, or `successes` lies outside [0, n].

    Notes
    -----
    Wilson EB. J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953; without continuity
    correction. Unlike the Wald interval it has a width where nobody or everybody succeeds.

    Examples
    --------
    >>> [round(limit, 4) for limit in wilson_interval(81, 263)]
    [0.2553, 0.3662]
    """
    if not (n > 0 and 0 <= successes <= n):
        raise StatisticsError(Fault("wilson_interval", "not 0 <= successes <= n with n > 0.", "Give counts."))
    z2, p = normal_quantile(level) ** 2, successes / n
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    width = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    lower = 0.0 if successes == 0 else max(centre - width, 0.0)
    upper = 1.0 if successes == n else min(centre + width, 1.0)
    return lower, upper


def prevalence(outcome: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """Share of people with the outcome: what average precision and net benefit are read against.

    Parameters
    ----------
    outcome : array_like of bool, shape (n,)
        Whether the person had the outcome; or any yes-or-no fact.
    weights : array_like of float, shape (n,), optional
        Inverse-probability-of-censoring weights; the interval then uses Kish's effective number of people.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        With a Wilson interval.

    Raises
    ------
    StatisticsError
        For missing values or unequal lengths.
    """
    sample = check_sample("prevalence", outcome, np.zeros(np.size(outcome)), weights=weights, level=level)
    return share(sample, sample.outcome, np.ones(sample.n, bool), level=level, reason="no one to count")


def share(sample: Sample, hits: np.ndarray, among: np.ndarray, *, level: float, reason: str) -> Estimate:
    """Weighted share of `hits` among the people `among`, undefined with `reason` where there is no one.

    Notes
    -----
    `se` is None where the share is 0 or 1: its formula gives 0 there, which is not certainty. With weights
    the interval counts Kish's effective people, ``sum(w)^2 / sum(w^2)``, in the denominator.
    """
    n, n_events = sample.n, sample.n_events
    method = name_level(WILSON if sample.weights is None else f"{WILSON}, weighted, Kish effective n", level)
    weights = None if sample.weights is None else sample.weights[among]
    size = effective_size(int(np.count_nonzero(among)), weights)
    if size == 0:
        return undefined(n, n_events, method, reason)
    hit = hits[among]
    value = float(np.count_nonzero(hit)) / size if weights is None else float(weights[hit].sum() / weights.sum())
    value = min(value, 1.0)
    lower, upper = wilson_interval(value * size, size, level=level)
    se = math.sqrt(value * (1 - value) / size)
    return Estimate(value, se or None, lower, upper, n, n_events, method)


def effective_size(n: int, weights: np.ndarray | None) -> float:
    """Kish's effective number of people: how many equally weighted ones carry as much information.

    >>> effective_size(4, None), effective_size(4, np.array([1.0, 1.0, 1.0, 3.0]))
    (4.0, 3.0)
    """
    if weights is None or n == 0:
        return float(n)
    return float(weights.sum() ** 2 / (weights * weights).sum())


def tango_interval(only_first: float, only_second: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Score interval for the difference of two shares in the same people.

    Parameters
    ----------
    only_first, only_second : float
        People positive by the first test alone, and by the second alone; need not be whole.
    n : float
        People, above 0.
    level : float
        Confidence level.

    Returns
    -------
    tuple of float
        Limits of first share minus second share, in [-1, 1].

    Raises
    ------
    StatisticsError
        If `n` is not above 0 or the counts do not fit in it.

    Notes
    -----
    Tango T. Stat Med 1998;17:891-908. doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B.
    Unlike the Wald interval it has a width where both tests agree on everyone.
    """
    if not (n > 0 and only_first >= 0 and only_second >= 0 and only_first + only_second <= n * (1 + 1e-12)):
        raise StatisticsError(Fault("tango_interval", "counts do not fit in n > 0.", "Give discordant counts and n."))
    z, estimate = normal_quantile(level), (only_first - only_second) / n

    def score(difference: float) -> float:
        b = (2 * n - only_first + only_second) * difference - only_first - only_second
        c = -only_second * difference * (1 - difference)
        second = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
        variance = n * (2 * second + difference * (1 - difference))
        gap = only_first - only_second - n * difference
        return abs(gap) / math.sqrt(variance) if variance > 0 else (math.inf if gap else 0.0)

    limits = []
    for edge in (-1.0, 1.0):
        outside, inside = edge, estimate
        for _ in range(100):
            middle = (outside + inside) / 2
            outside, inside = (middle, inside) if score(middle) > z else (outside, middle)
        limits.append(inside if outside != edge else (edge if score(edge) <= z else inside))
    return limits[0], limits[1]
