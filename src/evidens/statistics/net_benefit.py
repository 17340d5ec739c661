"""Net benefit: what acting on a model gains, in true positives, at the exchange rate a threshold implies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evidens.foundation import Fault
from evidens.statistics.estimate import Estimate, StatisticsError, name_level, undefined, wald_estimate
from evidens.statistics.proportions import effective_size, wilson_interval
from evidens.statistics.sample import Floats, Sample, check_sample


@dataclass(frozen=True)
class NetBenefit:
    """Decision curves of a model and of the two strategies that need none.

    Parameters
    ----------
    thresholds : ndarray of float, shape (k,)
        Risks at and above which people are acted on.
    model, treat_all, treat_none : ndarray of float, shape (k,)
        Net benefit per person, in true positives.
    standardised : ndarray of float, shape (k,), or None
        Of the model, as a share of the prevalence: 1 is perfect. None where no one has the outcome.
    interventions_avoided : ndarray of float, shape (k,)
        Per person, against treating all, at no loss of true positives.
    n, n_events : int
        People, and of them those with the outcome.
    method : str
        The convention.
    reason : str, optional
        Why the curves are empty or not standardised.
    """

    thresholds: Floats
    model: Floats
    treat_all: Floats
    treat_none: Floats
    standardised: Floats | None
    interventions_avoided: Floats
    n: int
    n_events: int
    method: str
    reason: str | None


def net_benefit(
    outcome: ArrayLike, risk: ArrayLike, thresholds: ArrayLike, *, weights: ArrayLike | None = None
) -> NetBenefit:
    """Net benefit at many thresholds from one sort.

    Parameters
    ----------
    outcome : array_like of bool, shape (n,)
        Whether the person had the outcome.
    risk : array_like of float, shape (n,)
        Predicted probability in [0, 1].
    thresholds : array_like of float, shape (k,)
        In (0, 1): set in advance from clinical reasoning, not from the data.
    weights : array_like of float, shape (n,), optional
        Inverse-probability-of-censoring weights, 0 for people censored before the horizon.

    Returns
    -------
    NetBenefit
        Point curves; `net_benefit_at_threshold` and `net_benefit_difference` give intervals.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], thresholds outside (0, 1), unequal lengths.

    Notes
    -----
    ``TP/n - FP/n * t / (1 - t)`` with people flagged where risk >= t. Vickers AJ, Elkin EB. Med Decis Making
    2006;26:565-574. doi:10.1177/0272989X06295361. No p-values: which strategy to choose is read from
    the expected benefit.

    Examples
    --------
    At 0.2 a false positive costs a quarter of a true positive; two people are flagged, one rightly:
    1/4 - 1/4 * 1/4.

    >>> curve = net_benefit([True, False, False, False], [0.9, 0.2, 0.1, 0.1], [0.2])
    >>> float(curve.model[0])
    0.1875
    """
    points = _check_thresholds("net_benefit", thresholds)
    sample = check_sample("net_benefit", outcome, risk, weights=weights)
    method = sample.method("TP/n - FP/n * odds of the threshold, flagged where risk >= threshold")
    if sample.n == 0:
        none = np.empty(0)
        return NetBenefit(none, none, none, none, None, none, 0, 0, method, "no one to count")
    order = np.argsort(sample.risk)
    size = np.ones(sample.n) if sample.weights is None else sample.weights[order]
    events = np.where(sample.outcome[order], size, 0.0)
    first = np.searchsorted(sample.risk[order], points, side="left")
    true_positive = _from(events, first) / sample.size
    false_positive = _from(size - events, first) / sample.size
    odds, share = points / (1 - points), sample.prevalence
    model, treat_all = true_positive - false_positive * odds, share - (1 - share) * odds
    return NetBenefit(
        thresholds=points,
        model=model,
        treat_all=treat_all,
        treat_none=np.zeros(points.size),
        standardised=model / share if share > 0 else None,
        interventions_avoided=(model - treat_all) / odds,
        n=sample.n,
        n_events=sample.n_events,
        method=method,
        reason=None if share > 0 else "no one has the outcome: not standardised",
    )


def net_benefit_difference(
    outcome: ArrayLike,
    risk: ArrayLike,
    reference_risk: ArrayLike,
    threshold: float,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Net benefit of `risk` minus that of `reference_risk` at one threshold, in the same people.

    Parameters
    ----------
    outcome, risk, weights
        As in `net_benefit`.
    reference_risk : array_like of float, shape (n,)
        Risks of the model compared with; all ones stand for treating everyone, all zeros for no one.
    threshold : float
        In (0, 1).
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        In true positives per person, with the SE of a mean of paired differences and a Wald interval.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], a threshold outside (0, 1), unequal lengths.

    Notes
    -----
    Each person adds ``(flag - reference flag) * (1 if event else -odds)``, so the variance is that of a mean
    and carries the pairing. Where both flag the same people that variance is 0, which is not certainty: the
    limits are then what the people could gain or lose on whom the two may still disagree, at most Wilson's
    upper limit of 0 in n.
    """
    place = "net_benefit_difference"
    _check_thresholds(place, [threshold])
    sample = check_sample(place, outcome, risk, weights=weights, reference_risk=reference_risk, level=level)
    moved = (sample.risk >= threshold).astype(np.float64) - (sample.reference >= threshold)
    most = max(1.0, threshold / (1 - threshold))
    if sample.n and not moved.any():
        return _nothing_moved(
            sample, "paired difference of net benefit", "both flag the same people", -most, most, level
        )
    return _mean_gain(sample, moved, threshold, "paired difference of net benefit, Wald interval", level)


