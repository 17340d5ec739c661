"""What the record of a simulated shard says about quantities with published figures: tests and prescriptions."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import polars as pl

from evidens.simulation.published_population import Count, Population
from evidens.simulation.shard import Shard
from evidens.simulation.world import REGIONS, WorldSettings

# Analyses by any code of the same substance (section 1.8 of the register reference).
CREATININE, HBA1C, HAEMOGLOBIN = ("NPU18016", "NPU04998"), ("NPU27300",), ("NPU02319",)
_ANAEMIA = {"female": 7.45, "male": 8.07}  # 12 and 13 g/dL in mmol/L
_HALF_YEAR = 183
_MONTHS_APART = 4  # half-years between the two means of haemoglobin


def count_record(shard: Shard, population: Population, world: WorldSettings) -> Iterator[Count]:
    """Count people tested and treated, values before diagnosis, and rows per analysis."""
    results = shard.results.select("pnr", "sampled_on", "value", analysis=pl.col("analysis").cast(pl.String))
    day = pl.col("sampled_on")
    mid_2012 = int(population.residents(dt.date(2012, 7, 1)).sum())
    bought = shard.dispensings.filter(pl.col("dispensed_on").dt.year() == 2012)
    yield "prescription_users", bought["pnr"].n_unique(), mid_2012
    for name, codes, first, last in (("creatinine", CREATININE, 2017, 2017), ("hba1c", HBA1C, 2012, 2018)):
        on = dt.date(last, 1, 1)
        adults = _people(population, shard, world, on, dt.date(first, 1, 1))
        tested = results.filter(pl.col("analysis").is_in(codes) & day.dt.year().is_between(first, last))
        yield f"{name}_tested", tested.join(adults, on="pnr", how="semi")["pnr"].n_unique(), adults.height
    yield from _count_haemoglobin(results, shard)
    for code, n in results.group_by("analysis").len().sort("analysis").iter_rows():
        yield f"rows_{code}", n, 1.0


def values_at_diagnosis(shard: Shard) -> pl.DataFrame:
    """Return the latest HbA1c of the year before the diagnosis of type 2 diabetes, by sex: quantity, value, n."""
    before = _before_diagnosis(shard.results, shard, "type_2_diabetes", HBA1C).filter(pl.col("days") <= 365)
    latest = before.sort("pnr", "days").unique("pnr", keep="first", maintain_order=True)
    name = pl.when(pl.col("sex") == "male").then(pl.lit("hba1c_at_diagnosis_men")).otherwise(
        pl.lit("hba1c_at_diagnosis_women"))  # fmt: skip
    return (
        latest.group_by(quantity=name, value=pl.col("value")).agg(n=pl.len().cast(pl.Int64)).sort("quantity", "value")
    )


def _count_haemoglobin(results: pl.DataFrame, shard: Shard) -> Iterator[Count]:
    """Count the anaemic among those with a value in the half-year before colorectal cancer, and the fall until then."""
    values = _before_diagnosis(results, shard, "colorectal_cancer", HAEMOGLOBIN)
    latest = values.filter(pl.col("days") <= _HALF_YEAR).sort("pnr", "days").unique("pnr", maintain_order=True)
    limit = pl.col("sex").replace_strict(_ANAEMIA, return_dtype=pl.Float64)
    yield "anaemic_at_diagnosis", latest.filter(pl.col("value") < limit).height, latest.height
    window = pl.col("days") // _HALF_YEAR
    both = values.filter(window.is_in([0, _MONTHS_APART])).group_by("pnr").agg(
        late=pl.col("value").filter(window == 0).mean(), early=pl.col("value").filter(window == _MONTHS_APART).mean()
    ).drop_nulls()  # fmt: skip
    yield "haemoglobin_fall", float((both["early"] - both["late"]).sum()) / _MONTHS_APART, both.height


def _before_diagnosis(results: pl.DataFrame, shard: Shard, outcome: str, codes: tuple[str, ...]) -> pl.DataFrame:
    """Return values of the diagnosed and by how many days they came before the diagnosis."""
    ill = shard.truth_persons.filter((pl.col("outcome") == outcome) & pl.col("diagnosed_on").is_not_null())
    mine = results.filter(pl.col("analysis").cast(pl.String).is_in(codes) & pl.col("value").is_not_null())
    joined = mine.join(ill.select("pnr", "diagnosed_on"), on="pnr").join(shard.persons.select("pnr", "sex"), on="pnr")
    days = (pl.col("diagnosed_on") - pl.col("sampled_on")).dt.total_days()
    return joined.with_columns(days=days).filter(pl.col("days") >= 0)


def _people(
    population: Population, shard: Shard, world: WorldSettings, on: dt.date, covered_on: dt.date
) -> pl.DataFrame:
    """Return the adults resident on a day, at entry in a region whose laboratories were covered by another day."""
    covered = [i for i, region in enumerate(REGIONS) if world.laboratory_from_on[region] <= covered_on]
    asked = population.residents(on, 18) & np.isin(population.people.region, covered)
    return shard.persons.select("pnr").filter(pl.Series(asked))
