import itertools

import numpy as np
import pytest

from evidens.simulation import expected_auroc, expected_brier, expected_net_benefit
from evidens.simulation.expected import expected_classification, expected_scaled_brier
from evidens.statistics import auroc, classification_at_threshold, scaled_brier

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


SMALL_SCORE, SMALL_RISK = np.array([0.1, 0.4, 0.4, 0.7]), np.array([0.05, 0.3, 0.5, 0.6])


def enumerate_outcomes(risk):
    """Every outcome of a few people with its probability."""
    for outcome in itertools.product([0, 1], repeat=risk.size):
        y = np.array(outcome)
        yield y, np.prod(np.where(y == 1, risk, 1 - risk))


@pytest.mark.parametrize("threshold", [0.2, 0.4, 0.5])
def test_what_is_linear_in_the_outcome_is_its_mean_over_all_outcomes(threshold):
    exact = expected_brier(SMALL_SCORE, SMALL_RISK)
    benefit = expected_net_benefit(SMALL_SCORE, SMALL_RISK, threshold)
    flagged = threshold <= SMALL_SCORE
    brier, net, true_positives, events = 0.0, 0.0, 0.0, 0.0
    for y, chance in enumerate_outcomes(SMALL_RISK):
        brier += chance * np.mean((SMALL_SCORE - y) ** 2)
        net += chance * np.mean(flagged * (y - (1 - y) * threshold / (1 - threshold)))
        true_positives += chance * (y * flagged).sum()
        events += chance * y.sum()
    assert exact == pytest.approx(brier)
    assert benefit == pytest.approx(net)
    shares = expected_classification(SMALL_SCORE, SMALL_RISK, threshold)
    assert shares.sensitivity == pytest.approx(true_positives / events)
    assert shares.ppv == pytest.approx(true_positives / flagged.sum())
    assert 1 - shares.specificity == pytest.approx(((1 - SMALL_RISK) * flagged).sum() / (1 - SMALL_RISK).sum())


def test_expected_pairs_are_the_mean_over_all_outcomes():
    """Numerator and denominator of the AUROC, the pair of a person with itself apart."""
    above, pairs = 0.0, 0.0
    order = (SMALL_SCORE[:, None] > SMALL_SCORE) + (SMALL_SCORE[:, None] == SMALL_SCORE) / 2
    for y, chance in enumerate_outcomes(SMALL_RISK):
        above += chance * (order * y[:, None] * (1 - y)).sum()
        pairs += chance * (y[:, None] * (1 - y)).sum()
    own = (SMALL_RISK * (1 - SMALL_RISK)).sum()
    assert expected_auroc(SMALL_SCORE, SMALL_RISK) == pytest.approx((above + own / 2) / (pairs + own))


def test_a_classification_is_what_many_people_show():
    rng = np.random.default_rng(11)
    risk = rng.beta(1, 6, 400_000)
    score = np.clip(risk + rng.normal(0, 0.05, risk.size), 0, 1)
    happened = rng.random(risk.size) < risk
    seen = classification_at_threshold(happened, score, 0.2)
    expected = expected_classification(score, risk, 0.2)
    for name in ("sensitivity", "specificity", "ppv", "npv"):
        assert getattr(expected, name) == pytest.approx(getattr(seen, name).value, abs=0.006)
    assert expected.share_flagged == pytest.approx(seen.flagged.value)
    assert expected_scaled_brier(score, risk) == pytest.approx(scaled_brier(happened, score).value, abs=0.005)
    assert expected_auroc(score, risk) == pytest.approx(auroc(happened, score).value, abs=0.004)


def test_a_weight_of_two_is_a_person_twice():
    w = np.array([1, 2, 1, 3])
    twice = np.repeat(np.arange(4), w)
    for metric in (expected_auroc, expected_brier, expected_scaled_brier):
        whole = metric(SMALL_SCORE[twice], SMALL_RISK[twice])
        assert metric(SMALL_SCORE, SMALL_RISK, w) == pytest.approx(whole)
    whole = expected_classification(SMALL_SCORE[twice], SMALL_RISK[twice], 0.4)
    assert expected_classification(SMALL_SCORE, SMALL_RISK, 0.4, w).ppv == pytest.approx(whole.ppv)


def test_the_true_risk_has_no_better_rival_in_net_benefit():
    for threshold in (0.05, 0.1, 0.3):
        best = expected_net_benefit(RISK, RISK, threshold)
        assert best >= expected_net_benefit(SCORE, RISK, threshold)
        assert best >= max(0, expected_net_benefit(np.ones_like(RISK), RISK, threshold))


def test_no_one_and_no_event_are_undefined():
    assert np.isnan(expected_brier([], []))
    assert np.isnan(expected_scaled_brier([0.1, 0.2], [0.0, 0.0]))
    shares = expected_classification([0.1, 0.2], [0.0, 0.5], 0.9)
    assert shares.share_flagged == 0
    assert np.isnan(shares.ppv)
