"""One shape for every result: a value with its uncertainty, or the reason why there is none."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from evidens.foundation import EvidensError, Fault

Scale = Literal["plain", "log", "logit", "cloglog"]


class StatisticsError(EvidensError):
    """Input that no statistic can be computed from: missing values, risks outside [0, 1], unequal lengths."""


@dataclass(frozen=True)
class Estimate:
    """A value, its standard error and interval, how many people it rests on, and how it was made.

    Parameters
    ----------
    value : float or None
        None where the quantity is undefined in these people; then `reason` says why.
    se : float or None
        Standard error on the scale of `value`, whatever the scale of the interval.
    lower, upper : float or None
        Limits of the confidence interval; the level is 95 % unless `method` names another.
    n : int
        People with a weight above zero.
    n_events : int
        Of them those with the outcome; 0 where the quantity is not about an outcome.
    method : str
        The convention, such as "DeLong, logit-scale interval".
    reason : str, optional
        Why something is undefined, or a warning about the value.

    Raises
    ------
    StatisticsError
        If a number is NaN, or a missing value has no reason: neither may pass silently.

    Examples
    --------
    >>> Estimate(None, None, None, None, 12, 0, "DeLong, logit-scale interval", "no one has the outcome").value
    >>> Estimate(float("nan"), None, None, None, 12, 0, "DeLong")
    Traceback (most recent call last):
    evidens.statistics.estimate.StatisticsError: Estimate (DeLong): value is NaN. Give None and a reason.
    """

    value: float | None
    se: float | None
    lower: float | None
    upper: float | None
    n: int
    n_events: int
    method: str
    reason: str | None = None

    def __post_init__(self) -> None:
        for name in ("value", "se", "lower", "upper"):
            number = getattr(self, name)
            if number is not None and math.isnan(number):
                raise StatisticsError(Fault(f"Estimate ({self.method})", f"{name} is NaN.", "Give None and a reason."))
        if self.value is None and self.reason is None:
            raise StatisticsError(Fault(f"Estimate ({self.method})", "no value and no reason.", "Say why."))


def normal_quantile(level: float) -> float:
    """Multiplier z of a two-sided normal interval.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    return NormalDist().inv_cdf(0.5 + level / 2)


def name_level(method: str, level: float) -> str:
    """Add the level to `method` where it is not the usual 95 %.

    >>> name_level("DeLong", 0.9)
    'DeLong (90% interval)'
    """
    return method if level == 0.95 else f"{method} ({100 * level:g}% interval)"


def undefined(n: int, n_events: int, method: str, reason: str) -> Estimate:
    """Return the estimate that says why there is none."""
    return Estimate(None, None, None, None, n, n_events, method, reason)


def wald_estimate(
    value: float,
    se: float | None,
    *,
    n: int,
    n_events: int,
    method: str,
    level: float,
    scale: Scale = "plain",
    within: tuple[float, float] = (-math.inf, math.inf),
    reason: str | None = None,
) -> Estimate:
    """Return `value` with a normal interval formed on `scale` and carried back.

    Parameters
    ----------
    value : float
        The point estimate.
    se : float or None
        Its standard error; the delta method carries it to `scale`.
    n, n_events, method, reason
        As in `Estimate`.
    level : float
        Confidence level in (0, 1).
    scale : {"plain", "log", "logit", "cloglog"}
        Where the estimator is nearer to normal: logit for shares near 0 or 1, log for ratios,
        complementary log-log for cumulative incidences.
    within : tuple of float
        Range that the quantity cannot leave; limits on the plain scale are cut there.

    Notes
    -----
    A standard error of zero is not certainty but a variance formula at the edge of its range
    (a perfect ranking, no event in a group): the value is kept, the interval is not given, and
    `reason` says so.
    """
    method = name_level(method, level)
    if se is None or se == 0 or not _has_scale(value, scale):
        why = reason or "the variance cannot be estimated from these people: no interval"
        return Estimate(float(value), None, None, None, n, n_events, method, why)
    z = normal_quantile(level)
    if scale == "plain":
        lower, upper = max(value - z * se, within[0]), min(value + z * se, within[1])
    elif scale == "log":
        lower, upper = value * math.exp(-z * se / value), value * math.exp(z * se / value)
    elif scale == "logit":
        centre, width = math.log(value) - math.log1p(-value), z * se / (value * (1 - value))
        lower, upper = _expit(centre - width), _expit(centre + width)
    else:
        hazard = -math.log1p(-value)
        width = z * se / ((1 - value) * hazard)
        lower, upper = (-math.expm1(-hazard * math.exp(sign * min(width, 700.0))) for sign in (-1, 1))
    return Estimate(float(value), float(se), float(lower), float(upper), n, n_events, method, reason)


def _has_scale(value: float, scale: Scale) -> bool:
    if scale == "plain":
        return True
    return value > 0 if scale == "log" else 0 < value < 1


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
