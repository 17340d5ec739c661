"""From simulated incomes to rows of FAIK."""

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings

_PERSONS_FROM = 2022  # earlier files have families only, and could not be taken in
_YEARS_BEHIND = 2


def emit_faik(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return one row per member of a family for the years that have persons, sorted by pnr within each year."""
    told = pl.col("year").is_between(_PERSONS_FROM, world.end_on.year - _YEARS_BEHIND)
    rows = shard.socioeconomics.filter(told)
    rows = rows.join(shard.households.select("pnr", "family_number"), on="pnr", how="left", maintain_order="left")
    columns = {
        "pnr": "pnr",
        "familie_id": "family_number",
        "aar": pl.col("year").cast(pl.Int64),
        "famaekvivadisp_13": pl.col("income").cast(pl.Float64),
    }
    return split_by_year(rows, pl.date(pl.col("year"), 12, 31), columns, ("faik", "faik"), world)
