"""Calibration in the large, slope and observed over expected."""

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import auroc, calibration_in_the_large, calibration_slope, oe_ratio
from evidens.statistics.logistic import expit, fit_logistic, logit


def draw(n=2000):
    rng = stream(31, "calibration")
    risk = expit(rng.normal(-1.5, 1, n))
    return rng.random(n) < expit(0.4 + 0.7 * logit(risk)), risk


def recalibrate(y, p):
    """Risks moved by the intercept and slope that fit them best."""
    a, b = fit_logistic(y, [np.ones(p.size), logit(p)]).coefficients
    return expit(a + b * logit(p))


def test_recalibrating_makes_every_measure_ideal():
    y, p = draw()
    better = recalibrate(y, p)
    assert calibration_slope(y, better).value == pytest.approx(1)
    assert calibration_in_the_large(y, better).value == pytest.approx(0, abs=1e-9)
    assert oe_ratio(y, better).value == pytest.approx(1)


def test_recalibrating_a_calibrated_model_changes_nothing():
    y, p = draw()
    once = recalibrate(y, p)
    assert recalibrate(y, once) == pytest.approx(once)


def test_halving_the_log_odds_doubles_the_slope_and_keeps_its_precision_relative():
    y, p = draw()
    whole, half = calibration_slope(y, p), calibration_slope(y, expit(logit(p) / 2))
    assert [half.value, half.se] == pytest.approx([2 * whole.value, 2 * whole.se])


def test_shifting_the_log_odds_moves_calibration_in_the_large_as_far_and_not_the_slope():
    y, p = draw()
    shifted = expit(logit(p) - 0.3)
    moved, before = calibration_in_the_large(y, shifted), calibration_in_the_large(y, p)
    assert moved.value == pytest.approx(before.value + 0.3)
    assert calibration_slope(y, shifted).value == pytest.approx(calibration_slope(y, p).value)


def test_the_slope_models_intercept_is_not_calibration_in_the_large():
    y, p = draw()
    intercept = fit_logistic(y, [np.ones(p.size), logit(p)]).coefficients[0]
    assert abs(intercept - calibration_in_the_large(y, p).value) > 0.1


def test_calibration_and_discrimination_are_two_things():
    y, p = draw()
    shrunk = expit(logit(p) / 3)
    assert auroc(y, shrunk).value == auroc(y, p).value
    assert calibration_slope(y, shrunk).value == pytest.approx(3 * calibration_slope(y, p).value)


def test_halving_every_risk_doubles_observed_over_expected():
    y, p = draw()
    assert oe_ratio(y, p / 2).value == pytest.approx(2 * oe_ratio(y, p).value)


def test_observed_over_expected_of_ten_people_by_hand():
    """2 observed, 4 expected: 0.5; variance of the log (1 - 0.2) / 2 = 0.4."""
    found = oe_ratio([True, True] + [False] * 8, [0.4] * 10)
    assert found.value == pytest.approx(0.5)
    assert found.lower == pytest.approx(0.5 * np.exp(-1.959963984540054 * np.sqrt(0.4)))
    assert found.se == pytest.approx(0.5 * np.sqrt(0.4))


def test_no_events_are_a_ratio_of_zero_without_interval():
    found = oe_ratio([False] * 5, [0.1] * 5)
    assert (found.value, found.upper) == (0.0, None)
    assert found.reason


def test_a_model_that_expects_nothing_has_no_ratio():
    assert oe_ratio([True, False], [0.0, 0.0]).value is None


@pytest.mark.parametrize("statistic", [calibration_in_the_large, calibration_slope])
def test_without_events_there_is_no_finite_intercept_or_slope(statistic):
    assert "no one has the outcome" in statistic([False] * 5, [0.1, 0.2, 0.3, 0.4, 0.5]).reason


def test_separation_has_no_finite_slope_even_when_only_almost_complete():
    """An event and a non-event share the risk .3: still no overlap, still infinite."""
    found = calibration_slope([False, False, True, True], [0.1, 0.3, 0.3, 0.5])
    assert found.value is None
    assert "no finite slope" in found.reason


def test_equal_risks_have_no_slope_but_an_intercept():
    y, p = [True, False, False, False], [0.25] * 4
    assert "do not vary" in calibration_slope(y, p).reason
    assert calibration_in_the_large(y, p).value == pytest.approx(0, abs=1e-9)


def test_risks_of_zero_and_one_are_moved_and_it_is_said():
    y, p = draw()
    p = p.copy()
    p[:2] = 0.0, 1.0
    for statistic in (calibration_slope, calibration_in_the_large):
        found = statistic(y, p)
        assert found.value is not None
        assert "1e-8" in found.reason


def test_weights_undo_selection_by_risk():
    """High risks are twice as likely to be seen: weighted by the inverse, calibration is as if all were."""
    y, p = draw(20_000)
    chance = np.where(p > 0.3, 0.8, 0.4)
    seen = stream(32, "seen").random(p.size) < chance
    w = np.where(seen, 1 / chance, 0.0)
    for statistic in (calibration_in_the_large, calibration_slope, oe_ratio):
        whole, part = statistic(y, p), statistic(y, p, weights=w)
        assert part.value == pytest.approx(whole.value, abs=3 * part.se)
        assert part.se > whole.se


def test_sandwich_and_information_agree_on_a_calibrated_model():
    rng = stream(33, "agree")
    p = expit(rng.normal(-1, 1, 20_000))
    y = rng.random(p.size) < p
    nearly_one = 1 + 1e-9 * rng.random(p.size)
    for statistic in (calibration_in_the_large, calibration_slope):
        assert statistic(y, p, weights=nearly_one).se == pytest.approx(statistic(y, p).se, rel=0.03)


def test_logistic_regression_stops_where_columns_are_collinear():
    y, p = draw(100)
    assert fit_logistic(y, [np.ones(100), p, 2 * p]) is None


def test_logistic_regression_with_far_off_risks_still_converges():
    """All risks near 1e-7, a quarter of the people with the outcome: Newton's first step overshoots."""
    y = np.tile([True, False, False, False], 50)
    p = np.tile([1e-7, 2e-7, 1e-7, 3e-7], 50)
    assert oe_ratio(y, p).value > 1e6
    assert calibration_in_the_large(y, p).value == pytest.approx(np.log(0.25 / 0.75) - np.log(1.7e-7), abs=0.2)
