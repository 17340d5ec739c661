"""Causes of death: one per death, of the right shape, and never of a disease that nobody knew of."""

import dataclasses

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.simulation.worlds import build_world

from evidens.simulation import OUTCOMES, simulate_shard
from evidens.simulation.effects import ORIGINS, Effects


@pytest.fixture(scope="module")
def society():
    return simulate_shard(build_world("tiny", n_persons=3_000, shard_persons=3_000, oracle_share=0.01), 0)


def test_every_death_in_the_country_has_one_cause(society):
    assert_frame_equal(society.causes.select("pnr", "died_on").sort("pnr"), society.deaths.sort("pnr"))
    assert society.causes["underlying"].str.contains("^[A-Z][0-9]{3}$").all()


def test_sexes_do_not_die_of_each_others_cancers(society):
    both = society.causes.join(society.persons, on="pnr")
    assert set(both.filter(underlying="C619")["sex"]) <= {"male"}
    assert set(both.filter(underlying="C509")["sex"]) <= {"female"}


@pytest.mark.parametrize(
    ("column", "code", "outcome"),
    [("underlying", "C189", "colorectal_cancer"), ("contributing", "E119", "type_2_diabetes")],
)
def test_nobody_dies_of_a_disease_that_was_never_diagnosed(society, column, code, outcome):
    diagnosed = society.truth_persons.filter(pl.col("outcome") == outcome).select("pnr", "diagnosed_on")
    found = society.causes.filter(pl.col(column) == code).join(diagnosed, on="pnr", how="left")
    assert found.height > 10
    assert (found["diagnosed_on"] < found["died_on"]).fill_null(False).all()


def test_causes_follow_age(society):
    age = (pl.col("died_on") - pl.col("born_on")).dt.total_days() / 365.25
    both = society.causes.join(society.persons, on="pnr").with_columns(age=age)
    mean = dict(both.group_by(pl.col("underlying").is_in(["F039", "G309"])).agg(pl.col("age").mean()).iter_rows())
    assert mean[True] > mean[False] + 3


def test_no_certificate_tells_of_a_diagnosis_that_no_register_shows():
    world = build_world("tiny", n_persons=2_000, shard_persons=2_000, oracle_share=0.01)
    never = {outcome: dict.fromkeys(ORIGINS, 0.0) for outcome in OUTCOMES}
    causes = simulate_shard(dataclasses.replace(world, effects=Effects(recorded_share=never)), 0).causes
    assert causes.height > 100
    assert causes.filter((pl.col("underlying") == "C189") | (pl.col("contributing") == "E119")).is_empty()
