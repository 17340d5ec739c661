"""Education, income and labour: who has a row, how they differ between people, and that disease is not among it."""

import dataclasses

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.simulation.worlds import build_world

from evidens.simulation import simulate_shard

WORLD = build_world("demo", n_persons=3_000, shard_persons=3_000, oracle_share=0.01)


@pytest.fixture(scope="module")
def society():
    return simulate_shard(WORLD, 0)


@pytest.fixture(scope="module")
def rows(society):
    return society.socioeconomics.join(society.persons, on="pnr", how="left")


def test_everyone_who_lives_in_the_country_on_31_december_has_one_row(society):
    for year in (2006, 2015, 2024):
        day = pl.date(year, 12, 31)
        there = society.residence.filter(
            (pl.col("from_on") <= day) & (pl.col("to_on").is_null() | (pl.col("to_on") > day))
        )
        found = society.socioeconomics.filter(year=year)["pnr"]
        assert found.is_unique().all()
        assert set(found) == set(there["pnr"])


def test_rows_are_sorted_and_incomes_positive(society):
    frame = society.socioeconomics
    assert_frame_equal(frame, frame.sort("pnr", "year"))
    assert frame["income"].min() > 0


def test_education_begins_with_fifteen_is_finished_and_often_unknown_of_immigrants(rows):
    assert rows.filter((pl.col("age") < 15) & pl.col("education_code").is_not_null()).is_empty()
    grown = rows.filter((pl.col("age") >= 30) & (pl.col("year") == 2015))
    n_codes = rows.filter(pl.col("age") >= 26).group_by("pnr").agg(pl.col("education_code").drop_nulls().n_unique())
    assert n_codes["education_code"].max() == 1
    unknown = dict(grown.group_by("ancestry").agg(pl.col("education_code").null_count() / pl.len()).iter_rows())
    assert unknown["danish"] < 0.04 < 0.1 < unknown["immigrant"]
    imputed = grown.filter(pl.col("education_source").is_in(["9", "10", "18"]))
    assert set(imputed["ancestry"]) == {"immigrant"}


def test_the_young_are_educated_longer_and_foreigners_earn_less(rows):
    grown = rows.filter((pl.col("age") >= 30) & (pl.col("year") == 2015) & pl.col("education_code").is_not_null())
    is_high = pl.col("education_code").is_in(["9850", "9860", "9870"])
    by_cohort = dict(grown.group_by(pl.col("age") >= 65).agg(is_high.mean()).iter_rows())
    assert by_cohort[False] > by_cohort[True] + 0.08
    working = grown.filter(pl.col("age").is_between(30, 64))
    income = dict(working.group_by("origin").agg(pl.col("income").median()).iter_rows())
    assert income["non_western"] < 0.9 * income["danish"]
    employed = dict(
        working.group_by("origin").agg((pl.col("labour_code").cast(pl.String).cast(pl.Int64) < 200).mean()).iter_rows()
    )  # fmt: skip
    assert employed["non_western"] < employed["danish"] - 0.05


def test_labour_follows_age(rows):
    of_age = dict(rows.group_by("age").agg(pl.col("labour_code").mode().first()).iter_rows())
    assert (of_age[5], of_age[18], of_age[75]) == ("420", "310", "322")
    assert of_age[40].startswith("13")


def test_partners_have_one_income_and_so_have_their_children(society, rows):
    pairs = society.households.filter(pl.col("partner").is_not_null()).select("pnr", "partner")
    adults = rows.filter(pl.col("age") >= 18).select("pnr", "year", "income")
    both = adults.join(pairs, on="pnr").join(adults, left_on=["partner", "year"], right_on=["pnr", "year"])
    assert both.height > 1_000
    assert (both["income"] == both["income_right"]).all()
    children = society.households.filter(pl.col("mother").is_not_null()).select("pnr", "mother")
    of_children = rows.filter(pl.col("age") < 18).select("pnr", "year", "income").join(children, on="pnr")
    with_mother = of_children.join(adults, left_on=["mother", "year"], right_on=["pnr", "year"])
    assert with_mother.height > 200
    assert (with_mother["income"] == with_mother["income_right"]).all()


def test_disease_changes_nothing_of_it(society):
    healthy = dict.fromkeys(WORLD.incidence_multiplier, 0.0)
    other = simulate_shard(dataclasses.replace(WORLD, incidence_multiplier=healthy), 0)
    assert_frame_equal(society.socioeconomics, other.socioeconomics)
    assert_frame_equal(society.households, other.households)
    assert_frame_equal(society.number_changes, other.number_changes)
