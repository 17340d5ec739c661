"""From simulated changes of number to the link table, and to the old numbers in files of the years before."""

from collections.abc import Mapping

import polars as pl

from evidens.simulation import Shard, WorldSettings

# Columns that hold a person's number, in whichever register.
NUMBER_COLUMNS = (
    "pnr", "patient_cpr", "cpr", "v_cpr", "k_cprnr", "pnr12", "mor_id", "far_id", "aegte_id", "e_faelle_id",
)  # fmt: skip


def emit_cpr(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the link from old numbers to current ones; nothing where nobody changed."""
    if shard.number_changes.is_empty():
        return {}
    links = shard.number_changes.select("pnr_old", "valid_from", pnr_new="pnr").sort("pnr_old")
    return {("cpr", "pnr_link", world.end_on.year): links.select("pnr_old", "pnr_new", "valid_from")}


def carry_old_numbers(
    tables: Mapping[tuple[str, str, int], pl.DataFrame], changes: pl.DataFrame
) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Put old numbers into files of years before the year of a change, in every table but the link itself.

    Parameters
    ----------
    tables : mapping of (register, table, year) to polars.DataFrame
        As emitted, with current numbers.
    changes : polars.DataFrame
        `Shard.number_changes`.

    Notes
    -----
    A row stays where it is, so that a file is sorted by the person's current number.
    """
    changed = changes.with_columns(_year=pl.col("valid_from").dt.year())
    return {
        key: frame if key[0] == "cpr" else _with_old(frame, changed.filter(pl.col("_year") > key[2]))
        for key, frame in tables.items()
    }


def _with_old(frame: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    if changed.is_empty():
        return frame
    for column in NUMBER_COLUMNS:
        if column not in frame.columns:
            continue
        number = frame[column].cast(pl.String)
        rows = number.is_in(changed["pnr"].implode()).arg_true()
        if rows.len():
            old = number[rows].replace(changed["pnr"], changed["pnr_old"])
            frame = frame.with_columns(number.scatter(rows, old).alias(column))
    return frame
