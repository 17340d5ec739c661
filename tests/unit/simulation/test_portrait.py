"""Looks at a shard count what is there, and never show a person's number."""

import datetime as dt

import polars as pl
import pytest

from evidens.simulation.portrait import (
    describe_life,
    describe_pyramid,
    describe_values_before_diagnosis,
    find_example,
)


def test_the_pyramid_holds_every_resident_once(shard):
    on = dt.date(2020, 1, 1)
    here = shard.residence.filter((pl.col("from_on") <= on) & (pl.col("to_on").is_null() | (pl.col("to_on") > on)))
    pyramid = describe_pyramid(shard, on)
    assert pyramid["n"].sum() == here["pnr"].n_unique()
    assert (pyramid["age_from"] % 5 == 0).all()


def test_values_rise_towards_the_diagnosis(shard):
    values = describe_values_before_diagnosis(shard, "type_2_diabetes", "NPU27300", years=4)
    assert values["years_before"].to_list() == [3.75, 3.25, 2.75, 2.25, 1.75, 1.25, 0.75, 0.25]
    assert values["median"][-1] > values["median"][0] + 3
    assert (values["lower"] <= values["median"]).all()
    assert (values["median"] <= values["upper"]).all()


def test_a_life_is_told_in_order_of_time_without_the_persons_number(shard):
    pnr = find_example(shard, "type_2_diabetes", year=2018)
    life = describe_life(shard, pnr, from_on=dt.date(2016, 1, 1), to_on=dt.date(2019, 12, 31))
    assert life["on"].is_sorted()
    assert {"truth", "dispensings"} <= set(life["table"])
    assert pnr not in life.write_csv()
    diagnosis = life.filter(what="diagnosis", detail="type_2_diabetes")
    assert diagnosis["on"].dt.year().to_list() == [2018]


def test_nobody_to_show_is_said(shard):
    with pytest.raises(ValueError, match="look at another year"):
        find_example(shard, "type_2_diabetes", year=1999)
