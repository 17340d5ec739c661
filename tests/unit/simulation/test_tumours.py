"""Tumours: the true day of colorectal cancer, of those whom a register shows and who live in Denmark then."""

import dataclasses
import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from evidens.codes import TUMOUR
from evidens.simulation import simulate_shard
from evidens.simulation.effects import ORIGINS, Effects

COLORECTAL = pl.col("icd10").str.contains("^C(18|19|20)")


@pytest.fixture(scope="module")
def diagnosed(shard):
    """People with colorectal cancer who live in Denmark on the day of the diagnosis."""
    true = shard.truth_persons.filter(outcome="colorectal_cancer").drop_nulls("diagnosed_on").sort("diagnosed_on")
    there = true.join_asof(shard.residence.sort("from_on"), left_on="diagnosed_on", right_on="from_on", by="pnr",
                           check_sortedness=False)  # fmt: skip
    is_there = pl.col("from_on").is_not_null() & (
        pl.col("to_on").is_null() | (pl.col("to_on") > pl.col("diagnosed_on"))
    )
    return there.filter(is_there).select("pnr", "diagnosed_on").sort("pnr")


def test_colorectal_tumours_are_the_true_diagnoses_of_residents_on_their_day(shard, diagnosed):
    assert diagnosed.height > 100
    found = shard.tumours.filter(COLORECTAL).select("pnr", "diagnosed_on").sort("pnr")
    assert_frame_equal(found, diagnosed)


def test_what_no_register_shows_is_not_in_the_cancer_register_and_false_codes_are_not_either(world, diagnosed):
    shares = {"colorectal_cancer": dict.fromkeys(ORIGINS, 0.5)}
    effects = Effects(recorded_share=shares, false_codings_per_year={"colorectal_cancer": 0.02})
    tumours = simulate_shard(dataclasses.replace(world, effects=effects), 1).tumours.filter(COLORECTAL)
    found = tumours.select("pnr", "diagnosed_on")
    assert found.join(diagnosed, on=["pnr", "diagnosed_on"], how="anti").height == 0
    assert 0.4 < found.height / diagnosed.height < 0.6


def test_codes_are_tumours_without_prefix_and_in_situ_among_them(shard):
    assert shard.tumours.select(TUMOUR.is_valid(pl.col("icd10")).all()).item()
    assert shard.tumours["icd10"].str.starts_with("D0").any()


def test_sites_keep_to_their_sex(shard):
    sexes = shard.tumours.join(shard.persons, on="pnr").group_by("icd10").agg(pl.col("sex").unique())
    by_code = dict(sexes.iter_rows())
    assert by_code["C619"] == ["male"]
    assert by_code["C504"] == ["female"]


def test_tumours_are_numbered_within_the_person_in_order_of_time(shard):
    numbered = shard.tumours.with_columns(place=pl.col("diagnosed_on").rank("ordinal").over("pnr").cast(pl.Int64))
    assert (numbered["place"] == numbered["tumour_number"]).all()


def test_other_tumours_do_not_depend_on_colorectal_cancer(world, shard):
    ratios = dict(world.incidence_multiplier) | {"colorectal_cancer": 0.0}
    calmer = simulate_shard(dataclasses.replace(world, incidence_multiplier=ratios), 1).tumours
    columns = ["pnr", "diagnosed_on"]
    assert_frame_equal(calmer.select(columns), shard.tumours.filter(~COLORECTAL).select(columns))
    assert calmer["diagnosed_on"].min() >= dt.date(2006, 1, 1)
