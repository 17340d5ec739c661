"""The table of published figures: every figure is measured, shards add up, and the population meets its targets."""

import math

import polars as pl
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation.published import compare_with_published, measure_shard, published_figures
from evidens.simulation.published_population import Population, count_illness, count_life_expectancy, count_population

COUNTS = {"quantity": pl.String, "numerator": pl.Float64, "denominator": pl.Float64}
VALUES = {"quantity": pl.String, "value": pl.Float64, "n": pl.Int64}


def measured(counts=(), values=()):
    return pl.DataFrame(counts, schema=COUNTS, orient="row"), pl.DataFrame(values, schema=VALUES, orient="row")


def row_of(table, quantity):
    return table.filter(quantity=quantity).row(0, named=True)


def test_every_figure_has_a_mark_a_source_and_a_tolerance():
    figures = published_figures()
    assert figures["quantity"].is_unique().all()
    assert set(figures["mark"]) == {"V", "D", "U", "T"}
    assert (figures["tolerance"] > 0).all()
    assert figures.null_count().sum_horizontal().item() == 0


def test_shards_add_up_to_one_ratio():
    one, other = measured([("births", 3.0, 1_000.0)]), measured([("births", 17.0, 1_000.0)])
    births = row_of(compare_with_published([one, other]), "births")
    assert births["simulated"] == pytest.approx(10.0)  # per 1,000
    assert births["n"] == 2_000
    assert births["is_within"]


def test_a_median_is_that_of_the_values_of_all_shards():
    name = "hba1c_at_diagnosis_men"
    one, other = (
        measured(values=[(name, 50.0, 2), (name, 60.0, 1)]),
        measured(values=[(name, 60.0, 1), (name, 58.0, 1)]),
    )
    assert row_of(compare_with_published([one, other]), name)["simulated"] == 58.0


def test_a_target_that_is_not_measured_is_not_met_and_an_assumption_is_no_target():
    table = compare_with_published([measured([("female_share", 9.0, 10.0)])])
    assert row_of(table, "births")["simulated"] is None
    assert row_of(table, "births")["is_within"] is False
    assert row_of(table, "female_share")["simulated"] == pytest.approx(90.0)
    assert row_of(table, "female_share")["is_within"] is None


def test_laboratory_rows_are_compared_as_shares_of_the_analyses_that_are_there():
    table = compare_with_published([measured([("rows_NPU03429", 80.0, 1.0), ("rows_NPU03835", 1.3, 1.0)])])
    mine = table.filter(pl.col("quantity").str.starts_with("rows_"))
    assert mine["published"].sum() == pytest.approx(100.0)
    assert mine["simulated"].sum() == pytest.approx(100.0)
    assert mine["simulated"].to_list() == pytest.approx(mine["published"].to_list())
    assert mine["is_within"].all()


def test_a_simulated_shard_says_something_about_every_figure(shard, world):
    table = compare_with_published([measure_shard(shard, world)])
    assert table.filter(pl.col("simulated").is_null())["quantity"].to_list() == []


@pytest.fixture(scope="module")
def national():
    world = build_world("national", n_persons=300_000, shard_persons=100_000)
    populations = [Population.draw(world, shard) for shard in range(3)]
    counted = [
        measured([*count_population(p), *count_illness(p, world, shard), *count_life_expectancy()])
        for shard, p in enumerate(populations)
    ]
    return compare_with_published(counted), set(counted[0][0]["quantity"])


def test_population_and_illness_of_the_national_world_meet_the_published_figures(national):
    table, names = national
    per = dict(published_figures().select("quantity", "per").iter_rows())
    asked = table.filter(pl.col("quantity").is_in(sorted(names)) & pl.col("is_within").is_not_null())
    assert asked.height > 25
    off = {}
    for row in asked.iter_rows(named=True):
        noise = 3 * math.sqrt(row["simulated"] * per[row["quantity"]] / max(row["n"], 1)) if row["n"] > 10 else 0.0
        if abs(row["simulated"] - row["published"]) > row["tolerance"] + noise:
            off[row["quantity"]] = (row["simulated"], row["published"])
    assert off == {}
