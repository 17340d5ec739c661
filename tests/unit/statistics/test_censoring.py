"""Censoring weights and cumulative incidence with competing death."""

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import StatisticsError, aalen_johansen, censoring_weights, prevalence


def test_without_censoring_everyone_weighs_one():
    weights = censoring_weights([5, 10, 10], [False, False, False], 10)
    assert weights.tolist() == [1, 1, 1]


def test_those_who_stay_stand_for_those_who_left():
    """day    2        4        6        10       10
    event    left     event    followed followed

    On day 4 four remain, one leaves: the three that stay each stand for 4/3. The event of day 2 came before.
    """
    weights = censoring_weights([2, 4, 6, 10, 10], [False, True, False, False, False], 10)
    assert weights == pytest.approx([1, 0, 4 / 3, 4 / 3, 4 / 3])


def test_an_event_on_the_day_someone_leaves_counts_as_before():
    """Both on day 4 of three: the event is still seen (weight 1), and only two were at risk of leaving."""
    weights = censoring_weights([4, 4, 10], [False, True, False], 10)
    assert weights == pytest.approx([1, 0, 2])


def test_leaving_on_the_horizon_day_is_being_followed_to_the_horizon():
    weights = censoring_weights([3, 10, 10], [True, True, False], 10)
    assert weights == pytest.approx([0, 1.5, 1.5])


def test_leaving_after_the_horizon_does_not_matter():
    near = censoring_weights([3, 12, 10], [True, True, False], 10)
    assert near == pytest.approx(censoring_weights([3, 10, 10], [True, False, False], 10))


def test_weights_sum_to_the_people():
    rng = stream(81, "weights")
    days = rng.integers(1, 400, 500)
    days[:50] = 365
    weights = censoring_weights(days, rng.random(500) < 0.4, 365)
    assert weights.sum() == pytest.approx(500)


def test_weighted_prevalence_is_the_aalen_johansen_estimate():
    """Two roads to one number: reweighting those who are known, and multiplying hazards."""
    rng = stream(82, "roads")
    event, death, leaves = rng.exponential([[900], [1500], [1200]], (3, 2000))
    first = np.minimum(np.minimum(event, death), np.minimum(leaves, 1095))
    days = np.ceil(first)
    status = np.select([first == event, first == death], [1, 2], 0)
    weights = censoring_weights(days, (status == 0) & (days < 1095), 1095)
    weighted = prevalence(status == 1, weights=weights)
    assert weighted.value == pytest.approx(aalen_johansen(days, status, 1095).value, abs=1e-12)


def test_ignoring_censoring_understates_the_risk():
    days, status = [100, 100, 300, 300], [0, 0, 1, 0]
    weights = censoring_weights(days, [True, True, False, False], 300)
    assert prevalence(np.array(status) == 1, weights=weights).value == 0.5
    assert np.mean(np.array(status) == 1) == 0.25


def test_a_horizon_that_nobody_was_followed_to_is_refused():
    with pytest.raises(StatisticsError, match="nobody was followed to the horizon"):
        censoring_weights([3, 5], [True, False], 10)
    found = aalen_johansen([3, 5], [1, 0], 10)
    assert (found.value, found.reason) == (None, "nobody was followed to the horizon")


def test_everyone_having_died_before_the_horizon_is_known():
    assert aalen_johansen([3, 5], [1, 2], 10).value == 0.5


def test_events_after_the_horizon_do_not_count_and_on_it_do():
    assert aalen_johansen([10, 20, 20, 20], [1, 1, 0, 0], 10).value == 0.25
    assert aalen_johansen([10, 20, 20, 20], [1, 1, 0, 0], 20).value == 0.5


def test_without_censoring_the_incidence_is_a_share_with_its_textbook_error():
    status = np.array([1] * 30 + [2] * 20 + [0] * 50)
    days = np.array([*range(1, 31), *range(5, 25), *[100] * 50])
    found = aalen_johansen(days, status, 100)
    assert found.value == pytest.approx(0.3)
    assert found.se == pytest.approx(np.sqrt(0.3 * 0.7 / 100))


def test_one_minus_kaplan_meier_is_too_high_where_people_die():
    rng = stream(83, "competing")
    event, death = rng.exponential([[2000], [1000]], (2, 3000))
    days, status = np.ceil(np.minimum(np.minimum(event, death), 1000)), np.where(event < death, 1, 2)
    status[days == 1000] = 0
    right = aalen_johansen(days, status, 1000)
    dead_as_censored = aalen_johansen(days[status != 2], status[status != 2], 1000)
    assert right.value == pytest.approx(np.mean((event < death) & (event < 1000)), abs=0.01)
    assert dead_as_censored.value > right.upper


def test_incidences_of_both_causes_and_of_neither_add_to_one():
    rng = stream(84, "add")
    days, status = rng.integers(1, 101, 300), rng.integers(0, 3, 300)
    days[0] = 101
    parts = [aalen_johansen(days, status, 100, cause=cause).value for cause in (1, 2)]
    any_event = aalen_johansen(days, (status > 0).astype(int), 100).value
    assert sum(parts) == pytest.approx(any_event)


def test_no_events_are_an_incidence_of_zero_without_interval():
    found = aalen_johansen([10, 10], [0, 2], 10)
    assert (found.value, found.upper) == (0.0, None)
    assert "no one had the event" in found.reason


@pytest.mark.parametrize(
    ("days", "status", "horizon", "finding"),
    [([-1, 5], [0, 1], 10, "missing, infinite or negative"), ([1.0, np.nan], [0, 1], 10, "missing"),
     ([1, 5], [0, 7], 10, "unknown code"), ([1, 5], [0], 10, "lengths differ"), ([1, 5], [0, 1], 0, "not above 0"),
     ([1, 5], ["event", "death"], 10, "unknown code")],
)  # fmt: skip
def test_wrong_follow_up_is_refused(days, status, horizon, finding):
    with pytest.raises(StatisticsError, match=finding):
        aalen_johansen(days, status, horizon)


def test_nobody_has_no_incidence_and_no_weights():
    assert aalen_johansen([], [], 10).value is None
    assert censoring_weights([], [], 10).size == 0
