import dataclasses
import datetime as dt

import pytest
from tests.unit.simulation.worlds import build_world

from evidens.foundation import SettingsError


@pytest.mark.parametrize(("name", "n_shards"), [("tiny", 1), ("demo", 4), ("national", 150)])
def test_shipped_worlds_can_be_built(name, n_shards):
    world = build_world(name)
    assert world.name == name
    assert world.n_shards == n_shards
    assert world.note


def test_the_last_shard_holds_the_rest():
    world = build_world("tiny", n_persons=2_500, shard_persons=1_000)
    assert [world.shard_size(i) for i in range(world.n_shards)] == [1_000, 1_000, 500]
    with pytest.raises(IndexError):
        world.shard_size(3)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"seeed": 1}, "seeed: no such setting"),
        ({"start_on": dt.date(2006, 1, 2)}, "first and last day of quarters"),
        ({"laboratory_from_on": dict.fromkeys(("81", "82", "83", "84", "85"), "2010-02-01")}, "first days of quarters"),
        ({"lpr_switch": {"81": "2019-03-02"}}, "lpr_switch needs exactly the keys"),
        ({"delivered": {"defects": {"gremlins": 0.1}}}, "no such defect: gremlins"),
        ({"index_years": [2024]}, "three years before its end"),
        ({"incidence_multiplier": {"type_2_diabetes": -1.0, "colorectal_cancer": 1.0}}, "may not be negative"),
    ],
)
def test_a_world_that_cannot_be_is_refused(change, finding):
    with pytest.raises(SettingsError, match=finding):
        build_world("tiny", **change)


def test_worlds_cannot_be_changed_by_accident():
    with pytest.raises(dataclasses.FrozenInstanceError):
        build_world("tiny").seed = 2
