"""From simulated dispensings to rows of LMDB."""

import polars as pl

from evidens.registers.emission_files import one_of, split_by_year
from evidens.simulation import Shard, WorldSettings


def emit_lmdb(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the dispensings of each year of coverage, sorted by pnr and day."""
    columns = {
        "pnr": "pnr",
        "eksd": "dispensed_on",
        "atc": "atc",
        "vnr": "item",
        "apk": pl.col("n_packs").cast(pl.Int64),
        "packsize": pl.col("pack_size").cast(pl.Float64),
        "volume": "daily_doses",
        "indo": "indication",
        "korr": one_of((None, "1"), pl.col("is_correction")),
    }
    return split_by_year(shard.dispensings, pl.col("dispensed_on"), columns, ("lmdb", "lmdb"), world)
