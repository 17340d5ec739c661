"""How well risks rank people: the area under the ROC curve and the paired difference of two."""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evidens.statistics.estimate import Estimate, Scale, name_level, normal_quantile, undefined, wald_estimate
from evidens.statistics.sample import Bools, Floats, Sample, check_sample


def auroc(
    outcome: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
    interval: Literal["logit", "wald"] = "logit",
) -> Estimate:
    """Probability that a person with the outcome has a higher risk than one without; ties count half.

    Parameters
    ----------
    outcome : array_like of bool, shape (n,)
        Whether the person had the outcome.
    risk : array_like of float, shape (n,)
        Predicted probability in [0, 1].
    weights : array_like of float, shape (n,), optional
        Inverse-probability-of-censoring weights, 0 for people censored before the horizon.
    level : float
        Confidence level.
    interval : {"logit", "wald"}
        Scale of the interval. The logit scale cannot leave (0, 1) and covers better near 1 or with
        few events; "wald" is what most R packages print.

    Returns
    -------
    Estimate
        `value` in [0, 1].

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.

    Notes
    -----
    The variance is that of DeLong [1]_ from placement values, in O(n log n) from one sort [2]_. With
    weights, placements are weighted shares and each person's part of the variance carries the square
    of the weight; equal weights give DeLong's number. The direction is never flipped: a model that
    ranks people backwards has an AUROC below one half.

    Where the variance of DeLong is zero or undefined (a perfect ranking, one event, risks that do not
    vary) an interval of zero width would be false certainty: the interval is then method 5 of
    Newcombe [3]_, a score interval that needs only the value and the two counts.

    References
    ----------
    .. [1] DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845. doi:10.2307/2531595
    .. [2] Sun X, Xu W. IEEE Signal Process Lett 2014;21:1389-1393. doi:10.1109/LSP.2014.2337313
    .. [3] Newcombe RG. Stat Med 2006;25:559-573. doi:10.1002/sim.2324

    Examples
    --------
    Of the four pairs of a person with and a person without the outcome, three are in the right order:

    >>> auroc([False, True, False, True], [0.1, 0.2, 0.3, 0.4]).value
    0.75
    """
    sample = check_sample("auroc", outcome, risk, weights=weights, level=level)
    scale: Scale = "logit" if interval == "logit" else "plain"
    method = sample.method("DeLong, logit-scale interval" if interval == "logit" else "DeLong, Wald interval")
    if sample.one_class:
        return undefined(sample.n, sample.n_events, method, sample.one_class)
    area, placement = _place(sample.outcome, sample.risk, sample.weights)
    se = _delong_se(sample, placement)
    if se is None or se == 0:
        return _newcombe(sample, area, se, level)
    n, n_events = sample.n, sample.n_events
    return wald_estimate(area, se, n=n, n_events=n_events, method=method, level=level, scale=scale, within=(0.0, 1.0))


