"""People who change their number: the old one was theirs, and nobody else's."""

import dataclasses

import polars as pl
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation import simulate_shard
from evidens.simulation.lives import draw_lives
from evidens.simulation.number_changes import describe_number_changes
from evidens.simulation.people import draw_people
from evidens.simulation.person_numbers import has_valid_checksum, is_first_of_january
from evidens.simulation.quarters import Calendar

WORLD = build_world("demo", n_persons=4_000, shard_persons=2_000, oracle_share=0.01)


@pytest.fixture(scope="module")
def societies():
    return [draw_often(simulate_shard(WORLD, shard), shard) for shard in range(2)]


def draw_often(shard, number):
    """Let every fifth person change number."""
    calendar = Calendar.between(WORLD.start_on, WORLD.end_on)
    people = draw_people(WORLD, calendar, number)
    lives = draw_lives(people, WORLD, calendar, number)
    changes = describe_number_changes(shard.persons["pnr"], people, lives, WORLD, number, share=0.2)
    return dataclasses.replace(shard, number_changes=changes)


def test_old_numbers_are_nobody_elses_in_any_shard(societies):
    numbers = pl.concat([s.persons["pnr"] for s in societies] + [s.number_changes["pnr_old"] for s in societies])
    assert numbers.is_unique().all()
    assert sum(s.number_changes.height for s in societies) > 300


def test_old_numbers_have_the_same_birthday_and_sex_and_follow_the_same_rules(societies):
    for society in societies:
        both = society.number_changes.join(society.persons, on="pnr")
        assert (both["pnr_old"].str.slice(0, 6) == both["pnr"].str.slice(0, 6)).all()
        odd = both["pnr_old"].str.slice(9, 1).cast(pl.Int64) % 2 == 1
        assert (odd == (both["sex"] == "male")).all()
        heaped = is_first_of_january(both["born_on"].to_physical().to_numpy())
        assert has_valid_checksum(both["pnr_old"].cast(pl.Int64).to_numpy())[~heaped].all()


def test_a_number_changes_within_coverage_and_life_and_once(societies):
    for society in societies:
        changes = society.number_changes.join(society.persons, on="pnr").join(society.deaths, on="pnr", how="left")
        assert changes["pnr"].is_unique().all()
        assert changes["valid_from"].is_between(WORLD.start_on, WORLD.end_on).all()
        assert (changes["valid_from"] > changes["born_on"]).all()
        assert (changes["valid_from"] < changes["died_on"]).fill_null(True).all()


def test_few_people_change(societies):
    n_changes = sum(simulate_shard(WORLD, shard).number_changes.height for shard in range(2))
    assert n_changes <= 10  # 0.05 % of 4,000
