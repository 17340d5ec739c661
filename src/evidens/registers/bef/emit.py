"""From simulated residence to rows of BEF: one snapshot of everyone on 31 December."""

import datetime as dt

import polars as pl

from evidens.simulation import Shard, WorldSettings

_ORIGIN_TYPES = {"danish": 1, "immigrant": 2, "descendant": 3}
_COUNTRIES = {
    "DK": "5100", "DE": "5180", "PL": "5154", "NO": "5110", "SE": "5120", "GB": "5170", "RO": "5158", "TR": "5172",
    "IQ": "5436", "IR": "5438", "PK": "5464", "VN": "5488",
}  # fmt: skip


def emit_bef(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the snapshots from the year before coverage to the last whole year of it.

    Parameters
    ----------
    shard : Shard
    world : WorldSettings

    Returns
    -------
    dict of (register, table, year) to polars.DataFrame
        Sorted by pnr.
    """
    persons = shard.persons.select(
        "pnr", "born_on",
        koen=pl.when(pl.col("sex") == "male").then(1).otherwise(2).cast(pl.Int64),
        foed_dag="born_on",
        ie_type=pl.col("ancestry").replace_strict(_ORIGIN_TYPES, return_dtype=pl.Int64),
        opr_land=pl.col("country").replace_strict(_COUNTRIES, return_dtype=pl.String),
    )  # fmt: skip
    last_year = world.end_on.year - (world.end_on < dt.date(world.end_on.year, 12, 31))
    spells = shard.residence.join(persons, on="pnr", how="left", maintain_order="left")
    return {
        ("bef", "bef", year): _snapshot(spells, dt.date(year, 12, 31))
        for year in range(world.start_on.year - 1, last_year + 1)
    }


def country_codes(column: pl.Expr) -> pl.Expr:
    """Statistics Denmark's code of each ISO 3166 country."""
    return column.replace_strict(_COUNTRIES, return_dtype=pl.String)


def _snapshot(spells: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    is_there = (pl.col("from_on") <= day) & (pl.col("to_on").is_null() | (pl.col("to_on") > day))
    return spells.filter(is_there).select(
        "pnr",
        referencetid=pl.lit(day),
        koen="koen",
        foed_dag="foed_dag",
        alder=(day.year - pl.col("born_on").dt.year()).cast(pl.Int64),
        reg="region",
        kom="municipality",
        ie_type="ie_type",
        opr_land="opr_land",
    )
