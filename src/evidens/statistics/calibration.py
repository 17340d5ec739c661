"""Mean and weak calibration: observed against expected, calibration in the large, calibration slope."""

import math

import numpy as np
from numpy.typing import ArrayLike

from evidens.statistics.estimate import Estimate, name_level, undefined, wald_estimate
from evidens.statistics.logistic import fit_logistic, logit
from evidens.statistics.overall import keep_off_edges
from evidens.statistics.sample import Sample, check_sample


def calibration_in_the_large(
    outcome: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Shift of the log-odds of all risks that makes them right on average; 0 is ideal.

    Parameters
    ----------
    outcome : array_like of bool, shape (n,)
        Whether the person had the outcome.
    risk : array_like of float, shape (n,)
        Predicted probability in [0, 1]; nearer than 1e-8 to 0 or 1 it counts as 1e-8 from it, and
        `reason` says so.
    weights : array_like of float, shape (n,), optional
        Inverse-probability-of-censoring weights, 0 for people censored before the horizon.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Intercept a of ``logit P(outcome) = a + 1 * logit(risk)``; above 0 the risks are too low.
        Wald interval, with weights from the sandwich variance.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.

    Notes
    -----
    It is not the intercept of the slope model: that one belongs to a slope other than 1. Van Calster B
    et al. BMC Med 2019;17:230. doi:10.1186/s12916-019-1466-7
    """
    sample = check_sample("calibration_in_the_large", outcome, risk, weights=weights, level=level)
    method = sample.method("intercept with logit risk as offset, Wald interval" + _sandwich(sample))
    n, n_events = sample.n, sample.n_events
    if sample.one_class:
        return undefined(n, n_events, method, f"{sample.one_class}: the intercept is infinite")
    risks, reason = keep_off_edges(sample.risk)
    fit = fit_logistic(sample.outcome, [np.ones(n)], offset=logit(risks), weights=sample.weights)
    if fit is None:
        return undefined(n, n_events, method, "the likelihood has no maximum within reach")
    return wald_estimate(
        fit.coefficients[0],
        math.sqrt(fit.covariance[0, 0]),
        n=n,
        n_events=n_events,
        method=method,
        level=level,
        reason=reason,
    )


def calibration_slope(
    outcome: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """Slope of the outcome's log-odds on the risk's; 1 is ideal, below 1 the risks are too extreme.

    Parameters
    ----------
    outcome, risk, weights, level
        As in `calibration_in_the_large`.

    Returns
    -------
    Estimate
        Slope b of ``logit P(outcome) = a + b * logit(risk)`` with a Wald interval, with weights from the
        sandwich variance. Undefined where risks separate events from non-events: b is then infinite.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.

    Notes
    -----
    Cox DR. Biometrika 1958;45:562-565. doi:10.1093/biomet/45.3-4.562. A slope near 1 says nothing
    about calibration in the large, nor the other way round: report both.
    """
    sample = check_sample("calibration_slope", outcome, risk, weights=weights, level=level)
    method = sample.method("logistic regression on logit risk, Wald interval" + _sandwich(sample))
    n, n_events = sample.n, sample.n_events
    if sample.one_class:
        return undefined(n, n_events, method, sample.one_class)
    risks, reason = keep_off_edges(sample.risk)
    why_not = separation(sample.outcome, risks)
    if why_not:
        return undefined(n, n_events, method, f"{why_not}: there is no finite slope")
    fit = fit_logistic(sample.outcome, [np.ones(n), logit(risks)], weights=sample.weights)
    if fit is None:
        return undefined(n, n_events, method, "the likelihood has no maximum within reach")
    return wald_estimate(
        fit.coefficients[1],
        math.sqrt(fit.covariance[1, 1]),
        n=n,
        n_events=n_events,
        method=method,
        level=level,
        reason=reason,
    )


def oe_ratio(outcome: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """Observed events over the number that the risks expect; 1 is ideal, above 1 the risks are too low.

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
        `value` of at least 0; interval on the log scale, `se` on the scale of the ratio.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.

    Notes
    -----
    ``Var(log O/E) = (1 - O/N) / O`` (Riley et al. Stat Med 2021;40:4230-4251. doi:10.1002/sim.9025); it
    takes the expected number as fixed. With weights it is the robust
    ``sum(w^2 (y - prevalence)^2) / O^2``, which for equal weights is the same number.
    """
    sample = check_sample("oe_ratio", outcome, risk, weights=weights, level=level)
    variance_name = "Var = (1 - O/N) / O" if sample.weights is None else "robust variance"
    method = sample.method(f"O/E, log-scale interval, {variance_name}")
    n, n_events = sample.n, sample.n_events
    if n == 0:
        return undefined(n, n_events, method, "no one to count")
    observed, expected = sample.total(sample.outcome), sample.total(sample.risk)
    if expected == 0:
        return undefined(n, n_events, method, "the risks expect no event")
    if n_events == 0:
        reason = "no one has the outcome: no log-scale interval"
        return Estimate(0.0, None, None, None, n, n_events, name_level(method, level), reason)
    if sample.weights is None:
        variance = (1 - observed / n) / observed
    else:
        variance = np.square(sample.weights * (sample.outcome - sample.prevalence)).sum() / observed**2
    ratio = observed / expected
    return wald_estimate(
        ratio, ratio * math.sqrt(variance), n=n, n_events=n_events, method=method, level=level, scale="log"
    )


def separation(outcome: np.ndarray, risk: np.ndarray) -> str | None:
    """Why a logistic slope on `risk` would be infinite, or None when events and non-events overlap."""
    events, non_events = risk[outcome], risk[~outcome]
    if risk.min() == risk.max():
        return "the risks do not vary"
    if events.min() >= non_events.max() or events.max() <= non_events.min():
        return "risks separate events from non-events completely"
    return None


def _sandwich(sample: Sample) -> str:
    return "" if sample.weights is None else ", sandwich variance"
