"""How many people an external validation needs (Riley's precision criteria for a binary outcome)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evidens.foundation import Faults
from evidens.statistics.estimate import StatisticsError, normal_quantile
from evidens.statistics.logistic import expit, logit
from evidens.statistics.overall import keep_off_edges
from evidens.statistics.sample import Floats, check_sample
from evidens.statistics.sample_size_development import normal_grid, round_up


@dataclass(frozen=True)
class ValidationSize:
    """Least number of people for validating a model, by criterion.

    Parameters
    ----------
    n : int
        The largest of the criteria.
    n_events : int
        Expected events among `n`, rounded up.
    oe_ratio, calibration_slope, c_statistic : int
        People needed for the target width of each 95 % interval.
    net_benefit : int or None
        The same for the standardised net benefit, where a threshold was given.
    """

    n: int
    n_events: int
    oe_ratio: int
    calibration_slope: int
    c_statistic: int
    net_benefit: int | None


def sample_size_validation(
    prevalence: float,
    c_statistic: float,
    *,
    oe_width: float = 0.2,
    slope_width: float = 0.2,
    c_width: float = 0.1,
    risk: ArrayLike | None = None,
    threshold: float | None = None,
    sensitivity: float | None = None,
    specificity: float | None = None,
    net_benefit_width: float = 0.2,
) -> ValidationSize:
    """Least number of people so that O/E, slope, C-statistic and net benefit have narrow 95 % intervals.

    Parameters
    ----------
    prevalence : float
        Anticipated share with the outcome, in (0, 1).
    c_statistic : float
        Anticipated C-statistic, in (0.5, 1).
    oe_width, slope_width, c_width, net_benefit_width : float
        Target widths of the intervals. What is acceptable for O/E depends on the prevalence.
    risk : array_like of float, optional
        Risks anticipated in the validation population, such as those of the development sample: their spread
        decides the slope criterion. Default: log-odds normal in people with and without the outcome, with
        equal variances, as prevalence and C-statistic imply.
    threshold, sensitivity, specificity : float, optional
        For net benefit; given together.

    Returns
    -------
    ValidationSize
        The criteria and their maximum, for a model that is calibrated.

    Raises
    ------
    StatisticsError
        For values outside their range, or a threshold without sensitivity and specificity.

    Notes
    -----
    Riley RD et al. Stat Med 2021;40:4230-4251. doi:10.1002/sim.9025. Integrals, not simulation: no seed enters.
    The paper rounds target standard errors (0.051 for a width of 0.2), so its numbers differ by some promille.

    Examples
    --------
    >>> size = sample_size_validation(0.1, 0.7)
    >>> size.oe_ratio, size.c_statistic
    (3469, 1153)
    """
    place, faults = "sample_size_validation", Faults()
    widths = (oe_width, slope_width, c_width, net_benefit_width)
    if not 0 < prevalence < 1 or not 0.5 < c_statistic < 1:
        faults.add(place, "prevalence outside (0, 1) or c_statistic outside (0.5, 1).", "Give anticipated values.")
    if not all(width > 0 for width in widths):
        faults.add(place, "a target width is not above 0.", "Give the width of a 95 % interval.")
    acting = [given for given in (threshold, sensitivity, specificity) if given is not None]
    if acting and not (len(acting) == 3 and all(0 < given < 1 for given in acting)):
        faults.add(place, "threshold, sensitivity, specificity are not all in (0, 1).", "Give all three or none.")
    faults.stop(StatisticsError)
    z = normal_quantile(0.95)
    sizes = [
        (1 - prevalence) / prevalence / (math.asinh(oe_width / 2) / z) ** 2,
        _people_for_slope(*_linear_predictor(prevalence, c_statistic, risk), slope_width / (2 * z)),
        _people_for_c(prevalence, c_statistic, c_width / (2 * z)),
    ]
    if acting:
        sizes.append(_people_for_net_benefit(prevalence, *acting, se=net_benefit_width / (2 * z)))
    people = [round_up(size) for size in sizes]
    n = max(people)
    return ValidationSize(
        n=n,
        n_events=round_up(n * prevalence),
        oe_ratio=people[0],
        calibration_slope=people[1],
        c_statistic=people[2],
        net_benefit=people[3] if acting else None,
    )


def _linear_predictor(prevalence: float, c_statistic: float, risk: ArrayLike | None) -> tuple[Floats, Floats]:
    """Log-odds and their probabilities in the validation population.

    With log-odds N(m, s^2) without and N(m + s^2, s^2) with the outcome, C fixes s^2 = 2 quantile(C)^2, and
    the log-odds are calibrated exactly where m = logit(prevalence) - s^2 / 2.
    """
    if risk is not None:
        given = np.asarray(risk, dtype=np.float64)
        sample = check_sample("sample_size_validation", np.zeros(given.shape, bool), given)
        values = logit(keep_off_edges(sample.risk)[0])
        return values, np.full(values.size, 1 / max(values.size, 1))
    variance = 2 * normal_quantile(2 * c_statistic - 1) ** 2
    mean = math.log(prevalence / (1 - prevalence)) - variance / 2
    x, density = normal_grid()
    spread = mean + math.sqrt(variance) * x
    return np.concatenate([spread, spread + variance]), np.concatenate(
        [(1 - prevalence) * density, prevalence * density]
    )


def _people_for_slope(linear: Floats, share: Floats, se: float) -> float:
    p = expit(linear)
    middle = share * p * (1 - p)
    i00, i01, i11 = (float(part.sum()) for part in (middle, middle * linear, middle * linear * linear))
    information = i00 * i11 - i01 * i01
    if information <= 1e-12 * i00 * i00:
        faults = Faults()
        faults.add("sample_size_validation", "the anticipated risks do not vary.", "Give risks that differ.")
        faults.stop(StatisticsError)
    return i00 / (se * se * information)


def _people_for_c(prevalence: float, c: float, se: float) -> float:
    """Root N of the quadratic that Newcombe's variance of C makes of the target standard error."""
    half = c * (1 - c) * ((1 - c) / (2 - c) + c / (1 + c)) / 2
    a = se * se * prevalence * (1 - prevalence)
    return (half + math.sqrt(half * half + 4 * a * (c * (1 - c) - 2 * half))) / (2 * a)


def _people_for_net_benefit(
    prevalence: float, threshold: float, sensitivity: float, specificity: float, *, se: float
) -> float:
    w = (1 - prevalence) / prevalence * threshold / (1 - threshold)
    among_events = sensitivity * (1 - sensitivity) / prevalence
    among_others = w * w * specificity * (1 - specificity) / (1 - prevalence)
    between = w * w * (1 - specificity) ** 2 / (prevalence * (1 - prevalence))
    return (among_events + among_others + between) / (se * se)
