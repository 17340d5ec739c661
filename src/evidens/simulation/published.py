"""Figures published about Denmark, and what a simulated world says about the same quantities.

Published figures that have been read in their source (V) or follow from such by arithmetic (D) are targets. Others are
listed and are none: assumptions (U), and figures on how dense the record is (T), which is thinner than Denmark's by
intention, so that a country fits on one machine; the tests by which the studied diseases are found are thinned less,
so that their analyses have a larger share of the rows than in Denmark.
A world with effects, or with multiplied disease, has no reason to agree.
"""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from evidens.simulation.published_population import (
    Population,
    count_illness,
    count_life_expectancy,
    count_population,
)
from evidens.simulation.published_record import count_record, values_at_diagnosis
from evidens.simulation.shard import Shard, simulate_shard
from evidens.simulation.world import WorldSettings

LABORATORY_TOLERANCE = 0.6  # of the published share of an analysis among all rows
_ROWS = "rows_"
TARGETS = ("V", "D")


def published_figures() -> pl.DataFrame:
    """Return quantity, label, published, tolerance, per, unit, mark and source of every figure but laboratory rows."""
    return pl.read_csv(Path(__file__).with_name("published.csv"), schema_overrides={"tolerance": pl.Float64})


def measure_world_shard(world: WorldSettings, number: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Simulate one shard and count what figures are published about.

    Returns
    -------
    counts : polars.DataFrame
        quantity, numerator, denominator: shards add up.
    values : polars.DataFrame
        quantity, value, n: the distribution of quantities whose median is published.
    """
    return measure_shard(simulate_shard(world, number), world)


def measure_shard(shard: Shard, world: WorldSettings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Count what figures are published about in a shard at hand, see `measure_world_shard`."""
    population = Population.draw(world, shard.number)
    counts = [
        *count_population(population),
        *count_life_expectancy(),
        *count_illness(population, world, shard.number),
        *count_record(shard, population, world),
    ]
    schema = {"quantity": pl.String, "numerator": pl.Float64, "denominator": pl.Float64}
    return pl.DataFrame(counts, schema=schema, orient="row"), values_at_diagnosis(shard)


def compare_with_published(measured: Iterable[tuple[pl.DataFrame, pl.DataFrame]]) -> pl.DataFrame:
    """Put simulated beside published figures.

    Parameters
    ----------
    measured : iterable
        What `measure_world_shard` returned for each shard.

    Returns
    -------
    polars.DataFrame
        quantity, label, published, simulated (null where the shards say nothing), tolerance, unit, mark, source, n
        (the denominator: people, person-years, rows), and is_within: whether simulated lies within the tolerance,
        null where the figure is no target.
    """
    parts = list(measured)
    counts = pl.concat([counts for counts, _ in parts]).group_by("quantity").sum()
    values = pl.concat([values for _, values in parts]).group_by("quantity", "value").agg(pl.col("n").sum())
    figures = published_figures()
    ratios = counts.select("quantity", ratio=pl.col("numerator") / pl.col("denominator"), n="denominator")
    medians = (
        values.sort("quantity", "value")
        .group_by("quantity", maintain_order=True)
        .agg(median=pl.col("value").repeat_by("n").explode().median(), total=pl.col("n").sum().cast(pl.Float64))
    )
    joined = figures.join(ratios, on="quantity", how="left", maintain_order="left").join(
        medians, on="quantity", how="left", maintain_order="left"
    )
    compared = joined.with_columns(
        simulated=pl.coalesce(pl.col("ratio") * pl.col("per"), "median"), n=pl.coalesce("n", "total").fill_null(0.0)
    ).select("quantity", "label", "published", "simulated", "tolerance", "unit", "mark", "source", "n")
    table = pl.concat([compared, _compare_laboratory(counts)])
    is_within = (pl.col("simulated") - pl.col("published")).abs() <= pl.col("tolerance")
    return table.with_columns(
        simulated=pl.col("simulated").fill_nan(None),
        is_within=pl.when(pl.col("mark").is_in(TARGETS)).then(is_within.fill_null(value=False)),
    )


def _compare_laboratory(counts: pl.DataFrame) -> pl.DataFrame:
    """Compare the shares of analyses among the rows of all analyses that are both published and simulated."""
    published = pl.read_csv(Path(__file__).with_name("published_laboratory.csv"))
    rows = counts.filter(pl.col("quantity").str.starts_with(_ROWS)).select(
        code=pl.col("quantity").str.strip_prefix(_ROWS), rows="numerator"
    )
    both = published.join(rows, on="code", maintain_order="left")
    share = 100 * pl.col("million_rows") / pl.col("million_rows").sum()
    return both.select(
        quantity=_ROWS + pl.col("code"),
        label="Rows of " + pl.col("code"),
        published=share,
        simulated=100 * pl.col("rows") / pl.col("rows").sum(),
        tolerance=share * LABORATORY_TOLERANCE,
        unit=pl.lit("% of rows"),
        mark=pl.lit("D"),
        source=pl.lit("rows per code of the national database (register reference 1.8)"),
        n=pl.col("rows"),
    )
