"""The whole assessment: every group with intervals, differences to the rest, gaps."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from evidens.cohort.target import Target
from evidens.contracts import NO_THRESHOLD, Evidence, check_table
from evidens.fairness import (
    FairnessError,
    FairnessSettings,
    assess_groups,
    check_parity,
    compute_parity_frame,
    estimate_performance,
    subtract_independent,
)
from evidens.statistics import auroc, prevalence

RNG = np.random.default_rng
SETTINGS = FairnessSettings(n_draws=300)
KEYS = {"outcome": "type_2_diabetes", "model": "lightgbm", "phase": "temporal"}


def assess(target, risk, groups, **changed):
    return assess_groups(target, risk, groups, 0.2, replace(SETTINGS, **changed), rng=RNG(0), **KEYS)


def row(evidence, group, metric, reference="none"):
    found = evidence.filter(
        pl.col("group") == group, pl.col("metric") == metric, pl.col("reference") == reference
    )  # fmt: skip
    return found.row(0, named=True)


@pytest.fixture
def two_sexes(simulated):
    """Of 4,000 people 1 in 10 is censored; origin is rarely non-western, and then unknown in some."""
    target, risk, group = simulated(4000, censored=0.1)
    origin = np.where(np.arange(4000) < 60, "non_western", "danish")
    groups = pl.DataFrame({"sex": np.where(group == 0, "female", "male"), "origin": origin})
    return target, risk, groups


def test_table_keeps_its_contract(two_sexes):
    evidence = assess(*two_sexes)
    check_table(evidence, Evidence, place="evidence")
    assert set(evidence["group"]) == {"sex=female", "sex=male", "sex", "origin=danish", "origin=non_western", "origin"}
    with_threshold = evidence.filter(pl.col("threshold") != NO_THRESHOLD)["metric"].unique().sort().to_list()
    assert with_threshold == ["equalized_odds_gap", "net_benefit", "npv", "ppv", "sensitivity", "sensitivity_gap",
                              "share_flagged", "share_flagged_gap", "specificity", "specificity_gap"]  # fmt: skip
    assert evidence["horizon_days"].unique().to_list() == [365]


def test_group_has_the_performance_of_its_people(two_sexes):
    target, risk, groups = two_sexes
    women = (groups["sex"] == "female").to_numpy()
    expected = auroc(target.outcome[women], risk[women], weights=target.weights[women])
    given = row(assess(*two_sexes), "sex=female", "auroc")
    assert (given["value"], given["lower"], given["n"]) == (expected.value, expected.lower, expected.n)


def test_group_with_nine_events_is_insufficient_and_shown():
    """60 people of the small group, 9 of them with the outcome."""
    outcome = np.r_[np.arange(200) % 4 == 0, np.arange(60) < 9]
    risk = np.where(np.arange(260) % 3 == 0, 0.6, 0.1)
    groups = pl.DataFrame({"origin": ["danish"] * 200 + ["non_western"] * 60})
    evidence = assess(Target(outcome, np.ones(260), 365), risk, groups, min_people=50)
    small = evidence.filter(pl.col("group") == "origin=non_western")
    assert small["value"].null_count() == small.height
    assert small["reason"].unique().to_list() == ["insufficient: fewer than 10 events"]
    assert small["n"].unique().to_list() == [60]
    difference = row(evidence, "origin=danish", "auroc", "rest")
    assert difference["value"] is None
    assert difference["reason"] == "everyone else: insufficient: fewer than 10 events"
    gap = row(evidence, "origin", "sensitivity_gap")
    assert gap["value"] is None
    assert "fewer than two groups" in gap["reason"]


def test_gap_says_how_many_groups_it_leaves_out(simulated):
    target, risk, group = simulated(2000, n_groups=2)
    region = np.where(np.arange(2000) < 30, "81", np.where(group == 0, "84", "85"))
    gap = row(assess(target, risk, pl.DataFrame({"region": region})), "region", "sensitivity_gap")
    assert gap["value"] is not None
    assert "1 of 3 groups are too small" in gap["reason"]


def test_difference_to_the_rest_is_the_groups_value_minus_the_others(two_sexes):
    evidence = assess(*two_sexes)
    women, men = row(evidence, "sex=female", "oe_ratio"), row(evidence, "sex=male", "oe_ratio")
    difference = row(evidence, "sex=female", "oe_ratio", "rest")
    assert difference["value"] == pytest.approx(women["value"] - men["value"])
    assert difference["lower"] < difference["value"] < difference["upper"]
    mirrored = row(evidence, "sex=male", "oe_ratio", "rest")
    assert (mirrored["lower"], mirrored["upper"]) == pytest.approx((-difference["upper"], -difference["lower"]))


def test_difference_of_two_shares_has_newcombes_interval():
    """Newcombe 1998 (Stat Med 17:873-90), table II, example (a), method 10: 56/70 - 48/80, 0.0524 to 0.3339."""
    first, second = (prevalence(np.arange(n) < k) for k, n in ((56, 70), (48, 80)))
    difference = subtract_independent(first, second)
    assert difference.value == pytest.approx(0.20)
    assert (difference.lower, difference.upper) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_group_whose_risk_is_halved_is_found(simulated):
    """Too low risks show in O/E and sensitivity; ranking within the group is as it was."""
    target, risk, group = simulated(6000)
    groups = pl.DataFrame({"sex": np.where(group == 0, "female", "male")})
    fair, unfair = assess(target, risk, groups), assess(target, np.where(group == 1, risk / 2, risk), groups)
    assert row(unfair, "sex=male", "oe_ratio")["lower"] > 1.5
    assert row(unfair, "sex=male", "sensitivity", "rest")["upper"] < 0
    assert row(unfair, "sex=male", "auroc")["value"] == row(fair, "sex=male", "auroc")["value"]


@pytest.mark.parametrize("censored", [0.0, 0.2])
def test_fairlearn_gives_the_same_shares(simulated, censored):
    target, risk, group = simulated(3000, n_groups=3, censored=censored)
    parity, overall = compute_parity_frame(target, risk, group.astype(str), 0.2)
    estimates = {}
    for level in parity["level"]:
        of_group = group.astype(str) == level
        part = Target(target.outcome[of_group], target.weights[of_group], 365)
        estimates[level] = estimate_performance(part, risk[of_group], 0.2)
    check_parity(parity, estimates, variable="region")
    everybody = estimate_performance(target, risk, 0.2)
    for metric, value in overall.items():
        assert everybody[metric].value == pytest.approx(value, abs=1e-12)


def test_share_that_differs_from_fairlearns_stops_the_assessment(simulated):
    target, risk, group = simulated(1000)
    parity, _ = compute_parity_frame(target, risk, group.astype(str), 0.2)
    estimates = {level: estimate_performance(
        Target(target.outcome[group.astype(str) == level], target.weights[group.astype(str) == level], 365),
        risk[group.astype(str) == level], 0.2) for level in parity["level"]}  # fmt: skip
    right = estimates["1"]["ppv"]
    estimates["1"] = estimates["1"] | {"ppv": replace(right, value=right.value + 1e-6)}
    with pytest.raises(FairnessError, match=r"sex=1: ppv differs from fairlearn's"):
        check_parity(parity, estimates, variable="sex")


def test_same_generator_same_evidence(two_sexes):
    assert assess(*two_sexes).equals(assess(*two_sexes))
