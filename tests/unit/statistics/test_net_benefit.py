"""Decision curves."""

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import (
    StatisticsError,
    classification_at_threshold,
    net_benefit,
    net_benefit_at_threshold,
    net_benefit_difference,
)

THRESHOLDS = np.linspace(0.01, 0.9, 50)


def draw(n=3000):
    rng = stream(61, "net benefit")
    risk = np.round(rng.beta(1, 4, n), 2)
    return rng.random(n) < risk, risk


def test_ten_people_by_hand():
    """At 0.25 (odds 1/3) three are flagged, two rightly: 2/10 - 1/10 / 3."""
    y = [True, True, True] + [False] * 7
    p = [0.9, 0.25, 0.1, 0.8] + [0.1] * 6
    curve = net_benefit(y, p, [0.25])
    assert curve.model[0] == pytest.approx(0.2 - 0.1 / 3)
    assert curve.treat_all[0] == pytest.approx(0.3 - 0.7 / 3)
    assert curve.standardised[0] == pytest.approx((0.2 - 0.1 / 3) / 0.3)
    # Against treating all: 6 of 7 false positives avoided, one true positive lost, worth 3 of them: 3 of 10.
    assert curve.interventions_avoided[0] == pytest.approx(0.3)


def test_flagging_everyone_is_treat_all_and_no_one_treat_none():
    y, _ = draw()
    everyone = net_benefit(y, np.ones(y.size), THRESHOLDS)
    assert everyone.model == pytest.approx(everyone.treat_all)
    assert net_benefit(y, np.zeros(y.size), THRESHOLDS).model == pytest.approx(np.zeros(50))


def test_a_perfect_model_gains_the_prevalence_at_every_threshold():
    y, _ = draw()
    curve = net_benefit(y, y.astype(float), THRESHOLDS)
    assert curve.model == pytest.approx(np.full(50, y.mean()))
    assert curve.standardised == pytest.approx(np.ones(50))


def test_a_calibrated_model_is_never_worse_than_either_strategy_without_one():
    y, p = draw(200_000)
    curve = net_benefit(y, p, THRESHOLDS)
    assert (curve.model >= np.maximum(curve.treat_all, 0) - 0.002).all()


def test_risks_twice_too_high_can_harm():
    """Miscalibration, not poor ranking: the order of people is the same."""
    y, p = draw(50_000)
    curve = net_benefit(y, np.minimum(3 * p, 1), [0.5])
    assert curve.model[0] < 0


def test_net_benefit_is_sensitivity_and_specificity_at_the_prevalence():
    y, p = draw()
    t, share = 0.2, y.mean()
    at = classification_at_threshold(y, p, t)
    expected = at.sensitivity.value * share - (1 - at.specificity.value) * (1 - share) * t / (1 - t)
    assert net_benefit(y, p, [t]).model[0] == pytest.approx(expected)
    assert net_benefit_at_threshold(y, p, t).value == pytest.approx(expected)


def test_many_thresholds_at_once_are_each_threshold_alone():
    y, p = draw()
    w = stream(62, "weights").uniform(1, 3, y.size)
    together = net_benefit(y, p, THRESHOLDS, weights=w).model
    alone = [net_benefit_at_threshold(y, p, t, weights=w).value for t in THRESHOLDS]
    assert together == pytest.approx(alone)


def test_treating_all_is_a_risk_of_one_to_compare_with():
    y, p = draw()
    curve, t = net_benefit(y, p, [0.2]), 0.2
    found = net_benefit_difference(y, p, np.ones(y.size), t)
    assert found.value == pytest.approx(curve.model[0] - curve.treat_all[0])
    assert found.lower < found.value < found.upper


def test_models_that_flag_the_same_people_may_still_differ_in_others():
    """None of 100 is moved, so up to Wilson's 3.7 % may be; at 0.2 each is worth at most one true positive."""
    y, p = draw(100)
    found = net_benefit_difference(y, p, p, 0.2)
    assert (found.value, found.se) == (0, None)
    assert (found.lower, found.upper) == pytest.approx((-0.037, 0.037), abs=0.0001)


@pytest.mark.parametrize("threshold", [0.0, 1.0, 1.2, float("nan")])
def test_a_threshold_of_zero_or_one_has_no_exchange_rate(threshold):
    y, p = draw(10)
    with pytest.raises(StatisticsError, match="threshold"):
        net_benefit(y, p, [threshold])


def test_without_events_nothing_is_standardised_and_it_is_said():
    curve = net_benefit([False, False], [0.1, 0.6], [0.5])
    assert curve.standardised is None
    assert "no one has the outcome" in curve.reason
    assert curve.model[0] == -0.5


def test_no_one_gives_an_empty_curve():
    assert net_benefit([], [], [0.2]).reason == "no one to count"
