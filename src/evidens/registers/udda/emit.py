"""From simulated education to rows of UDDA."""

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings

_FROM_AGE = 15
_YEARS_BEHIND = 1  # the year before the last is the latest that can be delivered


def emit_udda(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the highest completed education of everyone from 15 years on, sorted by pnr within each year.

    Notes
    -----
    An education that is not known is a missing value, as it mostly is for immigrants.
    """
    told = pl.col("year") <= world.end_on.year - _YEARS_BEHIND
    rows = shard.socioeconomics.filter((pl.col("age") >= _FROM_AGE) & told)
    columns = {"pnr": "pnr", "aar": pl.col("year").cast(pl.Int64), "hfaudd": "education_code", "hf_kilde":
               "education_source"}  # fmt: skip
    return split_by_year(rows, pl.date(pl.col("year"), 9, 30), columns, ("udda", "udda"), world)
