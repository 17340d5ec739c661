"""From simulated incomes to rows of IND."""

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings

_FROM_AGE = 15
_YEARS_BEHIND = 2  # incomes of a year are known late in the next


def emit_ind(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the incomes of everyone from 15 years on, sorted by pnr within each year."""
    told = pl.col("year") <= world.end_on.year - _YEARS_BEHIND
    rows = shard.socioeconomics.filter((pl.col("age") >= _FROM_AGE) & told)
    columns = {"pnr": "pnr", "aar": pl.col("year").cast(pl.Int64), "aekvivadisp_13": pl.col("income").cast(pl.Float64)}
    return split_by_year(rows, pl.date(pl.col("year"), 12, 31), columns, ("ind", "ind"), world)
