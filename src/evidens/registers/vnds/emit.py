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


def emit_successors(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the same moves as the tables that replaced VNDS in 2026: one for each direction."""
    files: dict[tuple[str, str, int], pl.DataFrame] = {}
    for table, direction, column in (("vnds_ind", "in", "indv_land"), ("vnds_ud", "out", "udv_land")):
        moves = shard.migrations.filter(pl.col("direction") == direction)
        columns = {"pnr": "pnr", "haend_dato": "moved_on", column: country_codes(pl.col("country"))}
        files |= split_by_year(moves, pl.col("moved_on"), columns, ("vnds", table), world)
    return files
