"""Flagging people at a threshold: sensitivity, specificity, predictive values, and differences of two models."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evidens.foundation import Fault
from evidens.statistics.estimate import Estimate, StatisticsError, name_level, undefined
from evidens.statistics.proportions import effective_size, share, tango_interval
from evidens.statistics.sample import check_sample


@dataclass(frozen=True)
class Classification:
    """Shares at one threshold; people are flagged where risk >= threshold.

    Parameters
    ----------
    sensitivity : Estimate
        Flagged among those with the outcome.
    specificity : Estimate
        Not flagged among those without the outcome.
    ppv : Estimate
        With the outcome among the flagged.
    npv : Estimate
        Without the outcome among those not flagged.
    flagged : Estimate
        Flagged among all.
    """

    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate
    flagged: Estimate


def classification_at_threshold(
    outcome: ArrayLike,
    risk: ArrayLike,
    threshold: float,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Classification:
    """Estimate what flagging everyone with risk >= `threshold` does.

    Parameters
    ----------
    outcome : array_like of bool, shape (n,)
        Whether the person had the outcome.
    risk : array_like of float, shape (n,)
        Predicted probability in [0, 1].
    threshold : float
        In [0, 1]; a risk equal to it is flagged.
    weights : array_like of float, shape (n,), optional
        Inverse-probability-of-censoring weights, 0 for people censored before the horizon.
    level : float
        Confidence level.

    Returns
    -------
    Classification
        Five estimates with Wilson intervals, weighted ones with Kish's effective number of people. A
        share of nobody is undefined, not 0: no events, no sensitivity.

    Raises
    ------
    StatisticsError
        For missing values, risks or thresholds outside [0, 1], unequal lengths.

    Examples
    --------
    >>> found = classification_at_threshold([True, True, False, False], [0.9, 0.2, 0.2, 0.1], 0.2)
    >>> found.sensitivity.value, found.specificity.value, round(found.ppv.value, 3)
    (1.0, 0.5, 0.667)
    """
    check_threshold("classification_at_threshold", threshold)
    sample = check_sample("classification_at_threshold", outcome, risk, weights=weights, level=level)
    flag, event = sample.risk >= threshold, sample.outcome
    everyone = np.ones(sample.n, bool)
    return Classification(
        sensitivity=share(sample, flag, event, level=level, reason="no one has the outcome"),
        specificity=share(sample, ~flag, ~event, level=level, reason="everyone has the outcome"),
        ppv=share(sample, event, flag, level=level, reason="no one is flagged"),
        npv=share(sample, ~event, ~flag, level=level, reason="everyone is flagged"),
        flagged=share(sample, flag, everyone, level=level, reason="no one to count"),
    )


def paired_difference(
    outcome: ArrayLike,
    risk: ArrayLike,
    reference_risk: ArrayLike,
    threshold: float,
    measure: Literal["sensitivity", "specificity"],
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Sensitivity or specificity of `risk` minus that of `reference_risk` in the same people.

    Parameters
    ----------
    outcome, risk, weights, level
        As in `classification_at_threshold`.
    reference_risk : array_like of float, shape (n,)
        Predicted probabilities of the model compared with.
    threshold : float
        In [0, 1]; both models flag where their risk is at least as high.
    measure : {"sensitivity", "specificity"}
        Which share.

    Returns
    -------
    Estimate
        Difference in [-1, 1] with Tango's score interval; `se` is the paired Wald one, None where the
        models agree on everyone. With weights the discordant shares count Kish's effective people.

    Raises
    ------
    StatisticsError
        For missing values, risks or thresholds outside [0, 1], unequal lengths.
    """
    if measure not in ("sensitivity", "specificity"):
        fault = Fault("paired_difference", "unknown measure.", "One of: sensitivity, specificity.")
        raise StatisticsError(fault)
    check_threshold("paired_difference", threshold)
    sample = check_sample(
        "paired_difference", outcome, risk, weights=weights, reference_risk=reference_risk, level=level
    )
    method = "paired difference, Tango score interval"
    method = name_level(method if sample.weights is None else f"{method}, weighted, Kish effective n", level)
    n, n_events = sample.n, sample.n_events
    among = sample.outcome if measure == "sensitivity" else ~sample.outcome
    if not among.any():
        reason = "no one has the outcome" if measure == "sensitivity" else "everyone has the outcome"
        return undefined(n, n_events, method, reason if n else "no one to count")
    first, second = sample.risk[among] >= threshold, sample.reference[among] >= threshold
    if measure == "specificity":
        first, second = ~first, ~second
    w = None if sample.weights is None else sample.weights[among]
    size = effective_size(first.size, w)
    counted = np.ones(first.size) if w is None else w
    part = size / float(counted.sum())
    only_first = part * float(counted[first & ~second].sum())
    only_second = part * float(counted[second & ~first].sum())
    value = (only_first - only_second) / size
    se = math.sqrt(max(only_first + only_second - size * value * value, 0.0)) / size
    lower, upper = tango_interval(only_first, only_second, size, level=level)
    return Estimate(value, se or None, lower, upper, n, n_events, method)


def check_threshold(place: str, threshold: float) -> None:
    """Stop at a threshold outside [0, 1]."""
    if not 0 <= threshold <= 1:
        raise StatisticsError(Fault(place, "threshold lies outside [0, 1].", "Give a predicted risk."))
