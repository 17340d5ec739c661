"""Average precision: the mean positive predictive value over the ranks of people with the outcome."""

import numpy as np
from numpy.typing import ArrayLike

from evidens.statistics.discrimination import tie_groups
from evidens.statistics.estimate import Estimate, undefined, wald_estimate
from evidens.statistics.sample import Sample, check_sample


def average_precision(
    outcome: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Mean over people with the outcome of the share with the outcome among those at least as high.

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

    Returns
    -------
    Estimate
        `value` in (0, 1]. Read it against `prevalence`, the value of risks that know nothing; average
        precisions at different prevalences cannot be compared.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.

    Notes
    -----
    A step function, not trapezoids, which overstate the area where risks tie [1]_. People with equal
    risk are flagged together. The standard error is that of the influence function: with precision
    P(s) and share flagged B(s) at threshold s, T the events and pi the prevalence, person j adds

    ``(y_j (P(s_j) + G(s_j) - AP) - H(s_j)) / pi``,  G(s) = E[T 1(S <= s) / B],  H(s) = E[T 1(S <= s) P / B].

    The interval is formed on the logit scale, which covers better than the plain one [1]_.

    References
    ----------
    .. [1] Boyd K, Eng KH, Page CD. Area under the precision-recall curve: point estimates and confidence
       intervals. ECML PKDD 2013, LNCS 8190:451-466. doi:10.1007/978-3-642-40994-3_29

    Examples
    --------
    The two events stand at ranks 1 and 3 of 4: (1/1 + 2/3) / 2.

    >>> round(average_precision([True, False, True, False], [0.9, 0.8, 0.7, 0.1]).value, 6)
    0.833333
    """
    sample = check_sample("average_precision", outcome, risk, weights=weights, level=level)
    method = sample.method("average precision (step function), influence-function SE, logit-scale interval")
    n, n_events = sample.n, sample.n_events
    if sample.one_class:
        return undefined(n, n_events, method, sample.one_class)
    value, influence = _rank(sample)
    reason = "risks separate events from non-events completely: no interval" if value == 1 else None
    return wald_estimate(
        value,
        sample.mean_se(influence),
        n=n,
        n_events=n_events,
        method=method,
        level=level,
        scale="logit",
        reason=reason,
    )


def _rank(sample: Sample) -> tuple[float, np.ndarray]:
    """Average precision and each person's influence on it."""
    order, starts = tie_groups(sample.risk)
    order, starts = order[::-1], np.sort(sample.n - np.append(starts[1:], sample.n))
    size = np.ones(sample.n) if sample.weights is None else sample.weights[order]
    outcome = sample.outcome[order]
    people = np.add.reduceat(size, starts)
    events = np.add.reduceat(np.where(outcome, size, 0.0), starts)
    total, n_events = people.sum(), events.sum()
    flagged = np.cumsum(people)
    precision = np.cumsum(events) / flagged
    value = float((events * precision).sum() / n_events)
    # Sums over thresholds at or below each person's risk: events there would see the person flagged.
    weight = events / flagged
    g = np.cumsum(weight[::-1])[::-1]
    h = np.cumsum((weight * precision)[::-1])[::-1]
    lengths = np.diff(starts, append=sample.n)
    influence = np.empty(sample.n)
    influence[order] = (np.where(outcome, np.repeat(precision + g, lengths) - value, 0.0) - np.repeat(h, lengths)) * (
        total / n_events
    )
    return value, influence
