import numpy as np
import polars as pl
import pytest

from evidens.changes import describe_differences, estimate_differences
from evidens.contracts import EVIDENCE_KEY

OUTCOME = np.array([True] * 4 + [False] * 4)
OLD = np.array([0.9, 0.6, 0.4, 0.1, 0.7, 0.4, 0.2, 0.1])
ABOUT = {"outcome": "stroke", "model": "age_sex", "phase": "external", "reference": "version 1", "horizon_days": 365}


def test_a_version_does_not_differ_from_itself():
    rows = estimate_differences(OUTCOME, OLD, OLD, thresholds=[0.3, 0.5])
    assert [row["value"] for row in rows] == [0.0] * 8


def test_better_is_above_zero_except_for_the_brier_score():
    # Threshold 0.5. Old flags 2 of 4 with the outcome and 1 of 4 without; new flags 3 of 4 and 0 of 4.
    new = np.array([0.9, 0.6, 0.6, 0.1, 0.4, 0.4, 0.2, 0.1])
    found = {row["metric"]: row["value"] for row in estimate_differences(OUTCOME, new, OLD, thresholds=[0.5])}
    assert found["sensitivity"] == pytest.approx(1 / 4)
    assert found["specificity"] == pytest.approx(1 / 4)
    assert found["net_benefit"] == pytest.approx((1 + 1 * 1) / 8)  # one more true, one fewer false, odds 1
    assert found["brier"] == pytest.approx(((0.4**2 - 0.6**2) + (0.4**2 - 0.7**2)) / 8)
    assert found["auroc"] > 0


def test_differences_change_sign_when_the_versions_change_places():
    new = np.linspace(0.05, 0.95, 8)[::-1]
    there, back = (estimate_differences(OUTCOME, *pair, thresholds=[0.3]) for pair in ((new, OLD), (OLD, new)))
    assert [a["value"] for a in there] == pytest.approx([-b["value"] for b in back])


def test_people_of_weight_zero_do_not_count():
    weights = np.r_[np.ones(8), 0.0]
    longer = estimate_differences(np.r_[OUTCOME, True], np.r_[OLD, 0.0], np.r_[OLD, 1.0], weights=weights)
    assert [row["value"] for row in longer] == [0.0, 0.0]
    assert [row["n"] for row in longer] == [8, 8]


def test_without_events_the_difference_is_undefined_and_says_why():
    rows = estimate_differences(np.zeros(8, bool), OLD, OLD[::-1], thresholds=[0.5])
    undefined = {row["metric"] for row in rows if row["value"] is None}
    assert undefined == {"auroc", "sensitivity"}
    assert all(row["reason"] for row in rows if row["value"] is None)


def test_differences_have_the_shape_of_evidence():
    frame = describe_differences(estimate_differences(OUTCOME, OLD[::-1], OLD, thresholds=[0.3, 0.5]), **ABOUT)
    assert frame.select(EVIDENCE_KEY).is_duplicated().sum() == 0
    assert frame["reference"].unique().to_list() == ["version 1"]
    assert frame.filter(pl.col("threshold") == 0.5)["metric"].to_list() == ["net_benefit", "sensitivity", "specificity"]


def test_nothing_to_compare_is_an_empty_table_of_the_same_shape():
    assert describe_differences([], **ABOUT).height == 0
