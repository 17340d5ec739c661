"""The oracle of a simulated study bounds its models only if these read no more of the record than it does."""

import shutil
from pathlib import Path

import pytest
import yaml

from evidens.study.composition import CompositionError, compose_settings

ROOT = Path(__file__).parents[3]
CHOICES = {"delivery": "simulated", "simulation": "tiny", "protocol": "rehearsal", "candidate": "lightgbm",
           "engine": "local"}  # fmt: skip
OUTCOMES = sorted(path.stem for path in (ROOT / "conf/outcome").glob("*.yaml"))
WORLDS = sorted(path.stem for path in (ROOT / "conf/simulation").glob("*.yaml"))


@pytest.fixture
def conf(tmp_path):
    """A copy of the configuration that a test may spoil."""
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    return tmp_path


def compose(root, outcomes=("type_2_diabetes",), **choices):
    return compose_settings(root, CHOICES | choices, {"outcomes": list(outcomes), "models": ["lightgbm"]})


def edit(path, **changes):
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))


@pytest.mark.parametrize("world", WORLDS)
def test_every_shipped_study_fits_the_oracle_of_every_shipped_world(world):
    assert compose(ROOT, OUTCOMES, simulation=world)


def test_a_longer_lookback_of_a_simulated_study_is_refused_with_both_ways_out(conf):
    edit(conf / "conf/cohort/type_2_diabetes.yaml", lookback_days=1826)
    with pytest.raises(CompositionError) as caught:
        compose(conf)
    assert str(caught.value) == (
        "conf/cohort/type_2_diabetes.yaml: lookback_days is 1826 days, and the oracle reads 1825. "
        "Shorten it, or lengthen oracle_lookback_quarters in conf/simulation/tiny.yaml."
    )
    edit(conf / "conf/simulation/tiny.yaml", oracle_lookback_quarters=21)
    assert compose(conf)


def test_an_oracle_that_reads_less_is_refused_for_cohort_and_features_at_once(conf):
    edit(conf / "conf/simulation/tiny.yaml", oracle_lookback_quarters=8)
    with pytest.raises(CompositionError) as caught:
        compose(conf)
    assert [fault.place for fault in caught.value.faults] == [
        "conf/features/default.yaml",
        "conf/cohort/type_2_diabetes.yaml",
    ]
    assert all("and the oracle reads 730." in fault.finding for fault in caught.value.faults)


def test_a_real_study_has_no_oracle_and_may_look_back_as_far_as_it_likes(conf):
    edit(conf / "conf/cohort/type_2_diabetes.yaml", lookback_days=3650)
    edit(conf / "conf/delivery/example.yaml", key_file="/secure/project.key")
    assert compose(conf, delivery="example")
