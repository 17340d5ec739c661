"""Settings of models: the shipped ones build, impossible ones do not."""

from pathlib import Path

import pytest
import yaml

from evidens.foundation import SettingsError, build_settings
from evidens.models import AgeSexSettings, LightGBMSettings, LogisticSettings

CONF = Path(__file__).parents[3] / "conf" / "model"


@pytest.mark.parametrize("cls", [LogisticSettings, LightGBMSettings, AgeSexSettings], ids=lambda cls: cls.kind)
def test_shipped_settings_are_the_defaults(cls):
    mapping = yaml.safe_load((CONF / f"{cls.kind}.yaml").read_text("utf-8"))
    assert mapping.pop("kind") == cls.kind
    assert build_settings(cls, mapping, place=f"conf/model/{cls.kind}.yaml") == cls()


@pytest.mark.parametrize(
    ("cls", "wrong", "finding"),
    [
        (LogisticSettings, {"penalties": []}, "penalties must be"),
        (LogisticSettings, {"penalties": [0.0]}, "above 0"),
        (LogisticSettings, {"n_folds": 1}, "n_folds must be at least 2"),
        (LogisticSettings, {"winsor_share": 0.5}, "winsor_share"),
        (LightGBMSettings, {"min_people_per_leaf": [5]}, "must not describe single people"),
        (LightGBMSettings, {"n_screening_folds": 9}, "n_screening_folds"),
        (LightGBMSettings, {"scale_pos_weight": 10.0}, "no such setting"),
        (AgeSexSettings, {"n_knots": 2}, "n_knots"),
    ],
)
def test_impossible_settings_are_refused(cls, wrong, finding):
    with pytest.raises(SettingsError, match=finding):
        build_settings(cls, wrong, place="conf/model/x.yaml")
