"""Describing groups: how far apart two are on one variable, and how risks are spread by outcome."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evidens.foundation import Fault, Faults
from evidens.statistics.estimate import Estimate, StatisticsError, undefined, wald_estimate
from evidens.statistics.sample import Floats, check_level, check_sample


@dataclass(frozen=True)
class RiskDistribution:
    """Counts of people by predicted risk, apart for those with and without the outcome.

    Parameters
    ----------
    edges : ndarray of float, shape (k + 1,)
        Limits of the bins; the last bin holds its right edge, the others do not.
    n_events, n_non_events : ndarray of int, shape (k,)
        People with and without the outcome in each bin.
    share_of_events, share_of_non_events : ndarray of float, shape (k,), or None
        Weighted shares of each group, summing to 1; None where the group is empty.
    """

    edges: Floats
    n_events: NDArray[np.int64]
    n_non_events: NDArray[np.int64]
    share_of_events: Floats | None
    share_of_non_events: Floats | None


def risk_distribution(
    outcome: ArrayLike, risk: ArrayLike, edges: ArrayLike, *, weights: ArrayLike | None = None
) -> RiskDistribution:
    """Count people by predicted risk within each outcome group.

    Parameters
    ----------
    outcome : array_like of bool, shape (n,)
        Whether the person had the outcome.
    risk : array_like of float, shape (n,)
        Predicted probability in [0, 1].
    edges : array_like of float, shape (k + 1,)
        Rising, from at most the lowest to at least the highest risk.
    weights : array_like of float, shape (n,), optional
        Inverse-probability-of-censoring weights; they enter the shares, not the counts.

    Returns
    -------
    RiskDistribution
        Every person with a weight above zero is in one bin.

    Raises
    ------
    StatisticsError
        For missing values, unequal lengths, edges that do not rise or leave people out.

    Examples
    --------
    >>> found = risk_distribution([True, False, False], [0.7, 0.2, 0.5], [0, 0.5, 1])
    >>> found.n_events.tolist(), found.n_non_events.tolist()
    ([0, 1], [1, 1])
    """
    sample = check_sample("risk_distribution", outcome, risk, weights=weights)
    limits = np.asarray(edges, dtype=np.float64)
    if limits.ndim != 1 or limits.size < 2 or not bool((np.diff(limits) > 0).all()):
        raise StatisticsError(Fault("risk_distribution", "edges do not rise.", "Give at least two rising edges."))
    if sample.n and (sample.risk.min() < limits[0] or sample.risk.max() > limits[-1]):
        raise StatisticsError(Fault("risk_distribution", "edges leave people out.", "Let them span all risks."))
    k = limits.size - 1
    bins = np.minimum(np.searchsorted(limits, sample.risk, side="right") - 1, k - 1)
    counts, shares = [], []
    for group in (sample.outcome, ~sample.outcome):
        counts.append(np.bincount(bins[group], minlength=k).astype(np.int64))
        within = None if sample.weights is None else sample.weights[group]
        size = np.bincount(bins[group], weights=within, minlength=k)
        shares.append(size / size.sum() if group.any() else None)
    return RiskDistribution(limits, counts[0], counts[1], shares[0], shares[1])


def standardized_mean_difference(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Mean of `first` minus mean of `second` in units of their common standard deviation.

    Parameters
    ----------
    first, second : array_like of float or bool
        One value per person of either group; True and False make it the difference of two shares.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Without unit; 0.1 is the usual mark of a difference worth looking at. `n` counts both groups,
        `n_events` those True.

    Raises
    ------
    StatisticsError
        For missing values.

    Notes
    -----
    The unit is the root of the mean of the two variances, for shares p (1 - p), so that it does not depend on
    the groups' sizes: Austin PC. Stat Med 2009;28:3083-3107. doi:10.1002/sim.3697. Standard error
    ``sqrt((n1 + n2) / (n1 n2) + d^2 / (2 (n1 + n2)))`` of Hedges and Olkin (1985), Wald interval.

    Examples
    --------
    >>> round(standardized_mean_difference([1, 2, 3], [2, 3, 4]).value, 6)
    -1.0
    """
    faults = Faults()
    check_level(faults, "standardized_mean_difference", level)
    groups = [np.asarray(first), np.asarray(second)]
    is_share = all(group.dtype == np.bool_ for group in groups)
    values = [group.astype(np.float64) for group in groups]
    if not all(np.isfinite(group).all() for group in values):
        place = "standardized_mean_difference"
        faults.add(place, "values are missing or infinite.", "Drop them and say how many.")
    faults.stop(StatisticsError)
    method = "difference of shares" if is_share else "difference of means"
    method = f"{method} over the root of the mean variance, Wald interval"
    n1, n2 = (group.size for group in values)
    n_events = int(sum(group.sum() for group in values)) if is_share else 0
    if min(n1, n2) < (1 if is_share else 2):
        return undefined(n1 + n2, n_events, method, "a group has too few people")
    spread = math.sqrt(sum(float(group.var(ddof=0 if is_share else 1)) for group in values) / 2)
    if spread == 0:
        return undefined(n1 + n2, n_events, method, "the variable does not vary within the groups")
    d = float(values[0].mean() - values[1].mean()) / spread
    se = math.sqrt((n1 + n2) / (n1 * n2) + d * d / (2 * (n1 + n2)))
    return wald_estimate(d, se, n=n1 + n2, n_events=n_events, method=method, level=level)
