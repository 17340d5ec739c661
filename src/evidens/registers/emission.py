"""The whole simulated delivery: every register's rows, as a researcher would get them."""

import re
from collections.abc import Iterator

import polars as pl

from evidens.registers.akm.emit import emit_akm
from evidens.registers.bef.emit import emit_bef
from evidens.registers.cancer.emit import emit_cancer
from evidens.registers.cpr.emit import carry_old_numbers, emit_cpr
from evidens.registers.defects import LOG, People, Tables, describe_people, fate_of, plant_defects
from evidens.registers.dod.emit import emit_dod
from evidens.registers.dodsaasg.emit import emit_dodsaasg
from evidens.registers.emission_files import as_text
from evidens.registers.faik.emit import emit_faik
from evidens.registers.ind.emit import emit_ind
from evidens.registers.lab.emit import emit_lab
from evidens.registers.lmdb.emit import emit_lmdb
from evidens.registers.lpr2.emit import emit_lpr2
from evidens.registers.lpr3.emit import emit_lpr3
from evidens.registers.sssy.emit import emit_sssy
from evidens.registers.udda.emit import emit_udda
from evidens.registers.variants import deliver_again, vary
from evidens.registers.vnds.emit import emit_vnds
from evidens.simulation import Shard, WorldSettings

__all__ = ["EMITTERS", "describe_people", "emit_delivery", "emit_registers", "emit_tables", "plant_defects"]

EMITTERS = (
    emit_bef, emit_dod, emit_vnds, emit_lpr2, emit_lpr3, emit_lmdb, emit_lab, emit_sssy, emit_cancer,
    emit_dodsaasg, emit_udda, emit_ind, emit_faik, emit_akm,
)  # fmt: skip


def emit_delivery(shard: Shard, world: WorldSettings) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Write one shard as the files of a delivery, with the world's defects planted.

    Parameters
    ----------
    shard : Shard
        From `simulate_shard`.
    world : WorldSettings
        The world it was simulated with.

    Returns
    -------
    files : dict of str to polars.DataFrame
        By path without ending, such as "lmdb/lmdb_2018"; a year that comes again lies in a later folder, such as
        "lpr3/redelivered_2025/lpr_a_kontakt_2020". Rows are sorted by person number and time; those of tables
        that have neither, like their contacts; planted rows come last. Shards share no row and no key of a true
        contact, so files of several shards are their rows one after the other.
    defect_log : polars.DataFrame
        Contract `registers.defect_table:TruthDefect`.
    """
    registers = list(emit_registers(shard, world))
    files = {path: as_text(frame) for files, _ in registers for path, frame in files.items()}
    return files, pl.concat([log for _, log in registers])


def emit_registers(shard: Shard, world: WorldSettings) -> Iterator[tuple[dict[str, pl.DataFrame], pl.DataFrame]]:
    """Yield files and log of `emit_delivery` register by register, so that no more than one is in memory.

    Notes
    -----
    Names of which there are few are held as bytes (Enum) here, and are text to every reader of the joined files.
    """
    people = describe_people(shard, world)
    for emit in EMITTERS:
        yield _emit_register(_told(emit(shard, world), shard, world), people, shard, world)
    if "cpr" in world.delivered.registers:  # never planted into
        yield _paths(emit_cpr(shard, world)), pl.DataFrame(schema=LOG)


def emit_tables(shard: Shard, world: WorldSettings) -> Tables:
    """Write one shard as the tables of a delivery without defects: the registers and years that are delivered.

    Returns
    -------
    dict of (register, table, year) to polars.DataFrame
        Danish column names in lower case. A register that is left out, or a year before the first one delivered,
        changes no other table.
    """
    return {key: frame for emit in EMITTERS for key, frame in _told(emit(shard, world), shard, world).items()}


def _told(tables: Tables, shard: Shard, world: WorldSettings) -> Tables:
    """Return the tables that are delivered, with the numbers that people then had."""
    wanted, first_year = world.delivered.registers, world.delivered.first_year
    told = {key: frame for key, frame in tables.items() if key[0] in wanted and key[2] >= first_year.get(key[0], 0)}
    return carry_old_numbers(told, shard.number_changes)


def _emit_register(
    tables: Tables, people: People, shard: Shard, world: WorldSettings
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    from evidens.registers import TABLES

    tables, again, log = deliver_again(tables, TABLES, world)
    planted, planted_log = plant_defects(tables, shard, world, people=people)
    files = _paths(planted) | again
    for path, frame in files.items():
        register, table, year = path.split("/")[0], *_table_and_year(path.split("/")[-1])
        files[path], defects = vary(frame, TABLES[table], year, world)
        log += [(register, table, year, defect, *fate_of(defect, TABLES[table]), frame.height)
                for defect in defects if frame.height]  # fmt: skip
    return files, pl.concat([planted_log, pl.DataFrame(log, schema=LOG, orient="row")])


def _paths(tables: Tables) -> dict[str, pl.DataFrame]:
    return {f"{register}/{table}_{year}": frame for (register, table, year), frame in tables.items()}


def _table_and_year(stem: str) -> tuple[str, int]:
    table, year, *_ = re.split(r"_(?=(?:19|20)\d{2})|(?<=\d{4})_", stem)
    return table, int(year)
