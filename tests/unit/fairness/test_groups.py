"""Who is in which group, and when a group is large enough."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from evidens.cohort.target import Target
from evidens.fairness import FairnessError, FairnessSettings, band_age, judge_size, list_groups
from evidens.foundation import SettingsError, build_settings


def test_age_bands_begin_at_whole_decades():
    ages = pl.Series("age", [30, 39, 40, 99, 100, None], dtype=pl.Int16)
    assert band_age(ages).to_list() == ["30-39", "30-39", "40-49", "90-99", "100-109", None]


def test_unknown_is_a_group_of_its_own():
    groups = list(
        list_groups(pl.DataFrame({"sex": ["male", "female", "male"], "region": ["84", None, "85"]}), n_people=3)
    )
    assert [group.name for group in groups] == ["sex=female", "sex=male", "region=84", "region=85", "region=unknown"]
    assert groups[1].is_member.tolist() == [True, False, True]
    assert groups[4].is_member.tolist() == [False, True, False]


def test_groups_of_other_people_are_refused():
    with pytest.raises(FairnessError, match="2 rows of groups for 3 people"):
        list(list_groups(pl.DataFrame({"sex": ["male", "female"]}), n_people=3))


@pytest.mark.parametrize(
    ("n_events", "n_non_events", "n_censored", "reason"),
    [
        (9, 200, 0, "insufficient: fewer than 10 events"),
        (200, 9, 0, "insufficient: fewer than 10 non-events"),
        (40, 59, 500, "insufficient: fewer than 100 people"),  # censored people are not known
        (10, 90, 0, None),
    ],
)
def test_group_is_judged_by_people_whose_outcome_is_known(n_events, n_non_events, n_censored, reason):
    outcome = np.repeat([True, False, False], [n_events, n_non_events, n_censored])
    weights = np.repeat([1.0, 1.0, 0.0], [n_events, n_non_events, n_censored])
    target = Target(outcome, weights, 365)
    assert judge_size(target, np.ones(len(outcome), dtype=bool), FairnessSettings()) == reason


def test_shipped_settings_are_the_defaults():
    path = Path(__file__).parents[3] / "conf" / "fairness" / "default.yaml"
    mapping = yaml.safe_load(path.read_text("utf-8"))
    assert build_settings(FairnessSettings, mapping, place=path.name) == FairnessSettings()


@pytest.mark.parametrize("wrong", [{"min_events": 0}, {"n_draws": 10}, {"base_rate_ratio": 1.0}, {"n_risk_bins": 0}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(SettingsError):
        build_settings(FairnessSettings, wrong, place="conf/fairness/x.yaml")
