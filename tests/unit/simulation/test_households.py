"""Couples, parents and families: who is found for whom."""

import polars as pl
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation import simulate_shard


@pytest.fixture(scope="module")
def society():
    return simulate_shard(build_world("demo", n_persons=4_000, shard_persons=2_000, oracle_share=0.01), 1)


@pytest.fixture(scope="module")
def members(society):
    first = society.residence.group_by("pnr", maintain_order=True).first().select("pnr", "municipality", "from_on")
    return society.households.join(society.persons, on="pnr").join(first, on="pnr", how="left")


def related(members, relation):
    other = members.select(pl.all().name.suffix(f"_{relation}"))
    return members.filter(pl.col(relation).is_not_null()).join(
        other, left_on=relation, right_on=f"pnr_{relation}", how="left"
    )


def test_everyone_is_described_once(society):
    assert society.households["pnr"].equals(society.persons["pnr"])


def test_couples_are_mutual_and_share_a_family(members):
    couples = related(members, "partner")
    assert couples.height > 300
    assert (couples["partner_partner"] == couples["pnr"]).all()
    assert (couples["family_number"] == couples["family_number_partner"]).all()
    assert (couples["sex"] != couples["sex_partner"]).all()
    assert (couples["civil_status"] == couples["civil_status_partner"]).all()
    assert (couples["origin"] == couples["origin_partner"]).all()


def test_who_has_no_partner_shares_a_family_number_with_no_other_adult(members):
    families = members.group_by("family_number").agg(pl.len(), pl.col("partner").null_count().alias("alone"))
    assert families.filter((pl.col("len") > 1) & (pl.col("alone") > 0)).is_empty()


def test_mothers_are_women_of_an_age_to_have_been_theirs(members):
    children = related(members, "mother")
    assert children.height > 200
    assert (children["sex_mother"] == "female").all()
    age = (children["born_on"] - children["born_on_mother"]).dt.total_days() / 365.25
    assert age.is_between(18, 45).all()
    assert 26 < age.mean() < 34


def test_a_child_is_born_to_a_woman_who_lives_in_the_country_that_day(society, members):
    children = related(members, "mother").filter(pl.col("born_on") > pl.date(2006, 1, 1))
    stays = society.residence.join(children.select(child="pnr", pnr="mother", on="born_on"), on="pnr")
    there = stays.filter(
        (pl.col("from_on") <= pl.col("on")) & (pl.col("to_on").is_null() | (pl.col("to_on") >= pl.col("on")))
    )
    assert children.height > 50
    assert set(there["child"]) == set(children["pnr"])


def test_the_father_is_the_mothers_partner_and_the_family_the_mothers(members):
    children = related(members, "mother").filter(pl.col("father").is_not_null())
    assert (children["father"] == children["partner_mother"]).all()
    assert (children["childhood_family"] == children["family_number_mother"]).all()


def test_who_is_married_has_a_partner_and_children_are_unmarried(members):
    assert members.filter((pl.col("civil_status") == "married") & pl.col("partner").is_null()).is_empty()
    assert members.filter(
        (pl.col("born_on") > pl.date(2007, 1, 1)) & (pl.col("civil_status") != "unmarried")
    ).is_empty()


def test_shards_share_no_family(society):
    other = simulate_shard(build_world("demo", n_persons=4_000, shard_persons=2_000, oracle_share=0.01), 0)
    columns = ("family_number", "moved_family_number")
    mine, theirs = (
        {n for column in columns for n in shard.households[column]} for shard in (society, other)
    )  # fmt: skip
    assert not mine & theirs
