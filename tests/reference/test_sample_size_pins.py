"""Sample sizes against the published examples of Riley and colleagues."""

import numpy as np
import pytest

from evidens.statistics import (
    greatest_r2,
    r2_from_c_statistic,
    sample_size_development,
    sample_size_validation,
)

WIDTH = 2 * 1.959963984540054  # of an interval whose standard error is one


def test_development_example_of_chagas_disease():
    """Riley 2019 (sim.7992): 24 parameters, R2 0.288, prevalence 0.174: 623, 662 and 221; 4.8 events each."""
    size = sample_size_development(0.174, 24, r2_cox_snell=0.288)
    assert (size.shrinkage, size.optimism, size.overall_risk) == (623, 662, 221)
    assert size.n == 662
    assert round(size.events_per_parameter, 1) == 4.8


@pytest.mark.parametrize(
    ("prevalence", "parameters", "r2", "published"),
    [(0.174, 24, 0.288, (623, 668, 221)), (0.174, 24, 0.55, (255, 532, 221)),
     (0.174, 36, 0.288, (934, 1002, 221)), (0.25, 24, 0.288, (623, 583, 289))],
)  # fmt: skip
def test_development_sizes_are_pmsampsizes_but_for_its_rounding(prevalence, parameters, r2, published):
    """Test values of the R package pmsampsize 1.1; it rounds the second criterion's shrinkage to 3 decimals."""
    size = sample_size_development(prevalence, parameters, r2_cox_snell=r2)
    assert (size.shrinkage, size.overall_risk) == (published[0], published[2])
    assert size.optimism == pytest.approx(published[1], rel=0.015)


def test_first_criterion_of_the_thromboembolism_example():
    """Riley 2019, BMJ 2020: 30 parameters, R2 0.051: 5143 people.

    With events at 0.065 a year over 2.07 years that makes 23 events per parameter.
    """
    size = sample_size_development(0.1, 30, r2_cox_snell=0.051)
    assert size.shrinkage == 5143
    assert round(size.shrinkage * 2.07 * 0.065 / 30) == 23


def test_largest_r2_by_prevalence_is_rileys_table():
    assert [round(greatest_r2(p), 2) for p in (0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.01)] == [
        0.75, 0.74, 0.71, 0.63, 0.48, 0.33, 0.11
    ]  # fmt: skip


def test_r2_from_c_is_the_integral_in_r_and_near_its_simulated_million(by_r):
    pairs = [(0.71, 0.05), (0.8, 0.1), (0.7, 0.3), (0.9, 0.02)]
    assert [r2_from_c_statistic(*pair) for pair in pairs] == pytest.approx(by_r.vector("r2.from.c"), rel=1e-7)
    assert r2_from_c_statistic(0.8, 0.1) == pytest.approx(by_r["r2.from.c.by.simulation"], abs=0.002)


@pytest.mark.parametrize(("prevalence", "se", "published"), [(0.5, 0.051, 385), (0.1, 0.051, 3461), (0.1, 0.175, 294)])
def test_validation_by_observed_over_expected_is_rileys_section_3_1(prevalence, se, published):
    size = sample_size_validation(prevalence, 0.7, oe_width=2 * np.sinh(WIDTH / 2 * se))
    assert size.oe_ratio == published


@pytest.mark.parametrize(
    ("prevalence", "c", "published"), [(0.1, 0.7, 1154), (0.5, 0.8, 302), (0.018, 0.8, 4252), (0.048, 0.743, 2027)]
)
def test_validation_by_c_statistic_is_the_published_number(prevalence, c, published):
    """Riley 2021 (sim.9025) sections 3.3 and 4; the last from a study that used pmvalsampsize.

    The paper takes 0.0255 for the standard error of a width of 0.1, pmvalsampsize 1.96 for the quantile.
    """
    size = sample_size_validation(prevalence, c, c_width=0.1 * WIDTH / 3.92)
    assert size.c_statistic == pytest.approx(published, abs=1)


def test_validation_by_net_benefit_is_rileys_section_3_4():
    size = sample_size_validation(
        0.72, 0.7, threshold=0.8, sensitivity=0.6, specificity=0.88, net_benefit_width=0.051 * WIDTH
    )
    assert size.net_benefit == 546  # 545.5 people


def test_validation_by_slope_is_rileys_section_3_2(by_r):
    """Deep vein thrombosis, log-odds N(-1.75, 1.47): 2407 people; here from 100,001 even quantiles."""
    from statistics import NormalDist

    share = (np.arange(100_001) + 0.5) / 100_001
    linear = np.array([NormalDist(-1.75, 1.47).inv_cdf(s) for s in share])
    size = sample_size_validation(0.22, 0.82, risk=1 / (1 + np.exp(-linear)), slope_width=0.051 * WIDTH)
    assert size.calibration_slope == pytest.approx(by_r["slope.n.normal"], abs=2)
    assert size.calibration_slope == pytest.approx(2407, abs=3)


def test_validation_by_slope_from_prevalence_and_c_is_the_integral_in_r(by_r):
    sizes = [sample_size_validation(p, c).calibration_slope for c, p in ((0.8, 0.018), (0.7, 0.1))]
    assert sizes == pytest.approx(np.ceil(by_r.vector("slope.n")), abs=1)


def test_validation_example_of_heart_valve_failure():
    """Riley 2021, section 4: at least 9835 people, driven by the slope.

    Published log-odds: mean -5.8, variance 5, skewness -0.5, kurtosis 4. The paper drew a million from
    Ramberg's generalised lambda distribution with these moments; here its quantiles are evenly spaced.
    """
    u, left, right = (np.arange(400_000) + 0.5) / 400_000, 0.0258673, 0.0447025
    drawn = u**left - (1 - u) ** right
    drawn = (drawn - drawn.mean()) / drawn.std()
    assert [(drawn**3).mean(), (drawn**4).mean()] == pytest.approx([0.5, 4.0], abs=0.001)
    risk = 1 / (1 + np.exp(5.8 + np.sqrt(5) * drawn))
    size = sample_size_validation(
        0.018, 0.8, risk=risk, oe_width=2 * np.sinh(WIDTH / 2 * 0.245), slope_width=0.051 * WIDTH
    )
    assert size.calibration_slope == pytest.approx(9835, rel=0.003)
    assert size.n == size.calibration_slope
    assert size.n_events == pytest.approx(177, abs=1)
