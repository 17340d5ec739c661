import numpy as np
import pytest

from evidens.simulation import expected_auroc, expected_brier, expected_net_benefit

RISK = np.random.default_rng(5).beta(1, 9, 4_000)
SCORE = RISK + np.random.default_rng(6).normal(0, 0.05, 4_000)


def draw_outcomes(n):
    return (np.random.default_rng(7).random((n, RISK.size)) < RISK).astype(float)


def test_expected_auroc_is_the_mean_over_outcomes():
    realised = [expected_auroc(SCORE, y) for y in draw_outcomes(60)]
    assert expected_auroc(SCORE, RISK) == pytest.approx(np.mean(realised), abs=4 * np.std(realised) / np.sqrt(60))


def test_expected_auroc_by_hand():
    # Pairs (i, j), i a case with p_i, j none with 1 - p_j, scores 1 < 2 < 3, risks .2 .5 .9:
    # above: .5*.8 + .9*.8 + .9*.5 = 1.57; ties with oneself: (.2*.8 + .5*.5 + .9*.1) / 2 = .25; all: 1.6 * 1.4 = 2.24
    assert expected_auroc([1, 2, 3], [0.2, 0.5, 0.9]) == pytest.approx((1.57 + 0.25) / 2.24)


def test_no_score_beats_the_true_risk():
    assert expected_auroc(RISK, RISK) > expected_auroc(SCORE, RISK) > expected_auroc(-SCORE, RISK)


def test_expected_brier_is_the_mean_over_outcomes_and_least_for_the_true_risk():
    realised = np.mean((SCORE - draw_outcomes(60)) ** 2)
    assert expected_brier(SCORE, RISK) == pytest.approx(realised, abs=2e-3)
    assert expected_brier(RISK, RISK) == pytest.approx(np.mean(RISK * (1 - RISK)))
    assert expected_brier(RISK, RISK) < expected_brier(SCORE, RISK)


def test_expected_net_benefit_by_hand():
    # At 20 %, odds 1/4: treated are .3 and .25, gaining .1 and .9 and paying .9/4 and .1/4; over 3 people.
    assert expected_net_benefit([0.3, 0.1, 0.25], [0.1, 0.5, 0.9], 0.2) == pytest.approx((0.1 + 0.9 - 1.0 / 4) / 3)


@pytest.mark.parametrize("threshold", [0, 1, -0.1, 1.5])
def test_a_threshold_outside_0_and_1_is_refused(threshold):
    with pytest.raises(ValueError, match="between 0 and 1"):
        expected_net_benefit([0.5], [0.5], threshold)


def test_auroc_without_cases_is_undefined():
    assert np.isnan(expected_auroc([1, 2], [0.0, 0.0]))
