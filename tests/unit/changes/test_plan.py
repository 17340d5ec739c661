from pathlib import Path

import pytest
import yaml

from evidens.changes import ChangePlanSettings, review_plan
from evidens.foundation import SettingsError, build_settings


@pytest.mark.parametrize(
    ("classes", "keys", "verdict", "items"),
    [
        (("first_version",), [], "first version", ()),
        (("data_refresh",), [], "foreseen", ("M1",)),
        (("settings",), ["model.n_knots"], "foreseen", ("M2",)),
        (("settings", "data_refresh"), ["model.n_knots"], "foreseen", ("M1", "M2")),
        (("settings",), ["model.n_knots", "uncertainty.alpha"], "not foreseen", ("M2",)),
        (("settings",), ["cohort.min_age"], "not foreseen", ()),
        (("data_refresh", "algorithm"), [], "not foreseen", ("M1",)),
        (("data_refresh",), ["model.n_knots"], "not foreseen", ("M1",)),
        (("unexplained",), [], "not foreseen", ()),
    ],
)
def test_a_change_is_foreseen_only_when_all_of_it_is(plan, classes, keys, verdict, items):
    found = review_plan(classes, keys, plan)
    assert (found.verdict, found.items) == (verdict, items)
    assert bool(found.reasons) == (verdict == "not foreseen")
    assert found.plan_version == "7"


def test_a_prohibition_wins_over_a_modification(plan):
    reasons = review_plan(("settings",), ["cohort.min_age"], plan).reasons
    assert "prohibited: Another population (setting cohort.min_age)" in reasons


def test_the_shipped_plan_can_be_read_and_cites_a_source_for_every_item():
    path = Path(__file__).parents[3] / "conf" / "change_plan" / "default.yaml"
    plan = build_settings(ChangePlanSettings, yaml.safe_load(path.read_text()), place=str(path))
    assert all(item.source and item.comment for item in (*plan.modifications, *plan.prohibited))
    assert review_plan(("settings",), ["cohort.type_2_diabetes.min_age"], plan).verdict == "not foreseen"
    for key in ("model.lightgbm.learning_rate", "model/lightgbm.learning_rate"):
        assert review_plan(("settings",), [key], plan).verdict == "foreseen"


@pytest.mark.parametrize(
    ("items", "finding"),
    [
        ([{"id": "M1", "change": "settings"}], "give patterns of settings"),
        ([{"id": "M1", "change": "code", "settings": ["a"]}], "give patterns of settings"),
        ([{"id": "M1", "change": "code"}, {"id": "M1", "change": "algorithm"}], "the same id stands twice"),
        ([{"id": "M1", "change": "whim"}], "'whim' is not allowed"),
    ],
)
def test_a_plan_that_cannot_mean_anything_is_refused(items, finding):
    words = {"title": "t", "comment": "c", "source": "s"}
    with pytest.raises(SettingsError, match=finding):
        build_settings(ChangePlanSettings, {"version": "1", "modifications": [i | words for i in items]}, place="p")