def net_benefit_at_threshold(
    outcome: ArrayLike,
    risk: ArrayLike,
    threshold: float,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Net benefit of `risk` at one threshold, with an interval: its difference from treating no one.

    Parameters
    ----------
    outcome, risk, threshold, weights, level
        As in `net_benefit_difference`.

    Returns
    -------
    Estimate
        In true positives per person.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], a threshold outside (0, 1), unequal lengths.
    """
    place = "net_benefit_at_threshold"
    _check_thresholds(place, [threshold])
    sample = check_sample(place, outcome, risk, weights=weights, level=level)
    flag = (sample.risk >= threshold).astype(np.float64)
    if sample.n and not flag.any():
        odds = threshold / (1 - threshold)
        return _nothing_moved(sample, "net benefit", "no one is flagged", -odds, 1.0, level)
    return _mean_gain(sample, flag, threshold, "net benefit, Wald interval", level)


def _nothing_moved(sample: Sample, what: str, reason: str, least: float, most: float, level: float) -> Estimate:
    """Zero, with the limits of what Wilson's upper limit of 0 in n people could lose (`least`) or gain."""
    size = effective_size(sample.n, sample.weights)
    share = wilson_interval(0, size, level=level)[1]
    method = name_level(sample.method(f"{what}, Wilson limit of people it would change"), level)
    return Estimate(0.0, None, least * share, most * share, sample.n, sample.n_events, method, reason)


def _mean_gain(sample: Sample, moved: Floats, threshold: float, method: str, level: float) -> Estimate:
    """Mean over people of what being flagged (1), unflagged (-1) or neither (0) gains, with its interval."""
    n, n_events, method = sample.n, sample.n_events, sample.method(method)
    if n == 0:
        return undefined(n, n_events, method, "no one to count")
    gain = np.where(sample.outcome, moved, -threshold / (1 - threshold) * moved)
    return wald_estimate(sample.mean(gain), sample.mean_se(gain), n=n, n_events=n_events, method=method, level=level)


def _from(values: Floats, first: np.ndarray) -> Floats:
    """Sum `values` from each position in `first` to the end."""
    return np.append(np.cumsum(values[::-1])[::-1], 0.0)[first]


def _check_thresholds(place: str, thresholds: ArrayLike) -> Floats:
    points = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
    if points.ndim != 1 or not bool(((points > 0) & (points < 1)).all()):
        raise StatisticsError(Fault(place, "a threshold lies outside (0, 1).", "Give predicted risks."))
    return points
