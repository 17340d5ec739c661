"""Curves are drawn from groups of people, never from single ones."""

import numpy as np
import pytest

from evidens.explanation import Attribution, average_dependence, average_missing, bin_people


def attribution_of(values, contributions):
    values, contributions = np.array(values, dtype=float), np.array(contributions, dtype=float)
    return Attribution(("x",), contributions[:, None], 0.0, values[:, None], np.full(len(values), 0.5))


def test_bins_hold_about_equally_many_people():
    bins = bin_people(np.arange(100.0), n_bins=4, min_people=5)
    assert np.bincount(bins).tolist() == [25, 25, 25, 25]


@pytest.mark.parametrize("seed", range(20))
def test_no_bin_holds_fewer_people_than_allowed(seed):
    rng = np.random.default_rng(seed)
    values = rng.poisson(rng.uniform(0.05, 5), rng.integers(20, 300)).astype(float)
    bins = bin_people(values, n_bins=10, min_people=20)
    assert np.bincount(bins).min() >= 20
    assert all(len(np.unique(bins[values == v])) == 1 for v in np.unique(values))
    assert (np.diff(bins[np.argsort(values)]) >= 0).all()


def test_rare_high_counts_join_the_bin_below():
    """80 people have none, 15 one, 5 two: with at least 20 per bin, one and two are one bin."""
    values = np.repeat([0.0, 1.0, 2.0], [80, 15, 5])
    assert np.bincount(bin_people(values, n_bins=10, min_people=20)).tolist() == [80, 20]
    assert np.bincount(bin_people(values[:95], n_bins=10, min_people=20)).tolist() == [95]


def test_too_few_measured_people_give_no_points():
    attribution = attribution_of([1.0] * 19 + [np.nan] * 81, [0.1] * 100)
    assert average_dependence(attribution, 0, n_bins=10, min_people=20) == []
    assert average_missing(attribution, 0, min_people=20).n == 81


def test_points_are_means_and_quartiles_of_their_people():
    """Value 1: contributions 0, 1, 2, 3, 4 repeated: mean 2, quartiles 1 and 3. Value 2: all 10."""
    attribution = attribution_of([1.0] * 20 + [2.0] * 20, [0.0, 1.0, 2.0, 3.0, 4.0] * 4 + [10.0] * 20)
    low, high = average_dependence(attribution, 0, n_bins=2, min_people=20)
    assert (low.value, low.mean, low.lower, low.upper, low.n) == (1.0, 2.0, 1.0, 3.0, 20)
    assert (high.value, high.mean, high.lower, high.upper, high.n) == (2.0, 10.0, 10.0, 10.0, 20)


def test_few_people_not_measured_are_not_shown():
    attribution = attribution_of([1.0] * 30 + [np.nan] * 19, [0.1] * 49)
    assert average_missing(attribution, 0, min_people=20) is None
