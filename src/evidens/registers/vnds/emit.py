"""From simulated migration to rows of VNDS."""

import polars as pl

from evidens.registers.bef.emit import country_codes
from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings


def emit_vnds(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the moves over the border of each year of coverage, sorted by pnr and day."""
    columns = {
        "pnr": "pnr",
        "haend_dato": "moved_on",
        "indud_kode": pl.col("direction").replace_strict({"in": "I", "out": "U"}, return_dtype=pl.String),
        "indud_land": country_codes(pl.col("country")),
    }
    return split_by_year(shard.migrations, pl.col("moved_on"), columns, ("vnds", "vnds"), world)
