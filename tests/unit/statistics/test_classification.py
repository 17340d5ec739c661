"""Flagging at a threshold, shares and their intervals."""

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import (
    StatisticsError,
    classification_at_threshold,
    paired_difference,
    prevalence,
    tango_interval,
    wilson_interval,
)

#                      flagged at 0.5:   yes   yes   no    no    yes    no     no     no     no     no
OUTCOME = np.array([True, True, True, True, False, False, False, False, False, False])
RISK = np.array([0.90, 0.50, 0.40, 0.10, 0.60, 0.40, 0.30, 0.20, 0.10, 0.05])


def test_ten_people_counted_by_hand():
    """3 flagged, of them 2 with the outcome; 7 not, of them 5 without."""
    found = classification_at_threshold(OUTCOME, RISK, 0.5)
    assert found.sensitivity.value == 2 / 4
    assert found.specificity.value == 5 / 6
    assert found.ppv.value == 2 / 3
    assert found.npv.value == 5 / 7
    assert found.flagged.value == 3 / 10


def test_a_risk_equal_to_the_threshold_is_flagged():
    assert classification_at_threshold([True, False], [0.5, 0.2], 0.5).sensitivity.value == 1


def test_nobody_flagged_has_no_predictive_value_but_a_sensitivity_of_zero():
    found = classification_at_threshold(OUTCOME, RISK, 0.95)
    assert (found.ppv.value, found.ppv.reason) == (None, "no one is flagged")
    assert found.sensitivity.value == 0
    assert found.sensitivity.upper > 0.3  # of four events, not certainty
    assert found.sensitivity.se is None


def test_everybody_flagged_has_no_negative_predictive_value():
    found = classification_at_threshold(OUTCOME, RISK, 0.0)
    assert (found.npv.value, found.npv.reason) == (None, "everyone is flagged")
    assert found.ppv.value == prevalence(OUTCOME).value


def test_without_events_sensitivity_is_undefined_and_not_zero():
    found = classification_at_threshold([False, False], [0.1, 0.6], 0.5)
    assert (found.sensitivity.value, found.sensitivity.reason) == (None, "no one has the outcome")
    assert found.specificity.value == 0.5


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_a_threshold_is_a_risk(threshold):
    with pytest.raises(StatisticsError, match="threshold lies outside"):
        classification_at_threshold(OUTCOME, RISK, threshold)


def test_raising_the_threshold_trades_sensitivity_for_specificity():
    found = [classification_at_threshold(OUTCOME, RISK, t) for t in (0.1, 0.3, 0.5, 0.7)]
    sensitivity = [f.sensitivity.value for f in found]
    specificity = [f.specificity.value for f in found]
    assert sensitivity == sorted(sensitivity, reverse=True)
    assert specificity == sorted(specificity)


def test_weighted_shares_are_less_certain_than_equal_weights():
    """Kish: weights 1 and 3 in equal numbers are worth (1+3)^2 / (2 (1+9)) = 0.8 of a person each."""
    y = np.tile([True, False], 100)
    found = prevalence(y, weights=np.repeat([1.0, 3.0], 100))
    assert found.value == 0.5
    assert [found.lower, found.upper] == pytest.approx(wilson_interval(80, 160))
    assert found.n == 200
    assert "Kish" in found.method


def test_wilson_leaves_room_where_nobody_or_everybody_succeeds():
    """None of n: the upper limit is z^2 / (n + z^2)."""
    z2 = 1.959963984540054**2
    assert wilson_interval(0, 30) == pytest.approx((0, z2 / (30 + z2)))
    assert wilson_interval(30, 30) == pytest.approx((30 / (30 + z2), 1))


@pytest.mark.parametrize(("successes", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_counts_must_fit(successes, n):
    with pytest.raises(StatisticsError):
        wilson_interval(successes, n)


def test_tango_leaves_room_where_both_models_agree_on_everyone():
    low, high = tango_interval(0, 0, 40)
    assert low == pytest.approx(-high)
    assert 0.05 < high < 0.12


def test_tango_is_wilson_where_only_one_model_flags_anyone():
    """No one is flagged by the second alone: the difference is then a plain share, and the upper limits near."""
    low, high = tango_interval(12, 0, 60)
    assert low < 0.2 < high
    assert high == pytest.approx(wilson_interval(12, 60)[1], abs=0.005)


def test_discordant_counts_must_fit_in_the_people():
    with pytest.raises(StatisticsError):
        tango_interval(5, 6, 10)


def test_difference_of_sensitivity_by_hand():
    """Of four events the first flags 1 and 2, the second 1 and 4: one discordant each way, difference 0."""
    other = np.array([0.9, 0.1, 0.1, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    found = paired_difference(OUTCOME, RISK, other, 0.5, "sensitivity")
    assert found.value == 0
    assert found.se == pytest.approx(np.sqrt(2) / 4)
    better = paired_difference(OUTCOME, RISK, other, 0.5, "specificity")
    assert better.value == pytest.approx(-1 / 6)  # the first flags one non-event, the second none


def test_pairing_makes_similar_models_more_surely_similar():
    rng = stream(51, "pairs")
    p = rng.random(2000)
    y = rng.random(2000) < p
    near = np.clip(p + rng.normal(0, 0.01, 2000), 0, 1)
    found = paired_difference(y, p, near, 0.5, "sensitivity")
    alone = classification_at_threshold(y, p, 0.5).sensitivity
    assert found.upper - found.lower < (alone.upper - alone.lower) / 2


def test_an_unknown_measure_is_refused():
    with pytest.raises(StatisticsError, match="unknown measure"):
        paired_difference(OUTCOME, RISK, RISK, 0.5, "ppv")
