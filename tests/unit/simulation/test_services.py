"""Services outside hospital: when they are billed, for whom, and that they say nothing about the diseases."""

import dataclasses
import datetime as dt

import polars as pl
from polars.testing import assert_frame_equal

from evidens.simulation import simulate_shard
from evidens.simulation.services import SERVICES


def test_services_are_billed_on_a_monday_within_two_weeks_of_the_week_of_service(world, shard):
    services = shard.services
    assert (services["billed_on"].dt.weekday() == 1).all()
    lag = (services["billed_on"] - services["served_on"]).dt.total_days()
    assert lag.min() == -6
    assert lag.max() == 14
    thursday = services["billed_on"] + dt.timedelta(days=3)  # the year of a week is that of its Thursday
    assert thursday.is_between(world.start_on, world.end_on).all()


def test_one_row_per_person_week_service_and_patient(shard):
    key = ["pnr", "billed_on", "specialty", "for_child"]
    assert not shard.services.select(key).is_duplicated().any()
    assert_frame_equal(
        shard.services.select("pnr", "billed_on"), shard.services.select("pnr", "billed_on").sort(pl.all())
    )


def test_there_are_about_two_rows_per_person_and_year(world, shard):
    since, until = pl.col("from_on").clip(lower_bound=world.start_on), pl.col("to_on").fill_null(world.end_on)
    years = shard.residence.select((until - since).dt.total_days().clip(0).sum() / 365.25).item()
    assert 1.5 < shard.services.height / years < 3


def test_children_are_billed_on_the_number_of_a_parent(shard):
    rows = shard.services.join(shard.persons, on="pnr")
    age = (rows["served_on"] - rows["born_on"]).dt.total_days() / 365.25
    of_child = age.filter(rows["for_child"])
    assert of_child.min() > 1
    assert of_child.filter((of_child > 25) & (of_child < 50)).len() > 0.85 * of_child.len()
    assert 0.02 < rows["for_child"].mean() < 0.2


def test_codes_have_two_digits_of_specialty_and_four_of_service(shard):
    assert set(shard.services["specialty"]) == set(SERVICES)
    assert all(len(code) == 6 and code.isdigit() for code in SERVICES)


def test_services_do_not_depend_on_the_diseases(world, shard):
    healthy = dataclasses.replace(world, incidence_multiplier=dict.fromkeys(world.incidence_multiplier, 0.0))
    assert_frame_equal(simulate_shard(healthy, 1).services, shard.services)
