"""From simulated positions on the labour market to rows of AKM."""

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings

_YEARS_BEHIND = 2


def emit_akm(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the class of everyone, children too, sorted by pnr within each year."""
    rows = shard.socioeconomics.filter(pl.col("year") <= world.end_on.year - _YEARS_BEHIND)
    columns = {"pnr": "pnr", "aar": pl.col("year").cast(pl.Int64), "socio13": "labour_code"}
    return split_by_year(rows, pl.date(pl.col("year"), 12, 31), columns, ("akm", "akm"), world)
