import numpy as np
import pytest

from evidens.simulation.expected_calibration import (
    expected_calibration,
    expected_calibration_in_the_large,
    expected_ici,
    expected_oe,
)
from evidens.statistics import calibration_in_the_large, calibration_slope, ici, oe_ratio

RISK = np.random.default_rng(1).beta(1, 12, 200_000)
LOGIT = np.log(RISK) - np.log1p(-RISK)


def expit(x):
    return 1 / (1 + np.exp(-x))


def test_a_prediction_on_a_line_of_log_odds_has_that_line():
    predicted = expit((LOGIT - 0.7) / 1.3)  # so that logit p = 0.7 + 1.3 logit s
    intercept, slope = expected_calibration(predicted, RISK)
    assert (intercept, slope) == pytest.approx((0.7, 1.3), abs=1e-8)
    curve = expected_ici(predicted, RISK)
    assert curve == pytest.approx(np.abs(RISK - predicted).mean(), rel=1e-6)


def test_the_true_risk_is_calibrated():
    assert expected_calibration(RISK, RISK) == pytest.approx((0, 1), abs=1e-9)
    assert expected_calibration_in_the_large(RISK, RISK) == pytest.approx(0, abs=1e-9)
    assert expected_oe(RISK, RISK) == pytest.approx(1)
    assert expected_ici(RISK, RISK) == pytest.approx(0, abs=1e-9)


def test_a_risk_that_is_off_by_a_factor_shows_in_the_large_and_not_in_the_slope():
    predicted = expit(LOGIT - 0.4)
    assert expected_calibration_in_the_large(predicted, RISK) == pytest.approx(0.4)
    assert expected_calibration(predicted, RISK)[1] == pytest.approx(1)
    assert expected_oe(predicted, RISK) == pytest.approx(RISK.sum() / predicted.sum())


def test_it_is_what_the_estimates_tend_to():
    """Outcomes drawn many times, evaluated with the statistics that validation uses."""
    rng = np.random.default_rng(2)
    predicted = expit(0.6 * LOGIT - 1.0 + 0.08 * LOGIT**2 + rng.normal(0, 0.3, LOGIT.size))
    found = {"slope": [], "large": [], "oe": [], "ici": []}
    for _ in range(12):
        happened = rng.random(RISK.size) < RISK
        found["slope"].append(calibration_slope(happened, predicted).value)
        found["large"].append(calibration_in_the_large(happened, predicted).value)
        found["oe"].append(oe_ratio(happened, predicted).value)
        found["ici"].append(ici(happened, predicted, smoother="spline").ici.value)
    expected = {
        "slope": expected_calibration(predicted, RISK)[1],
        "large": expected_calibration_in_the_large(predicted, RISK),
        "oe": expected_oe(predicted, RISK),
        "ici": expected_ici(predicted, RISK),
    }
    for name, values in found.items():
        margin = 4 * np.std(values) / np.sqrt(len(values)) + 1e-4
        assert np.mean(values) == pytest.approx(expected[name], abs=margin), name


def test_a_weight_of_two_is_a_person_twice():
    score, risk, w = expit(LOGIT[:60] * 0.8 - 0.3), RISK[:60], 1 + np.arange(60) % 3
    people = np.repeat(np.arange(60), w)
    assert expected_calibration(score, risk, w) == pytest.approx(expected_calibration(score[people], risk[people]))
    assert expected_oe(score, risk, w) == pytest.approx(expected_oe(score[people], risk[people]))
    whole = expected_calibration_in_the_large(score[people], risk[people])
    assert expected_calibration_in_the_large(score, risk, w) == pytest.approx(whole)


def test_weights_move_the_knots_of_the_calibration_curve():
    """Most of the weight lies on few people: the curve bends where they are, as if they were many."""
    risk = RISK[:400] ** 1.3
    score, w = expit(0.6 * LOGIT[:400] - 0.5), np.where(RISK[:400] > 0.1, 9, 1)
    people = np.repeat(np.arange(400), w)
    assert expected_ici(score, risk, w) == pytest.approx(expected_ici(score[people], risk[people]), rel=1e-9)
    assert expected_ici(score, risk, w / 7) == pytest.approx(expected_ici(score, risk, w), rel=1e-9)


def test_predictions_that_do_not_vary_have_no_slope_but_a_distance():
    assert np.isnan(expected_calibration([0.1, 0.1], [0.2, 0.3])[1])
    assert expected_ici([0.1, 0.1], [0.2, 0.3]) == pytest.approx(0.15)


@pytest.mark.parametrize("risk", [[], [0.0, 0.0], [1.0, 1.0]])
def test_without_both_cases_and_others_nothing_is_defined(risk):
    predicted = [0.2, 0.3][: len(risk)]
    assert np.isnan(expected_calibration(predicted, risk)[0])
    assert np.isnan(expected_ici(predicted, risk))


def test_predictions_at_the_edge_do_not_break_the_fit():
    predicted = np.append(RISK[:1_000], [0.0, 1.0])
    true = np.append(RISK[:1_000], [0.01, 0.9])
    assert np.isfinite(expected_calibration(predicted, true)).all()
    assert np.isfinite(expected_ici(predicted, true))
