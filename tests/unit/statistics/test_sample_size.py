"""What raises and lowers the number of people needed."""

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import (
    StatisticsError,
    auroc,
    calibration_slope,
    greatest_r2,
    oe_ratio,
    r2_from_c_statistic,
    sample_size_development,
    sample_size_validation,
)
from evidens.statistics.logistic import expit


def test_twice_the_parameters_need_twice_the_people():
    small, large = (sample_size_development(0.1, k, c_statistic=0.75) for k in (20, 40))
    assert large.shrinkage == pytest.approx(2 * small.shrinkage, abs=1)
    assert large.overall_risk == small.overall_risk


def test_a_better_model_needs_fewer_people():
    sizes = [sample_size_development(0.05, 30, c_statistic=c).n for c in (0.65, 0.75, 0.85)]
    assert sizes == sorted(sizes, reverse=True)


def test_a_rarer_outcome_needs_more_people():
    sizes = [sample_size_development(share, 30, c_statistic=0.75).n for share in (0.2, 0.05, 0.01)]
    assert sizes == sorted(sizes)


def test_the_three_ways_to_say_how_good_the_model_will_be_agree():
    r2 = r2_from_c_statistic(0.8, 0.1)
    by_c = sample_size_development(0.1, 20, c_statistic=0.8)
    assert by_c == sample_size_development(0.1, 20, r2_cox_snell=r2)
    assert by_c.n == sample_size_development(0.1, 20, r2_nagelkerke=r2 / greatest_r2(0.1)).n


def test_r2_is_the_same_for_the_outcome_and_its_absence():
    assert r2_from_c_statistic(0.75, 0.1) == pytest.approx(r2_from_c_statistic(0.75, 0.9))


def test_a_useless_model_explains_nothing_and_a_perfect_one_everything():
    assert r2_from_c_statistic(0.5001, 0.2) < 1e-6
    assert r2_from_c_statistic(0.9999, 0.2) == pytest.approx(greatest_r2(0.2), rel=0.05)


@pytest.mark.parametrize(
    "given",
    [{"prevalence": 0}, {"prevalence": 1}, {"n_parameters": 0}, {"c_statistic": 0.5}, {"c_statistic": 1.0},
     {"c_statistic": None}, {"r2_cox_snell": 0.1}, {"target_shrinkage": 1.0},
     {"c_statistic": None, "r2_cox_snell": 0.9}, {"c_statistic": None, "r2_nagelkerke": -0.1}],
)  # fmt: skip
def test_impossible_expectations_are_refused(given):
    with pytest.raises(StatisticsError):
        sample_size_development(**({"prevalence": 0.1, "n_parameters": 20, "c_statistic": 0.75} | given))


def test_halving_the_width_takes_about_four_times_the_people():
    wide, narrow = sample_size_validation(0.1, 0.75), sample_size_validation(
        0.1, 0.75, oe_width=0.1, slope_width=0.1, c_width=0.05
    )  # fmt: skip
    for name in ("oe_ratio", "calibration_slope", "c_statistic"):
        assert getattr(narrow, name) == pytest.approx(4 * getattr(wide, name), rel=0.02)


def test_the_promised_widths_come_true():
    """Draw as many people as asked for from the population that was assumed, and look at the intervals."""
    size, rng = sample_size_validation(0.2, 0.75), stream(91, "promise")
    variance = 2 * 0.6744897501960817**2
    y = rng.random(size.n) < 0.2
    log_odds = np.log(0.2 / 0.8) - variance / 2 + variance * y + np.sqrt(variance) * rng.normal(size=size.n)
    for statistic, needed, width in (
        (calibration_slope, size.calibration_slope, 0.2), (auroc, size.c_statistic, 0.1), (oe_ratio, size.oe_ratio, 0.2)
    ):  # fmt: skip
        found = statistic(y[:needed], expit(log_odds[:needed]))
        assert found.upper - found.lower == pytest.approx(width, rel=0.12)


def test_risks_given_outright_stand_for_the_assumed_distribution():
    rng = stream(92, "given")
    variance = 2 * 0.6744897501960817**2
    y = rng.random(200_000) < 0.2
    log_odds = np.log(0.2 / 0.8) - variance / 2 + variance * y + np.sqrt(variance) * rng.normal(size=y.size)
    given = sample_size_validation(0.2, 0.75, risk=expit(log_odds))
    assert given.calibration_slope == pytest.approx(sample_size_validation(0.2, 0.75).calibration_slope, rel=0.02)


@pytest.mark.parametrize(
    "given",
    [{"prevalence": 0}, {"c_statistic": 0.4}, {"oe_width": 0}, {"threshold": 0.1}, {"risk": [0.2, 0.2]},
     {"risk": [0.2, 1.2]}, {"threshold": 0.1, "sensitivity": 0.5, "specificity": 1.5}],
)  # fmt: skip
def test_impossible_validations_are_refused(given):
    with pytest.raises(StatisticsError):
        sample_size_validation(**({"prevalence": 0.1, "c_statistic": 0.75} | given))