def compare_auroc(
    outcome: ArrayLike,
    risk: ArrayLike,
    reference_risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Difference of two AUROCs in the same people: that of `risk` minus that of `reference_risk`.

    Parameters
    ----------
    outcome, risk, weights, level
        As in `auroc`.
    reference_risk : array_like of float, shape (n,)
        Predicted probabilities of the model compared with.

    Returns
    -------
    Estimate
        `value` in [-1, 1]; above zero where `risk` ranks better.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.

    Notes
    -----
    Paired DeLong (doi:10.2307/2531595) with a Wald interval. It assumes risks that were not fitted on
    these people: for nested models fitted on the same rows the difference is not normal.
    """
    sample = check_sample("compare_auroc", outcome, risk, weights=weights, reference_risk=reference_risk, level=level)
    method = sample.method("paired DeLong, Wald interval")
    n, n_events = sample.n, sample.n_events
    if sample.one_class:
        return undefined(n, n_events, method, sample.one_class)
    first, first_placement = _place(sample.outcome, sample.risk, sample.weights)
    second, second_placement = _place(sample.outcome, sample.reference, sample.weights)
    difference = first_placement - second_placement
    if not difference.any():
        reason = "both risks rank these people identically"
        return Estimate(0.0, 0.0, 0.0, 0.0, n, n_events, name_level(method, level), reason)
    se = _delong_se(sample, difference)
    return wald_estimate(first - second, se, n=n, n_events=n_events, method=method, level=level, within=(-1.0, 1.0))


def tie_groups(risk: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Order that sorts `risk` upwards, and where in that order each distinct risk begins."""
    order = np.argsort(risk)
    ordered = risk[order]
    is_new = np.empty(risk.size, bool)
    is_new[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    return order, np.flatnonzero(is_new)


def _place(outcome: Bools, risk: Floats, weights: Floats | None) -> tuple[float, Floats]:
    """AUROC, and for each event the share of non-events below it, for each non-event that of events above it."""
    order, starts = tie_groups(risk)
    ordered = outcome[order]
    # Counts are whole numbers, exact in float64, so that ties and halves carry no rounding.
    size = np.ones(risk.size) if weights is None else weights[order]
    of_events = np.where(ordered, size, 0.0)
    events = np.add.reduceat(of_events, starts)
    non_events = np.add.reduceat(size - of_events, starts)
    n_events, n_non_events = events.sum(), non_events.sum()
    below = np.cumsum(non_events) - non_events / 2
    above = n_events - np.cumsum(events) + events / 2
    area = float((events * below).sum() / (n_events * n_non_events))
    lengths = np.diff(starts, append=risk.size)
    placement = np.empty(risk.size)
    placement[order] = np.where(ordered, np.repeat(below / n_non_events, lengths), np.repeat(above / n_events, lengths))
    return area, placement


def _delong_se(sample: Sample, placement: Floats) -> float | None:
    """Root of the variance over events plus the variance over non-events; None where one is a single person."""
    variance = 0.0
    for rows in (sample.outcome, ~sample.outcome):
        group = sample.take(np.flatnonzero(rows))
        se = group.mean_se(placement[rows])
        if se is None:
            return None
        variance += se * se
    return math.sqrt(variance)


def _newcombe(sample: Sample, area: float, se: float | None, level: float) -> Estimate:
    """Score interval for an AUROC that DeLong gives no variance for."""
    method = name_level(sample.method("DeLong, interval by Newcombe's method 5"), level)
    if area in (0.0, 1.0):
        reason = "risks separate events from non-events completely: DeLong's variance is 0"
    elif se is None:
        reason = "a single event or non-event: DeLong's variance is undefined"
    else:
        reason = "placements do not vary: DeLong's variance is 0"
    sizes = [sample.take(np.flatnonzero(rows)) for rows in (sample.outcome, ~sample.outcome)]
    m, n = (group.n if group.weights is None else group.size**2 / (group.weights**2).sum() for group in sizes)
    lower, upper = newcombe_interval(area, m, n, level=level)
    return Estimate(area, None, lower, upper, sample.n, sample.n_events, method, reason)


def newcombe_interval(area: float, n_events: float, n_non_events: float, *, level: float = 0.95) -> tuple[float, float]:
    """Score interval for an AUROC from the value and the two counts alone: method 5 of Newcombe.

    Each limit L solves `|L - area| = z * se(L)` with the variance that Hanley and McNeil derived for
    exponential scores and `(n_events + n_non_events) / 2` in place of each count (doi:10.1002/sim.2324).

    >>> lower, upper = newcombe_interval(1.0, 10, 100)
    >>> 0.8 < lower < 0.9, upper
    (True, 1.0)
    """
    z = normal_quantile(level)

    def excess(limit: float) -> float:
        return abs(limit - area) - z * math.sqrt(newcombe_variance(limit, n_events, n_non_events))

    return _bisect(excess, 0.0, area), _bisect(excess, 1.0, area)


def newcombe_variance(area: float, n_events: float, n_non_events: float) -> float:
    """Variance of an AUROC from the value and the two counts (Hanley-McNeil as modified by Newcombe)."""
    others = (n_events + n_non_events) / 2 - 1
    spread = 1 + others * ((1 - area) / (2 - area) + area / (1 + area))
    return area * (1 - area) * spread / (n_events * n_non_events)


def _bisect(excess: Callable[[float], float], outside: float, inside: float) -> float:
    """Root of `excess` between `outside`, where it is positive, and `inside`, where it is not."""
    if excess(outside) <= 0:
        return outside
    for _ in range(100):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if excess(middle) > 0 else (outside, middle)
    return (outside + inside) / 2
