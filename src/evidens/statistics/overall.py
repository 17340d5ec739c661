"""Overall accuracy of risks: Brier score, its share explained, log loss, and the paired difference."""

import numpy as np
from numpy.typing import ArrayLike

from evidens.statistics.estimate import Estimate, undefined, wald_estimate
from evidens.statistics.sample import Sample, check_sample

NEAREST = 1e-8  # to 0 and 1 that a risk may lie where its logarithm is needed
MOVED = "risks nearer than 1e-8 to 0 or 1 were moved there, for they have no logit"


def brier(outcome: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """Mean squared difference of risk and outcome; 0 is perfect, lower is better.

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
        `value` in [0, 1]; SE of a mean, Wald interval cut at 0 and 1.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.

    Notes
    -----
    The score depends on the prevalence; `scaled_brier` makes it comparable (Steyerberg et al.
    doi:10.1097/EDE.0b013e3181c30fb2). Weighted as Graf et al. (doi:10.1002/(SICI)1097-0258(19990915/30)
    18:17/18<2529::AID-SIM274>3.0.CO;2-5), with weights that sum to themselves.

    Examples
    --------
    >>> round(brier([True, False], [0.8, 0.4]).value, 6)  # (0.2^2 + 0.4^2) / 2
    0.1
    """
    sample = check_sample("brier", outcome, risk, weights=weights, level=level)
    return _mean(sample, _squared_error(sample.outcome, sample.risk), "Brier score, Wald interval", level, (0.0, 1.0))


def compare_brier(
    outcome: ArrayLike,
    risk: ArrayLike,
    reference_risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Brier score of `risk` minus that of `reference_risk` in the same people; below zero `risk` is better.

    Parameters
    ----------
    outcome, risk, weights, level
        As in `brier`.
    reference_risk : array_like of float, shape (n,)
        Predicted probabilities of the model compared with.

    Returns
    -------
    Estimate
        Mean paired difference of squared errors with a Wald interval.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.
    """
    sample = check_sample("compare_brier", outcome, risk, weights=weights, reference_risk=reference_risk, level=level)
    difference = _squared_error(sample.outcome, sample.risk) - _squared_error(sample.outcome, sample.reference)
    method = "paired difference of squared errors, Wald interval"
    if sample.n and not difference.any():
        text, reason = sample.method(method), "both risks have the same squared error in everyone"
        return Estimate(0.0, 0.0, 0.0, 0.0, sample.n, sample.n_events, text, reason)
    return _mean(sample, difference, method, level, (-1.0, 1.0))


def scaled_brier(
    outcome: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95
) -> Estimate:
    """One minus the Brier score over that of giving everyone the prevalence: the index of prediction accuracy.

    Parameters
    ----------
    outcome, risk, weights, level
        As in `brier`; the prevalence is that of these people, weighted.

    Returns
    -------
    Estimate
        `value` at most 1; 0 is no better than the prevalence, below 0 worse.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.

    Notes
    -----
    Kattan MW, Gerds TA. Diagn Progn Res 2018;2:7. doi:10.1186/s41512-018-0029-2. With B the Brier score,
    pi the prevalence and D = pi (1 - pi), person i adds
    ``-((y - p)^2 - B) / D + (B / D^2) (1 - 2 pi) (y - pi)`` to the estimate: that is the standard error.
    """
    sample = check_sample("scaled_brier", outcome, risk, weights=weights, level=level)
    method = sample.method("1 - Brier / Brier of the prevalence, influence-function SE, Wald interval")
    n, n_events = sample.n, sample.n_events
    if sample.one_class:
        return undefined(n, n_events, method, sample.one_class)
    errors = _squared_error(sample.outcome, sample.risk)
    score, share = sample.mean(errors), sample.prevalence
    null = share * (1 - share)
    influence = -(errors - score) / null + (score / null**2) * (1 - 2 * share) * (sample.outcome - share)
    return wald_estimate(
        1 - score / null,
        sample.mean_se(influence),
        n=n,
        n_events=n_events,
        method=method,
        level=level,
        within=(-np.inf, 1.0),
    )


def log_loss(outcome: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """Mean negative log-likelihood of the outcomes under the risks, in nats; lower is better.

    Parameters
    ----------
    outcome, risk, weights, level
        As in `brier`. A risk nearer than 1e-8 to 0 or 1 counts as 1e-8 from it, and `reason` says so:
        one impossible event would otherwise make the mean infinite.

    Returns
    -------
    Estimate
        `value` of at least 0 with a Wald interval.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.
    """
    sample = check_sample("log_loss", outcome, risk, weights=weights, level=level)
    risks, reason = keep_off_edges(sample.risk)
    losses = -np.log(np.where(sample.outcome, risks, 1 - risks))
    return _mean(sample, losses, "log loss, Wald interval", level, (0.0, np.inf), reason)


def keep_off_edges(risk: np.ndarray) -> tuple[np.ndarray, str | None]:
    """Risks at least 1e-8 from 0 and 1, and a reason where some had to be moved."""
    if risk.size == 0 or (risk.min() >= NEAREST and risk.max() <= 1 - NEAREST):
        return risk, None
    return np.clip(risk, NEAREST, 1 - NEAREST), MOVED


def _squared_error(outcome: np.ndarray, risk: np.ndarray) -> np.ndarray:
    return np.square(risk - outcome)


def _mean(
    sample: Sample,
    values: np.ndarray,
    method: str,
    level: float,
    within: tuple[float, float],
    reason: str | None = None,
) -> Estimate:
    """Weighted mean of `values` with a Wald interval."""
    n, n_events, method = sample.n, sample.n_events, sample.method(method)
    if n == 0:
        return undefined(n, n_events, method, "no one to count")
    return wald_estimate(
        sample.mean(values),
        sample.mean_se(values),
        n=n,
        n_events=n_events,
        method=method,
        level=level,
        within=within,
        reason=reason,
    )
