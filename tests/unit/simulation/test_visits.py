"""Courses, their visits, and what is done at them."""

import dataclasses
import datetime as dt

import polars as pl
import pytest

from evidens.codes import SKS
from evidens.simulation import simulate_shard
from evidens.simulation.effects import Effects, SwitchGap


@pytest.fixture(scope="module")
def visits(shard):
    """Every visit beside its contact."""
    return shard.visits.join(shard.contacts, on="contact_number", suffix="_contact", maintain_order="left")


def test_every_outpatient_contact_has_visits_and_the_first_starts_with_it(shard, visits):
    outpatient = shard.contacts.filter(kind="outpatient")
    assert set(visits["contact_number"]) == set(outpatient["contact_number"])
    first = visits.filter(pl.col("visit_number") == 1)
    assert first.height == outpatient.height
    assert (first["start_at"] == first["start_at_contact"]).all()


def test_no_other_contact_has_a_visit(visits):
    assert set(visits["kind"]) == {"outpatient"}


def test_visits_follow_each_other_on_days_of_their_own(visits):
    again = visits.filter(pl.col("visit_number") > 1)
    before = visits.with_columns(visit_number=pl.col("visit_number") + 1)
    pairs = again.join(before, on=["contact_number", "visit_number"], suffix="_before")
    assert pairs.height == again.height
    assert (pairs["start_at"] - pairs["end_at_before"] > dt.timedelta(days=12)).all()


def test_a_course_ends_with_its_last_visit_or_is_open_at_the_end_of_coverage(shard, visits, world):
    last = visits.group_by("contact_number").agg(pl.col("end_at").max(), pl.col("end_at_contact").first())
    over = last.filter(pl.col("end_at_contact").is_not_null())
    assert (over["end_at"] == over["end_at_contact"]).all()
    is_open = last.filter(pl.col("end_at_contact").is_null())
    assert 0 < is_open.height < 0.05 * last.height
    assert (is_open["end_at"].dt.date() <= world.end_on).all()
    assert is_open["end_at"].dt.date().min() > dt.date(2023, 1, 1)


def test_a_course_of_no_special_kind_has_three_visits_on_average_before_anyone_dies(visits, shard):
    code = shard.diagnoses.filter(kind="A").select("contact_number", "code")
    rows = visits.join(code, on="contact_number").filter(~pl.col("code").str.contains("^(C|D37|E1|Z)"))
    rows = rows.filter(pl.col("start_at_contact").dt.year() < 2020)
    assert 2.7 < rows.height / rows["contact_number"].n_unique() < 3.1


def test_a_contact_for_one_of_the_outcomes_has_one_visit_so_that_no_visit_moves_its_day(visits, shard):
    code = shard.diagnoses.filter(kind="A").select("contact_number", "code")
    rows = visits.join(code, on="contact_number").filter(pl.col("code").str.contains("^(E11|C18|C19|C20)"))
    assert rows.height > 500
    assert (rows["visit_number"] == 1).all()


def test_nobody_is_seen_after_death_or_departure(shard, visits):
    dead = visits.join(shard.deaths, on="pnr")
    assert (dead["start_at"].dt.date() <= dead["died_on"]).all()
    spells = shard.residence.sort("from_on")
    seen = visits.with_columns(on=pl.col("start_at").dt.date()).sort("on")
    seen = seen.join_asof(spells, left_on="on", right_on="from_on", by="pnr", check_sortedness=False)
    assert seen.filter(pl.col("from_on").is_null() | (pl.col("to_on") <= pl.col("on"))).is_empty()


def test_contacts_for_one_reason_within_a_year_are_one_course_of_one_person(shard):
    rows = shard.contacts.join(shard.diagnoses.filter(kind="A").select("contact_number", "code"), on="contact_number")
    courses = rows.group_by("course_number").agg(
        pl.col("pnr").n_unique(), pl.col("code").n_unique(), n=pl.len(), first=pl.col("contact_number").min(),
        gap=pl.col("start_at").diff().max(), kinds=pl.col("kind").unique(),
    )  # fmt: skip
    assert (courses["pnr"] == 1).all()
    assert (courses["code"] == 1).all()
    assert (courses["first"] == courses["course_number"]).all()
    longer = courses.filter(pl.col("n") > 1)
    assert longer.height > 100
    assert longer["gap"].max() < dt.timedelta(days=367)
    assert longer.filter(pl.col("kinds").list.contains("emergency")).is_empty()


def test_procedures_are_codes_of_their_kind_done_while_the_patient_is_there(shard):
    plain = shard.procedures.filter(pl.col("parent").is_null())
    assert plain.select(SKS.is_valid(pl.col("code")).all()).item()
    assert (plain["is_surgery"] == plain["code"].str.starts_with("K")).all()
    rows = shard.procedures.join(shard.contacts, on="contact_number", suffix="_contact")
    assert (rows["start_at"] >= rows["start_at_contact"]).all()
    assert rows.filter(pl.col("start_at") > pl.col("end_at_contact")).is_empty()
    assert rows.filter(pl.col("end_at") < pl.col("start_at")).is_empty()
    assert 0.5 < shard.procedures.height / shard.contacts.height < 1.2


def test_a_side_stands_behind_the_operation_it_belongs_to(shard):
    sides = shard.procedures.filter(pl.col("parent").is_not_null())
    assert set(sides["code"]) == {"TUL1", "TUL2", "TUL3"}
    owners = shard.procedures.filter(pl.col("parent").is_null()).select("course_number", "start_at", parent="code")
    assert sides.join(owners, on=["course_number", "start_at", "parent"], how="anti").is_empty()


def test_what_belongs_to_a_course_only_is_done_after_the_change_of_system(shard, world):
    lone = shard.procedures.filter(pl.col("contact_number").is_null())
    assert lone.height > 20
    assert lone["visit_number"].is_null().all()
    assert (lone["start_at"].dt.date() >= min(world.lpr_switch.values())).all()
    assert set(lone["course_number"]) <= set(shard.contacts["course_number"])


def test_visits_are_lost_in_the_gap_at_the_change_as_contacts_are(shard, world):
    gap = dataclasses.replace(world, effects=Effects(switch_gap=SwitchGap(60, 1.0)))
    lost = simulate_shard(gap, 1)
    inside = pl.col("start_at").dt.date().is_between(dt.date(2019, 3, 3), dt.date(2019, 4, 2))
    later = pl.col("visit_number") > 1
    assert shard.visits.filter(inside & later).height > 50
    assert lost.visits.filter(inside & later).is_empty()
    care = pl.col("code").str.contains("^(E11|E149|C18|C19|C20|D374|Z511)")  # what follows a diagnosis is kept whole
    followed = [
        s.visits.join(s.diagnoses.filter(care, kind="A"), on="contact_number", how="semi").sort("start_at")["start_at"]
        for s in (shard, lost)
    ]
    assert followed[0].len() == followed[1].len() > 1_000
