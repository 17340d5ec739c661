"""How far groups lie apart."""

import numpy as np
import pytest

from evidens.cohort.target import Target
from evidens.fairness import FairnessSettings, count_cells, estimate_gaps

RNG = np.random.default_rng
THRESHOLD = 0.2


def gaps_of(target, risk, group, *, seed=0, settings=None, n_groups=2):
    settings = settings or FairnessSettings(n_draws=500)
    table = count_cells(target, risk, group, THRESHOLD, n_groups=n_groups, n_risk_bins=settings.n_risk_bins)
    return estimate_gaps(table, settings, rng=RNG(seed))


def test_gaps_of_a_small_table():
    """Six in each group; flagged at 0.2.

    group 0: events flagged 2 of 3, non-events flagged 1 of 3, flagged 3 of 6, O/E 3 / (4 x 0.5 ...)
    group 1: events flagged 1 of 3, non-events flagged 0 of 3, flagged 1 of 6
    """
    outcome = np.array([1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0], dtype=bool)
    risk = np.array([0.5, 0.5, 0.1, 0.5, 0.1, 0.1, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    group = np.repeat([0, 1], 6)
    gaps = gaps_of(Target(outcome, np.ones(12), 365), risk, group)
    assert gaps["sensitivity_gap"].value == pytest.approx(2 / 3 - 1 / 3)
    assert gaps["specificity_gap"].value == pytest.approx(1 - 2 / 3)
    assert gaps["share_flagged_gap"].value == pytest.approx(3 / 6 - 1 / 6)
    assert gaps["prevalence_gap"].value == pytest.approx(0.0)
    assert gaps["equalized_odds_gap"].value == pytest.approx(1 / 3)
    assert gaps["oe_ratio_gap"].value == pytest.approx(3 / 1.0 - 3 / 1.8)  # expected: 0.5 + 5 x 0.1, and 3 x 0.5 + 0.3


def test_groups_that_do_not_differ_have_a_gap_whose_interval_reaches_zero(simulated):
    """40 worlds of five equal groups: at most a few intervals may exclude the true gap of 0."""
    excluded = 0
    for seed in range(40):
        target, risk, group = simulated(3000, seed=seed, n_groups=5)
        gap = gaps_of(target, risk, group, settings=FairnessSettings(n_draws=300), n_groups=5)["sensitivity_gap"]
        assert 0 <= gap.lower <= gap.value <= gap.upper
        excluded += gap.lower > 0
    assert excluded <= 5  # 95 % of 40 is 2 on average; more than 5 has probability 0.014


def test_group_whose_events_are_missed_is_found(simulated):
    """In group 1 the risk is halved: fewer of its events are flagged."""
    target, risk, group = simulated(6000)
    risk = np.where(group == 1, risk / 2, risk)
    gaps = gaps_of(target, risk, group)
    assert gaps["sensitivity_gap"].lower > 0.1
    assert gaps["oe_ratio_gap"].lower > 0.5
    assert gaps["prevalence_gap"].lower == 0.0
    assert gaps["sensitivity_gap"].reason is None


def test_interval_of_two_groups_agrees_with_resampling_the_people(simulated):
    """With one pair, the simultaneous interval is the usual one: gap +- 1.96 standard errors."""
    target, risk, group = simulated(3000, censored=0.1)
    gaps = gaps_of(target, risk, group, settings=FairnessSettings(n_draws=2000))
    rng, drawn = RNG(9), []
    known = np.flatnonzero(target.weights > 0)
    for _ in range(400):
        rows = rng.choice(known, len(known))
        w, y, flagged, g = target.weights[rows], target.outcome[rows], risk[rows] >= THRESHOLD, group[rows]
        rates = [(w * (y & flagged))[g == k].sum() / (w * y)[g == k].sum() for k in (0, 1)]
        drawn.append(rates[0] - rates[1])
    width = gaps["sensitivity_gap"].upper - gaps["sensitivity_gap"].value
    assert width == pytest.approx(1.96 * np.std(drawn), rel=0.15)


def test_different_base_rates_carry_a_warning():
    rng = RNG(0)
    group = np.repeat([0, 1], 2000)
    outcome = rng.random(4000) < np.where(group == 0, 0.10, 0.30)
    risk = np.clip(rng.normal(0.2, 0.1, 4000), 0.01, 0.99)
    gaps = gaps_of(Target(outcome, np.ones(4000), 365), risk, group)
    assert "base rates differ" in gaps["sensitivity_gap"].reason


def test_censored_people_and_people_of_no_group_do_not_count(simulated):
    target, risk, group = simulated(3000)
    weights = target.weights.copy()
    weights[:500] = 0.0
    left_out = group.copy()
    left_out[500:800] = -1
    given = gaps_of(Target(target.outcome, weights, 365), risk, left_out)
    rows = np.arange(800, 3000)
    wanted = gaps_of(Target(target.outcome[rows], weights[rows], 365), risk[rows], group[rows])
    assert given == wanted
    assert given["sensitivity_gap"].n == 2200


def test_same_generator_same_intervals(simulated):
    assert gaps_of(*simulated(1000), seed=4) == gaps_of(*simulated(1000), seed=4)


def test_risk_equal_to_the_threshold_is_flagged():
    outcome = np.array([True, False] * 4)
    risk = np.array([0.2, 0.1] * 4)
    gaps = count_cells(Target(outcome, np.ones(8), 365), risk, np.repeat([0, 1], 4), 0.2, n_groups=2, n_risk_bins=3)
    assert gaps.measure(gaps.counts[None, :])["sensitivity"].tolist() == [[1.0, 1.0]]
    assert gaps.measure(gaps.counts[None, :])["specificity"].tolist() == [[1.0, 1.0]]
