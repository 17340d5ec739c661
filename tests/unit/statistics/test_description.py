"""Standardised mean differences and the distribution of risk."""

import numpy as np
import pytest

from evidens.statistics import StatisticsError, risk_distribution, standardized_mean_difference


def test_two_groups_by_hand():
    """Means 2 and 4, variances 1 and 4: -2 over the root of 2.5."""
    found = standardized_mean_difference([1, 2, 3], [2, 4, 6])
    assert found.value == pytest.approx(-2 / np.sqrt(2.5))
    assert found.se == pytest.approx(np.sqrt(6 / 9 + found.value**2 / 12))


def test_shares_use_the_binomial_variance():
    """Shares 3/4 and 1/4: 1/2 over the root of 3/16."""
    found = standardized_mean_difference([True, True, True, False], [True, False, False, False])
    assert found.value == pytest.approx(0.5 / np.sqrt(3 / 16))
    assert (found.n, found.n_events) == (8, 4)


def test_the_unit_does_not_matter():
    a, b = np.array([1.0, 4.0, 6.0]), np.array([2.0, 3.0, 9.0, 5.0])
    assert standardized_mean_difference(1000 * a + 7, 1000 * b + 7).value == pytest.approx(
        standardized_mean_difference(a, b).value
    )


def test_swapping_the_groups_turns_the_sign():
    a, b = [1.0, 4.0, 6.0], [2.0, 3.0, 9.0, 5.0]
    assert standardized_mean_difference(a, b).value == pytest.approx(-standardized_mean_difference(b, a).value)


def test_groups_without_spread_or_people_are_undefined():
    assert "does not vary" in standardized_mean_difference([1, 1], [2, 2]).reason
    assert "too few" in standardized_mean_difference([], [2, 3]).reason
    assert "too few" in standardized_mean_difference([1], [2, 3]).reason


def test_missing_values_are_refused():
    with pytest.raises(StatisticsError, match="missing"):
        standardized_mean_difference([1, np.nan], [2, 3])


def test_every_person_is_in_one_bin_and_edges_belong_upwards():
    found = risk_distribution([True, True, False, False, False], [0.5, 1.0, 0.0, 0.25, 0.5], [0, 0.25, 0.5, 1])
    assert found.n_events.tolist() == [0, 0, 2]
    assert found.n_non_events.tolist() == [1, 1, 1]
    assert found.share_of_non_events == pytest.approx([1 / 3] * 3)


def test_weights_enter_the_shares_and_not_the_counts():
    found = risk_distribution([True, True, True], [0.1, 0.9, 0.9], [0, 0.5, 1], weights=[2.0, 1.0, 0.0])
    assert found.n_events.tolist() == [1, 1]
    assert found.share_of_events == pytest.approx([2 / 3, 1 / 3])
    assert found.share_of_non_events is None


@pytest.mark.parametrize("edges", [[0.2, 1.0], [0.0, 0.5], [0.0, 0.5, 0.5, 1.0], [1.0, 0.0], [0.5]])
def test_edges_must_rise_and_span_everyone(edges):
    with pytest.raises(StatisticsError, match="edges"):
        risk_distribution([True, False], [0.1, 0.9], edges)


def test_nobody_has_an_empty_distribution():
    found = risk_distribution([], [], [0, 0.5, 1])
    assert found.n_events.tolist() == [0, 0]
    assert found.share_of_events is None
