"""A model of some regions in another: registered O/E lies where the truth says, and case mix leaves it at 1."""

import dataclasses

import numpy as np
import polars as pl
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation import simulate_shard
from evidens.simulation.effects import CaseMix, Effects
from evidens.simulation.expected_calibration import expected_oe
from evidens.statistics import oe_ratio

PLANTED = Effects(
    region_log_hazard={"type_2_diabetes": {"83": 0.405}}, case_mix={"81": CaseMix(per_decade=0.25, non_western=-0.7)}
)


@pytest.fixture(scope="module")
def people():
    """Registered outcomes of 2018 to 2020, and a model by sex, origin and age, right on average in 82, 84 and 85."""
    world = build_world("demo", seed=733, n_persons=16_000, shard_persons=16_000, index_years=[2018])
    shard = simulate_shard(dataclasses.replace(world, effects=PLANTED), 0)
    first = shard.residence.sort("pnr", "from_on").group_by("pnr", maintain_order=True).first()
    rows = shard.truth_risk.filter(outcome="type_2_diabetes").join(first.select("pnr", "region"), on="pnr")
    born = shard.persons.select("pnr", "born_on", "sex", "origin")
    rows = rows.join(born, on="pnr").with_columns(age=2018 - pl.col("born_on").dt.year())
    rows = rows.with_columns(band=pl.col("age") // 5)
    group, own = ["sex", "origin", "band"], ~pl.col("region").is_in(["81", "83"])
    return rows.join(rows.filter(own).group_by(group).agg(model=pl.col("risk_coded").mean()), on=group)


def calibration(people, *regions):
    """Registered O/E with its standard error, and what the risk of being coded says it is on average."""
    here = people.filter(pl.col("region").is_in(regions))
    seen = oe_ratio(here["is_coded_event"].to_numpy(), here["model"].to_numpy())
    return seen, expected_oe(here["model"].to_numpy(), here["risk_coded"].to_numpy())


@pytest.mark.parametrize("regions", [("82", "84", "85"), ("81",), ("83",)])
def test_registered_o_over_e_lies_where_the_audit_expects_it(people, regions):
    seen, expected = calibration(people, *regions)
    assert abs(seen.value - expected) < 3.3 * seen.se


@pytest.mark.parametrize(("region", "planted"), [("83", np.exp(0.405)), ("81", 1.0), ("84", 1.0)])
def test_more_disease_moves_expected_o_over_e_as_planted_and_other_people_do_not(people, region, planted):
    _, expected = calibration(people, region)
    assert abs(expected - planted) < 3 * error_of_expected(people, region)


def test_both_would_be_seen(people):
    """Region 83 is far from 1 for its people, and region 81 has older people than the model learned from."""
    assert calibration(people, "83")[1] > 1 + 3 * error_of_expected(people, "83")
    ages = dict(people.group_by("region").agg(pl.col("age").mean()).iter_rows())
    assert ages["81"] > ages["84"] + 3


def error_of_expected(people, region):
    """Standard error of the expected O/E for the few people of a region: who they are is still chance."""
    here = people.filter(region=region)
    return (here["risk_coded"] - here["model"]).std() * np.sqrt(here.height) / here["model"].sum()
