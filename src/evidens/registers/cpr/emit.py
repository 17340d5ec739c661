"""From simulated changes of number to the link table, and to the old numbers in files of the years before."""

from collections.abc import Mapping

import numpy as np
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
    by_year = {year: changes.filter(pl.col("valid_from").dt.year() > year) for year in {key[2] for key in tables}}
    return {key: frame if key[0] == "cpr" else _with_old(frame, by_year[key[2]]) for key, frame in tables.items()}


def _with_old(frame: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    columns = [column for column in NUMBER_COLUMNS if column in frame.columns] if changed.height else []
    renamed = frame.clone()
    for column in columns:
        number = frame[column].cast(pl.String)
        rows, which = _rows_of(number, changed["pnr"])
        if rows.size:
            number = number.scatter(rows, changed["pnr_old"].gather(which))
            renamed.replace_column(frame.get_column_index(column), number)
    return renamed


def _rows_of(number: pl.Series, wanted: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that hold a wanted number, and which; where the file is sorted by number, at next to no cost."""
    if not number.is_sorted():
        rows = number.is_in(wanted.implode()).arg_true().to_numpy()
        which = {value: place for place, value in enumerate(wanted)}
        return rows, np.array([which[value] for value in number[rows]], dtype=np.int64)
    first, end = (number.search_sorted(wanted, side=side).to_numpy().astype(np.int64) for side in ("left", "right"))
    rows = np.concatenate([np.arange(a, b) for a, b in zip(first, end, strict=True)])
    return rows, np.repeat(np.arange(wanted.len()), end - first)
