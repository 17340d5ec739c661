"""The whole simulated delivery: every register's rows, as a researcher would get them."""

import polars as pl

from evidens.registers.bef.emit import emit_bef
from evidens.registers.defects import plant_defects
from evidens.registers.dod.emit import emit_dod
from evidens.registers.lab.emit import emit_lab
from evidens.registers.lmdb.emit import emit_lmdb
from evidens.registers.lpr2.emit import emit_lpr2
from evidens.registers.lpr3.emit import emit_lpr3
from evidens.registers.vnds.emit import emit_vnds
from evidens.simulation import Shard, WorldSettings

__all__ = ["EMITTERS", "emit_delivery", "emit_tables", "plant_defects"]

EMITTERS = (emit_bef, emit_dod, emit_vnds, emit_lpr2, emit_lpr3, emit_lmdb, emit_lab)


def emit_delivery(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Write one shard as the tables of a delivery, with the world's defects planted.

    Parameters
    ----------
    shard : Shard
        From `simulate_shard`.
    world : WorldSettings
        The world it was simulated with.

    Returns
    -------
    dict of (register, table, year) to polars.DataFrame
        Danish column names in lower case. Rows are sorted by person number and time; those of lpr_diag and
        lpr_a_diagnose, which have neither, like their contacts; planted rows come last. Shards share no row
        and no key of a true contact, so files of several shards are their rows one after the other.

    Notes
    -----
    `plant_defects(emit_tables(shard, world), shard.number, world)` gives the same tables and the log of what
    was planted.
    """
    return plant_defects(emit_tables(shard, world), shard.number, world)[0]


def emit_tables(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Write one shard as the tables of a delivery without defects, see `emit_delivery`."""
    return {key: frame for emit in EMITTERS for key, frame in emit(shard, world).items()}
