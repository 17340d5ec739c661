"""How many people a new prediction model needs (Riley's criteria for a binary outcome)."""

import math
from dataclasses import dataclass

import numpy as np

from evidens.foundation import Faults
from evidens.statistics.estimate import StatisticsError, normal_quantile


@dataclass(frozen=True)
class DevelopmentSize:
    """Least number of people for developing a model, by criterion.

    Parameters
    ----------
    n : int
        The largest of the three criteria.
    n_events : int
        Expected events among `n`, rounded up.
    events_per_parameter : float
        The number that rules of thumb fix at 10; here it follows from the criteria.
    shrinkage, optimism, overall_risk : int
        People needed for each criterion.
    r2_cox_snell, greatest_r2 : float
        Anticipated Cox-Snell R2, and the largest it can be at this prevalence.
    """

    n: int
    n_events: int
    events_per_parameter: float
    shrinkage: int
    optimism: int
    overall_risk: int
    r2_cox_snell: float
    greatest_r2: float


def sample_size_development(
    prevalence: float,
    n_parameters: int,
    *,
    c_statistic: float | None = None,
    r2_cox_snell: float | None = None,
    r2_nagelkerke: float | None = None,
    target_shrinkage: float = 0.9,
    largest_optimism: float = 0.05,
    margin: float = 0.05,
) -> DevelopmentSize:
    """Least number of people so that a model neither overfits nor misses the overall risk.

    Parameters
    ----------
    prevalence : float
        Anticipated share with the outcome, in (0, 1).
    n_parameters : int
        Coefficients considered for the model, before any selection; at least 1.
    c_statistic, r2_cox_snell, r2_nagelkerke : float
        Anticipated performance: exactly one, corrected for optimism.
    target_shrinkage : float
        Uniform shrinkage factor to be expected, in (0, 1): 0.9 is 10 % overfitting.
    largest_optimism : float
        Difference between apparent and adjusted Nagelkerke R2 that is acceptable.
    margin : float
        Half width of the 95 % interval of the overall risk.

    Returns
    -------
    DevelopmentSize
        The three criteria and their maximum.

    Raises
    ------
    StatisticsError
        For values outside their range, none or several of the performance arguments, or an R2 that this
        prevalence does not allow.

    Notes
    -----
    Riley RD et al. Stat Med 2019;38:1276-1296. doi:10.1002/sim.7992; BMJ 2020;368:m441. doi:10.1136/bmj.m441.
    Nothing is rounded before the last step: the R package pmsampsize rounds the largest R2 and the shrinkage
    factor first, and so asks for 668 instead of 662 people in the first example.

    Examples
    --------
    A diagnostic model for Chagas disease (Riley 2019, section 5):

    >>> size = sample_size_development(0.174, 24, r2_cox_snell=0.288)
    >>> size.shrinkage, size.optimism, size.overall_risk, round(size.events_per_parameter, 1)
    (623, 662, 221, 4.8)
    """
    place, faults = "sample_size_development", Faults()
    _check_shares(
        faults,
        place,
        prevalence=prevalence,
        target_shrinkage=target_shrinkage,
        largest_optimism=largest_optimism,
        margin=margin,
    )
    if n_parameters < 1:
        faults.add(place, "n_parameters is below 1.", "Count the coefficients considered.")
    if sum(given is not None for given in (c_statistic, r2_cox_snell, r2_nagelkerke)) != 1:
        faults.add(place, "none or several of c_statistic, r2_cox_snell, r2_nagelkerke.", "Give exactly one.")
    faults.stop(StatisticsError)
    greatest = greatest_r2(prevalence)
    if c_statistic is not None:
        r2 = r2_from_c_statistic(c_statistic, prevalence)
    elif r2_cox_snell is not None:
        r2 = r2_cox_snell
    else:
        r2 = (r2_nagelkerke or 0.0) * greatest
    if not 0 < r2 < min(greatest, target_shrinkage):
        faults.add(place, "the anticipated R2 is not possible.", f"Below {greatest:.3f} at this prevalence.")
    faults.stop(StatisticsError)
    shrinkage = _people_for_shrinkage(r2, n_parameters, target_shrinkage)
    optimism = _people_for_shrinkage(r2, n_parameters, r2 / (r2 + largest_optimism * greatest))
    overall = (normal_quantile(0.95) / margin) ** 2 * prevalence * (1 - prevalence)
    sizes = [round_up(people) for people in (shrinkage, optimism, overall)]
    n = max(sizes)
    return DevelopmentSize(
        n=n,
        n_events=round_up(n * prevalence),
        events_per_parameter=n * prevalence / n_parameters,
        shrinkage=sizes[0],
        optimism=sizes[1],
        overall_risk=sizes[2],
        r2_cox_snell=r2,
        greatest_r2=greatest,
    )


