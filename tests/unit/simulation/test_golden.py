"""The golden people fit into a world: same tables, numbers of their own, a shard after all others."""

import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation import simulate_shard
from evidens.simulation.golden import golden_shard, load_golden_people
from evidens.simulation.golden.write import golden_numbers
from evidens.simulation.person_numbers import assign_person_numbers, has_valid_checksum
from evidens.simulation.quarters import day_number

PEOPLE = load_golden_people()


@pytest.fixture(scope="module")
def golden(world):
    return golden_shard(world)


def test_no_two_share_a_day_of_birth():
    assert len({person.born_on for person in PEOPLE}) == len(PEOPLE)


def test_their_tables_have_the_columns_and_types_of_any_shard(golden, shard):
    def plain(schema):
        return {
            name: pl.String if isinstance(kind, pl.Enum | pl.Categorical) else kind for name, kind in schema.items()
        }

    for field in dataclasses.fields(shard)[1:]:
        mine, other = getattr(golden, field.name).schema, getattr(shard, field.name).schema
        mixed = {"pack_size": pl.Float64} if field.name == "dispensings" else {}
        assert set(plain(mine)) == set(plain(other)), field.name
        assert plain(mine) | mixed == plain(other) | mixed, field.name


def test_the_rows_of_every_table_are_sorted_by_person(golden):
    for field in dataclasses.fields(golden)[1:]:
        frame = getattr(golden, field.name)
        if "pnr" in frame.columns and field.name != "number_changes":
            assert frame["pnr"].is_sorted(), field.name


def test_their_numbers_are_nobodys_in_the_densest_world():
    """As many people are born on each of their days as a world of 20 million would give it."""
    days = np.repeat(np.array([day_number(person.born_on) for person in PEOPLE]), 2 * 150)
    is_male = np.tile([False, True], days.size // 2)
    order = np.argsort(days, kind="stable")
    others = set(assign_person_numbers(days[order], is_male[order], 0, 1).tolist())
    mine = [int(number) for place in (0, 1) for number in golden_numbers(PEOPLE, place=place)]
    assert len(set(mine)) == len(mine)
    assert not others & set(mine)


def test_only_people_of_1_january_fail_the_check_of_digits():
    numbers = np.array([int(number) for number in golden_numbers(PEOPLE)])
    is_new_year = np.array([(person.born_on.month, person.born_on.day) == (1, 1) for person in PEOPLE])
    assert has_valid_checksum(numbers)[~is_new_year].all()
    assert not has_valid_checksum(numbers)[is_new_year].all()


def test_they_are_the_shard_after_the_last_where_the_world_has_them():
    world = build_world("tiny", n_persons=400, shard_persons=400, golden_persons=True)
    assert simulate_shard(world, 1).persons.height == len(PEOPLE)
    with pytest.raises(IndexError):
        simulate_shard(dataclasses.replace(world, golden_persons=False), 1)


def test_they_change_nothing_in_the_other_shards():
    with_them = build_world("tiny", n_persons=400, shard_persons=400, golden_persons=True)
    without = dataclasses.replace(with_them, golden_persons=False)
    one, other = simulate_shard(with_them, 0), simulate_shard(without, 0)
    assert one.persons.equals(other.persons)
    assert one.results.equals(other.results)


def test_a_world_of_other_years_is_refused_with_the_remedy(world):
    other = dataclasses.replace(world, end_on=dt.date(2025, 3, 31))
    with pytest.raises(ValueError, match="golden_persons to false"):
        golden_shard(other)
