"""Performance within one group, and its difference to everyone else, each with an interval."""

import math
from collections.abc import Mapping

import numpy as np

from evidens.cohort.target import Target
from evidens.statistics import (
    Estimate,
    auroc,
    brier,
    calibration_slope,
    classification_at_threshold,
    net_benefit_at_threshold,
    oe_ratio,
    prevalence,
)

OVERALL = {"auroc": auroc, "brier": brier, "calibration_slope": calibration_slope, "oe_ratio": oe_ratio}
AT_THRESHOLD = ("sensitivity", "specificity", "ppv", "npv", "share_flagged", "net_benefit")
METRICS = ("prevalence", *OVERALL, *AT_THRESHOLD)
COMPARED = tuple(metric for metric in METRICS if metric != "net_benefit")  # which grows with the base rate


def keep_people(target: Target, kept: np.ndarray) -> Target:
    """Keep some people of the target; censoring weights stay those of everybody."""
    return Target(target.outcome[kept], target.weights[kept], target.horizon_days)


def estimate_performance(target: Target, risk: np.ndarray, threshold: float) -> dict[str, Estimate]:
    """Estimate all of `METRICS` in these people.

    Parameters
    ----------
    target : Target
        n people.
    risk : numpy.ndarray
        float64, n: predicted risk.
    threshold : float
        A person with a risk at or above it is flagged.
    """
    outcome, weights = target.outcome, target.weights
    table = classification_at_threshold(outcome, risk, threshold, weights=weights)
    return {
        "prevalence": prevalence(outcome, weights=weights),
        **{metric: estimate(outcome, risk, weights=weights) for metric, estimate in OVERALL.items()},
        "sensitivity": table.sensitivity,
        "specificity": table.specificity,
        "ppv": table.ppv,
        "npv": table.npv,
        "share_flagged": table.flagged,
        "net_benefit": net_benefit_at_threshold(outcome, risk, threshold, weights=weights),
    }


def refuse_performance(target: Target, reason: str) -> dict[str, Estimate]:
    """All of `METRICS`, undefined for the same reason."""
    nothing = Estimate(None, None, None, None, target.n_people, target.n_events, "not estimated", reason)
    return dict.fromkeys(METRICS, nothing)


def compare_to_rest(group: Mapping[str, Estimate], rest: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """Difference of each of `COMPARED`, group minus everyone else."""
    return {metric: subtract_independent(group[metric], rest[metric]) for metric in COMPARED}


def subtract_independent(first: Estimate, second: Estimate) -> Estimate:
    """Difference of two estimates from different people, with an interval.

    Notes
    -----
    The interval is made of the two intervals (MOVER [1]_): `lower = d - sqrt((v1 - l1)^2 + (u2 - v2)^2)`
    and the mirror image for the upper limit. So the difference of two shares has Newcombe's interval,
    and skewed intervals (AUROC on the logit scale, O/E on the log scale) keep their skew.

    References
    ----------
    .. [1] Zou GY, Donner A. Construction of confidence limits about effect measures: a general
       approach. Stat Med 2008;27:1693-702. doi:10.1002/sim.3095

    Examples
    --------
    >>> a = Estimate(0.8, 0.05, 0.7, 0.9, 100, 50, "made up", None)
    >>> b = Estimate(0.5, 0.05, 0.4, 0.6, 100, 50, "made up", None)
    >>> d = subtract_independent(a, b)
    >>> [round(v, 3) for v in (d.value, d.lower, d.upper)]
    [0.3, 0.159, 0.441]
    """
    method = "difference to everyone else, interval from both intervals (MOVER)"
    n, n_events = first.n, first.n_events
    if first.value is None or second.value is None:
        reason = first.reason if first.value is None else f"everyone else: {second.reason}"
        return Estimate(None, None, None, None, n, n_events, method, reason)
    difference = first.value - second.value
    if first.lower is None or first.upper is None or second.lower is None or second.upper is None:
        return Estimate(difference, None, None, None, n, n_events, method, "no interval for one of the two")
    below = math.hypot(first.value - first.lower, second.upper - second.value)
    above = math.hypot(first.upper - first.value, second.value - second.lower)
    se = None if first.se is None or second.se is None else math.hypot(first.se, second.se)
    return Estimate(difference, se, difference - below, difference + above, n, n_events, method, None)