def greatest_r2(prevalence: float) -> float:
    """Largest Cox-Snell R2 that a binary outcome of this prevalence allows.

    >>> round(greatest_r2(0.5), 2), round(greatest_r2(0.05), 2), round(greatest_r2(0.01), 2)
    (0.75, 0.33, 0.11)
    """
    return -math.expm1(2 * _null_log_likelihood(prevalence))


def r2_from_c_statistic(c_statistic: float, prevalence: float) -> float:
    """Cox-Snell R2 of a calibrated model with this C-statistic, its linear predictor normal in both groups.

    Parameters
    ----------
    c_statistic : float
        In (0.5, 1).
    prevalence : float
        In (0, 1).

    Returns
    -------
    float
        ``1 - exp(2 (l0 - l1))`` with l0 and l1 the log-likelihood per person of prevalence and model.

    Raises
    ------
    StatisticsError
        For values outside their range.

    Notes
    -----
    Riley RD, Van Calster B, Collins GS. Stat Med 2021;40:859-864. doi:10.1002/sim.8806 simulate a million
    people with predictor N(0, 1) without and N(mu, 1) with the outcome, mu = sqrt(2) * quantile(C), and
    refit. The log-odds given the predictor x are then exactly ``logit(prevalence) + mu x - mu^2 / 2``: the
    likelihood is integrated here instead, so that the number does not depend on a seed.

    Examples
    --------
    >>> round(r2_from_c_statistic(0.8, 0.1), 3)
    0.111
    """
    faults = Faults()
    _check_shares(faults, "r2_from_c_statistic", prevalence=prevalence)
    if not 0.5 < c_statistic < 1:
        faults.add("r2_from_c_statistic", "c_statistic lies outside (0.5, 1).", "Give an anticipated C-statistic.")
    faults.stop(StatisticsError)
    mu = math.sqrt(2) * normal_quantile(2 * c_statistic - 1)
    x, density = normal_grid()
    base = math.log(prevalence / (1 - prevalence)) - mu * mu / 2
    in_events = -np.logaddexp(0.0, -(base + mu * (x + mu)))
    in_others = -np.logaddexp(0.0, base + mu * x)
    model = float((density * (prevalence * in_events + (1 - prevalence) * in_others)).sum())
    return -math.expm1(2 * (_null_log_likelihood(prevalence) - model))


def normal_grid() -> tuple[np.ndarray, np.ndarray]:
    """Points and weights that integrate against a standard normal density; trapezoids, exact to 1e-14."""
    x = np.linspace(-10, 10, 2001)
    density = np.exp(-x * x / 2)
    return x, density / density.sum()


def round_up(people: float) -> int:
    """Whole people, forgiving the last digits of a float."""
    return math.ceil(people - 1e-9 * max(people, 1.0))


def _people_for_shrinkage(r2: float, n_parameters: int, shrinkage: float) -> float:
    return n_parameters / ((shrinkage - 1) * math.log1p(-r2 / shrinkage))


def _null_log_likelihood(prevalence: float) -> float:
    return prevalence * math.log(prevalence) + (1 - prevalence) * math.log1p(-prevalence)


def _check_shares(faults: Faults, place: str, **shares: float) -> None:
    for name, value in shares.items():
        if not 0 < value < 1:
            faults.add(place, f"{name} lies outside (0, 1).", "Give a share.")
