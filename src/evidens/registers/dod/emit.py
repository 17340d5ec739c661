"""From simulated deaths to rows of DOD."""

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings


def emit_dod(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the deaths of each year of coverage, sorted by pnr."""
    born = shard.persons.select("pnr", "born_on")
    deaths = shard.deaths.join(born, on="pnr", how="left", maintain_order="left")
    had_birthday = pl.col("died_on").dt.ordinal_day() >= pl.col("born_on").dt.ordinal_day()
    age = pl.col("died_on").dt.year() - pl.col("born_on").dt.year() - (~had_birthday).cast(pl.Int32)
    columns = {"pnr": "pnr", "doddato": "died_on", "alder_haend": age.cast(pl.Int64)}
    return split_by_year(deaths, pl.col("died_on"), columns, ("dod", "dod"), world)
