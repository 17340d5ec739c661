"""Moderate calibration: the smooth curve of observed on predicted risk, and its distance from the diagonal."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evidens.foundation import Fault
from evidens.statistics.calibration import separation
from evidens.statistics.estimate import Estimate, StatisticsError, name_level, normal_quantile, undefined
from evidens.statistics.loess import Loess, fit_loess
from evidens.statistics.overall import keep_off_edges
from evidens.statistics.sample import Floats, Sample, check_sample
from evidens.statistics.spline import SplineCurve, fit_spline

MOST_PEOPLE_FOR_LOESS = 20_000
FEWEST_FOR_LOESS = 10  # distinct risks, events and non-events
Smoother = Literal["loess", "spline"]


@dataclass(frozen=True)
class CalibrationCurve:
    """Smooth observed risk at predicted risks, with a pointwise band.

    Parameters
    ----------
    risk, observed, lower, upper : ndarray of float, shape (k,)
        Empty where the curve is undefined.
    n, n_events : int
        People the curve rests on, and of them those with the outcome.
    method : str
        Smoother and band.
    reason : str, optional
        Why the curve is undefined or simpler than usual.
    """

    risk: Floats
    observed: Floats
    lower: Floats
    upper: Floats
    n: int
    n_events: int
    method: str
    reason: str | None


@dataclass(frozen=True)
class CalibrationIndices:
    """Mean (ICI), median (E50) and 90th percentile (E90) of the distance of the curve from the diagonal."""

    ici: Estimate
    e50: Estimate
    e90: Estimate


def calibration_curve(
    outcome: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    at: ArrayLike | None = None,
    n_points: int = 100,
    smoother: Smoother | None = None,
    level: float = 0.95,
) -> CalibrationCurve:
    """Estimate how often the outcome occurs at each predicted risk.

    Parameters
    ----------
    outcome : array_like of bool, shape (n,)
        Whether the person had the outcome.
    risk : array_like of float, shape (n,)
        Predicted probability in [0, 1].
    weights : array_like of float, shape (n,), optional
        Inverse-probability-of-censoring weights, 0 for people censored before the horizon.
    at : array_like of float, optional
        Risks to evaluate at. Points outside the risks of these people are left out: a smooth curve
        knows nothing there.
    n_points : int
        Without `at`: so many evenly spaced points between the 0.5 % and 99.5 % quantiles of the risk.
    smoother : {"loess", "spline"}, optional
        Default: loess (span 0.75, degree 2) up to 20,000 people, above that a restricted cubic spline
        on the logit of the risk with 5 knots.
    level : float
        Confidence level of the band, at each point by itself.

    Returns
    -------
    CalibrationCurve
        With the smoother that was used in `method`.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.

    Notes
    -----
    Austin PC, Steyerberg EW. Stat Med 2014;33:517-535. doi:10.1002/sim.5941. Loess needs ten distinct
    risks, ten events and ten non-events, else the spline is used, with 3 knots or as a straight line when
    there is little to fit it on. A curve is worth reading from about 200 events and 200 non-events.
    """
    sample = check_sample("calibration_curve", outcome, risk, weights=weights, level=level)
    points = _check_points(at, sample, n_points)
    fitted, reason = _fit_smoother(sample, smoother)
    n, n_events = sample.n, sample.n_events
    if fitted is None:
        none = np.empty(0)
        return CalibrationCurve(none, none, none, none, n, n_events, sample.method("no curve"), reason)
    observed, lower, upper = fitted.band(points, normal_quantile(level))
    method = sample.method(f"{fitted.method}, pointwise band")
    return CalibrationCurve(points, observed, lower, upper, n, n_events, name_level(method, level), reason)


def ici(
    outcome: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    smoother: Smoother | None = None,
    n_resamples: int = 0,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
) -> CalibrationIndices:
    """Distance between predicted risk and the smooth calibration curve over people: mean, median, 90th percentile.

    Parameters
    ----------
    outcome, risk, weights, smoother, level
        As in `calibration_curve`.
    n_resamples : int
        Bootstrap resamples of people for a percentile interval; 0 gives none.
    rng : numpy.random.Generator, optional
        Without it there are no resamples, and no interval.

    Returns
    -------
    CalibrationIndices
        Three estimates of at least 0; without resamples `method` says "no interval".

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], unequal lengths.

    Notes
    -----
    Austin PC, Steyerberg EW. Stat Med 2019;38:4051-4065. doi:10.1002/sim.8281. Biased upwards in small
    samples, as the absolute value of noise, and dependent on the smoother: compare only like with like.
    The maximum (Emax) is not offered, because it differs widely between implementations. Loess is
    computed at 200 risks and interpolated between them.
    """
    sample = check_sample("ici", outcome, risk, weights=weights, level=level)
    fitted, reason = _fit_smoother(sample, smoother)
    n, n_events = sample.n, sample.n_events
    if fitted is None:
        nothing = undefined(n, n_events, sample.method("no curve"), reason or "no curve")
        return CalibrationIndices(nothing, nothing, nothing)
    values = _distances(fitted, sample)
    if n_resamples == 0 or rng is None:
        method = sample.method(f"{fitted.method}, no interval")
        return CalibrationIndices(*(Estimate(v, None, None, None, n, n_events, method, reason) for v in values))
    kind: Smoother = "loess" if isinstance(fitted, Loess) else "spline"
    draws = _resample(sample, kind, n_resamples, rng)
    method = name_level(sample.method(f"{fitted.method}, percentile bootstrap of {n_resamples} resamples"), level)
    if len(draws) < max(2, 0.9 * n_resamples):
        why = "more than one resample in ten has no curve: no interval"
        return CalibrationIndices(*(Estimate(v, None, None, None, n, n_events, method, why) for v in values))
    se = draws.std(axis=0, ddof=1)
    limits = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    return CalibrationIndices(
        *(
            Estimate(values[k], float(se[k]), float(limits[0, k]), float(limits[1, k]), n, n_events, method, reason)
            for k in range(3)
        )
    )


def _fit_smoother(sample: Sample, smoother: Smoother | None) -> tuple[Loess | SplineCurve | None, str | None]:
    """Fit the smoother, or give None, with the reason why it is missing or simpler than asked for."""
    if sample.one_class:
        return None, sample.one_class
    risks, _ = keep_off_edges(sample.risk)
    if risks.min() == risks.max():
        return None, "the risks do not vary"
    wants_loess = smoother == "loess" or (smoother is None and sample.n <= MOST_PEOPLE_FOR_LOESS)
    if wants_loess and min(sample.n_events, sample.n_non_events, np.unique(risks).size) >= FEWEST_FOR_LOESS:
        return fit_loess(sample.outcome, sample.risk, sample.weights), None
    why_not = separation(sample.outcome, risks)
    fitted = None if why_not else fit_spline(sample.outcome, risks, sample.weights)
    if fitted is None:
        return None, why_not or "the likelihood has no maximum within reach"
    simpler = wants_loess or fitted.knots.size < 5
    return fitted, "too few events, non-events or distinct risks for a more flexible curve" if simpler else None


def _distances(fitted: Loess | SplineCurve, sample: Sample) -> list[float]:
    distance = np.abs(fitted.predict(sample.risk) - sample.risk)
    if sample.weights is None:
        tail = np.quantile(distance, [0.5, 0.9])
    else:
        tail = np.quantile(distance, [0.5, 0.9], method="inverted_cdf", weights=sample.weights)
    return [sample.mean(distance), *(float(v) for v in tail)]


def _resample(sample: Sample, kind: Smoother, n_resamples: int, rng: np.random.Generator) -> Floats:
    draws = []
    for _ in range(n_resamples):
        drawn = sample.take(rng.integers(0, sample.n, sample.n))
        fitted, _ = _fit_smoother(drawn, kind)
        if fitted is not None:
            draws.append(_distances(fitted, drawn))
    return np.array(draws).reshape(-1, 3)


def _check_points(at: ArrayLike | None, sample: Sample, n_points: int) -> Floats:
    if sample.n == 0:
        return np.empty(0)
    if at is None:
        low, high = (float(edge) for edge in np.quantile(sample.risk, [0.005, 0.995]))
        return np.linspace(low, high, n_points)
    points = np.asarray(at, dtype=np.float64)
    if points.ndim != 1 or np.isnan(points).any():
        raise StatisticsError(Fault("calibration_curve", "at has missing values or two dimensions.", "Give risks."))
    return points[(points >= sample.risk.min()) & (points <= sample.risk.max())]
