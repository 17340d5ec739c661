"""Ranking: AUROC, average precision, and their differences."""

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import auroc, average_precision, compare_auroc, newcombe_interval


def draw(n=300):
    rng = stream(21, "discrimination")
    risk = np.round(rng.beta(1, 3, n), 2)
    return rng.random(n) < risk, risk


def test_five_people_counted_by_hand():
    """Events at .2 and .4, others at .1, .2 and .3: the pairs won are 1 1/2 0 and 1 1 1, 4.5 of 6."""
    found = auroc([False, True, False, False, True], [0.1, 0.2, 0.2, 0.3, 0.4])
    assert found.value == 0.75


def test_delong_variance_of_five_people_by_hand():
    """Placements of the events .5 and 1 (variance 1/8), of the others 1, 3/4, 1/2 (variance 1/16).

    1/8 over 2 events plus 1/16 over 3 others is 1/12.
    """
    found = auroc([False, True, False, False, True], [0.1, 0.2, 0.2, 0.3, 0.4])
    assert found.se**2 == pytest.approx(1 / 12)


def test_auroc_is_never_flipped():
    y, p = draw()
    assert auroc(y, 1 - p).value == pytest.approx(1 - auroc(y, p).value)
    assert auroc(y, 1 - p).value < 0.5


def test_auroc_knows_only_the_order_of_risks():
    y, p = draw()
    assert auroc(y, p**3) == auroc(y, p)


def test_risks_that_know_nothing_have_an_auroc_of_one_half():
    y, _ = draw()
    found = auroc(y, np.full(y.size, 0.2))
    assert found.value == 0.5
    assert found.lower < 0.5 < found.upper  # no false certainty
    assert "do not vary" in found.reason


def test_a_perfect_ranking_is_no_certainty():
    """Ten events all above twenty others: DeLong's variance is 0, Newcombe's lower limit is not 1."""
    found = auroc([False] * 20 + [True] * 10, np.linspace(0.1, 0.9, 30))
    assert (found.value, found.se, found.upper) == (1.0, None, 1.0)
    assert 0.8 < found.lower < 0.95
    assert "separate" in found.reason


def test_newcombes_interval_narrows_with_people_and_mirrors():
    few, many = newcombe_interval(1.0, 5, 50), newcombe_interval(1.0, 50, 500)
    assert few[0] < many[0] < 1
    low, high = newcombe_interval(0.0, 5, 50)
    assert (1 - high, 1 - low) == pytest.approx(few)


def test_wald_and_logit_intervals_share_value_and_standard_error():
    y, p = draw()
    logit, wald = auroc(y, p), auroc(y, p, interval="wald")
    assert (logit.value, logit.se) == (wald.value, wald.se)
    assert wald.value - wald.lower == pytest.approx(wald.upper - wald.value)
    assert logit.value - logit.lower > logit.upper - logit.value  # above one half it leans downwards


def test_one_class_is_undefined_not_one_half():
    found = auroc([False] * 5, [0.1, 0.2, 0.3, 0.4, 0.5])
    assert (found.value, found.reason) == (None, "no one has the outcome")


def test_two_models_are_more_surely_different_paired_than_apart():
    """They share their people: the covariance makes the difference more precise."""
    y, p = draw()
    r = np.clip(p + stream(22, "noise").normal(0, 0.1, p.size), 0, 1)
    paired = compare_auroc(y, p, r)
    assert paired.se < np.hypot(auroc(y, p).se, auroc(y, r).se)
    assert paired.value == pytest.approx(auroc(y, p).value - auroc(y, r).value)


def test_recalibrating_does_not_change_discrimination():
    y, p = draw()
    found = compare_auroc(y, p, p / 2)
    assert (found.value, found.lower, found.upper) == (0, 0, 0)
    assert "identically" in found.reason


def test_average_precision_of_risks_that_know_nothing_is_the_prevalence():
    y, _ = draw()
    assert average_precision(y, np.full(y.size, 0.3)).value == pytest.approx(y.mean())


def test_average_precision_does_not_depend_on_the_order_within_ties():
    """Two events and two others share one risk: precision 1/2 whoever comes first."""
    assert average_precision([True, True, False, False], [0.5] * 4).value == 0.5
    assert average_precision([False, False, True, True], [0.5] * 4).value == 0.5


def test_average_precision_of_a_perfect_ranking_is_one_without_an_interval():
    found = average_precision([False, False, True], [0.1, 0.2, 0.3])
    assert (found.value, found.lower) == (1.0, None)
    assert "separate" in found.reason


def test_average_precision_standard_error_is_that_of_resampled_people():
    rng, (y, p) = stream(23, "bootstrap"), draw(800)
    draws = []
    for _ in range(300):
        rows = rng.integers(0, y.size, y.size)
        draws.append(average_precision(y[rows], p[rows]).value)
    assert average_precision(y, p).se == pytest.approx(np.std(draws), rel=0.15)


def test_a_million_people_take_about_one_sort():
    """Not timed here (machines differ), but a quadratic algorithm would not come back at all."""
    rng = stream(24, "many")
    risk = rng.random(300_000)
    found = auroc(rng.random(risk.size) < risk, risk)
    assert found.value == pytest.approx(5 / 6, abs=0.005)  # E[min(p, q)]-type integral for uniform risks
