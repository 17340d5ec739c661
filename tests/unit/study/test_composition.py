"""Configuration: every option file builds, and a mistake is one clear message."""

import shutil
from pathlib import Path

import pytest
import yaml

from evidens.foundation import SettingsError, build_settings
from evidens.study.composition import (
    CompositionError,
    compose_group,
    compose_settings,
    compose_study,
    option_files,
)
from evidens.study.groups import settings_class

ROOT = Path(__file__).parents[3]
CHOICES = {
    "delivery": "simulated",
    "simulation": "tiny",
    "protocol": "rehearsal",
    "candidate": "lightgbm",
    "engine": "local",
}
NAMES = {"outcomes": ["type_2_diabetes", "colorectal_cancer"], "models": ["logistic", "lightgbm", "age_sex"]}


@pytest.fixture
def conf(tmp_path):
    """A copy of the configuration that a test may spoil."""
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    shutil.copy(ROOT / "params.yaml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("group", "option"), sorted(option_files(ROOT)))
def test_every_option_file_builds(group, option):
    built = build_settings(
        settings_class(group), compose_group(ROOT, group, option), place=f"conf/{group}/{option}.yaml"
    )
    assert built is not None


def test_every_group_has_options_and_every_folder_is_a_group():
    folders = {path.name for path in (ROOT / "conf").iterdir() if path.is_dir()}
    assert folders == {group for group, _ in option_files(ROOT)}


def test_one_resolved_file_per_group_outcome_and_model(conf):
    compose_study(conf, conf / "build/settings")
    written = {p.relative_to(conf / "build").as_posix() for p in (conf / "build").rglob("*.yaml")}
    assert {
        "settings/cohort/colorectal_cancer.yaml",
        "settings/model/age_sex.yaml",
        "settings/candidate.yaml",
    } <= written
    assert "runtime/engine.yaml" in written
    assert "settings/engine.yaml" not in written
    delivery = yaml.safe_load((conf / "build/settings/delivery.yaml").read_text())
    world = yaml.safe_load((conf / "build/settings/simulation.yaml").read_text())
    assert delivery["n_buckets"] == world["n_buckets"]  # interpolations are resolved


def test_composing_twice_gives_the_same_bytes(conf):
    compose_study(conf, conf / "one")
    compose_study(conf, conf / "two")
    for path in sorted((conf / "one").rglob("*.yaml")):
        assert path.read_bytes() == (conf / "two" / path.relative_to(conf / "one")).read_bytes()


def test_a_misspelt_setting_names_file_setting_and_the_likely_one(conf):
    path = conf / "conf/cohort/type_2_diabetes.yaml"
    path.write_text(path.read_text().replace("min_age:", "min_agee:"))
    with pytest.raises(
        CompositionError, match=r"cohort/type_2_diabetes.yaml: min_agee: no such setting. Did you mean 'min_age'"
    ):
        compose_settings(conf, CHOICES, NAMES)


def test_mistakes_in_several_files_are_told_together(conf):
    for path, old, new in (("cohort/colorectal_cancer.yaml", "min_age: 40", "min_age: forty"),
                           ("model/lightgbm.yaml", "l2: 5.0", "l2: much")):  # fmt: skip
        file = conf / "conf" / path
        file.write_text(file.read_text().replace(old, new))
    with pytest.raises(CompositionError) as caught:
        compose_settings(conf, CHOICES, NAMES)
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"simulation": "mars"}, "no file conf/simulation/mars.yaml. There are: demo, drift, leak, "),
        ({"candidate": "oracle"}, "'oracle' is not trained. One of: logistic, lightgbm, age_sex"),
        ({"colour": "red"}, "choose.colour: no such choice"),
    ],
)
def test_a_choice_that_is_none_names_those_there_are(choices, message):
    with pytest.raises(CompositionError, match=message):
        compose_settings(ROOT, {**CHOICES, **choices}, NAMES)


def test_broken_yaml_is_named(conf):
    (conf / "conf/fairness/default.yaml").write_text("a: [1, 2\n")
    with pytest.raises(CompositionError, match="cannot be composed"):
        compose_settings(conf, CHOICES, NAMES)


def test_an_opening_by_nobody_is_refused():
    wrong = {"openings": [{"outcome": "a", "phase": "external", "by": " ", "reason": "because"}]}
    with pytest.raises(SettingsError, match="needs the name of a person"):
        build_settings(settings_class("openings"), wrong, place="conf/openings.yaml")
