"""The many shapes of one delivery: files that come twice, letter case, and physical types, year by year."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from evidens.registers.contract import RegisterTable
from evidens.registers.defects import Tables, fate_of
from evidens.registers.planting import ENDS, is_contacts
from evidens.registers.schemas import find_delivered
from evidens.simulation import WorldSettings

Log = list[tuple[object, ...]]
Files = dict[str, pl.DataFrame]
_SAS_EPOCH = dt.date(1960, 1, 1)
_STYLES = 3  # years take turns: as usual, first variant, second variant
HALF_YEAR_TABLE = "lmdb"


def deliver_again(
    tables: Tables, known: Mapping[str, RegisterTable], world: WorldSettings
) -> tuple[Tables, Files, Log]:
    """Deliver files that the settings want twice.

    Parameters
    ----------
    tables : dict of (register, table, year) to polars.DataFrame
        Clean tables.
    known : mapping of str to RegisterTable
        Contracts.
    world : WorldSettings
        `delivered.half_year_files` and `delivered.redelivered`.

    Returns
    -------
    tables : dict
        The first delivery; where a year comes again, contacts that were not over at the end of the year have
        no end in it.
    again : dict of str to polars.DataFrame
        Further files by path without ending: the first half of a year, or the year in a later folder.
    log : list of rows of the defect log
    """
    first, again = dict(tables), {}
    log: Log = []
    folder = f"redelivered_{world.end_on.year}"
    for (register, name, year), frame in tables.items():
        table, counts = known[name], {}
        if name == HALF_YEAR_TABLE and year in world.delivered.half_year_files:
            day = find_delivered(frame.columns, table)["dispensed_on"]
            half = frame.filter(pl.col(day) < dt.date(year, 7, 1))
            again[f"{register}/{name}_{year}_06"] = half
            counts["half_year_overlap"] = half.height
        if year in world.delivered.redelivered.get(register, ()):
            again[f"{register}/{folder}/{name}_{year}"] = frame
            first[register, name, year], n_older = _as_first_delivered(frame, table, year)
            counts |= {"older_version": n_older, "redelivered_year": frame.height - n_older}
        log += [(register, name, year, defect, *fate_of(defect, table), n) for defect, n in counts.items() if n]
    return first, again, log


def _as_first_delivered(frame: pl.DataFrame, table: RegisterTable, year: int) -> tuple[pl.DataFrame, int]:
    """Return the rows with no end for contacts that end after the year, and how many these are."""
    names = find_delivered(frame.columns, table)
    end = next((names[name] for name in ENDS if name in names), None)
    if not is_contacts(table) or end is None:
        return frame, 0
    later = (pl.col(end).dt.date() if frame.schema[end] != pl.Date else pl.col(end)) > dt.date(year, 12, 31)
    unknown = pl.when(~later.fill_null(False)).then(end).alias(end)
    return frame.with_columns(unknown), frame.filter(later).height


def vary(frame: pl.DataFrame, table: RegisterTable, year: int, world: WorldSettings) -> tuple[pl.DataFrame, list[str]]:
    """Give a file the letter case and the physical types of its year; return it with the defects that makes.

    Notes
    -----
    What is done depends on year and settings alone, so that the parts of a file that are made apart have the
    same columns and types.
    """
    style, made, defects = year % _STYLES, frame, []
    if world.delivered.type_drift and style:
        names = find_delivered(frame.columns, table)
        dates = [names[c.name] for c in table.columns if c.name in names
                 and frame.schema[names[c.name]] in (pl.Date, pl.Datetime)]  # fmt: skip
        codes = [names[c.name] for c in table.columns if c.name in names
                 and c.pad and frame.schema[names[c.name]] in (pl.String, pl.Enum)]  # fmt: skip
        made = made.with_columns((_as_text if style == 1 else _as_number)(frame, name) for name in dates)
        defects += ["wrong_date_type"] * bool(dates)
        if style == 2:
            made = made.with_columns(pl.col(name).cast(pl.String).cast(pl.Int64) for name in codes)
            defects += ["lost_zeros"] * bool(codes)
    if world.delivered.letter_case and style:
        made = made.rename(str.upper if style == 1 else str.capitalize)
        defects.append("mixed_case")
    return made, defects


def _as_text(frame: pl.DataFrame, name: str) -> pl.Expr:
    form = "%Y-%m-%d" if frame.schema[name] == pl.Date else "%Y-%m-%d %H:%M:%S"
    return pl.col(name).dt.strftime(form)


def _as_number(frame: pl.DataFrame, name: str) -> pl.Expr:
    if frame.schema[name] == pl.Date:
        return (pl.col(name) - pl.lit(_SAS_EPOCH)).dt.total_days()
    return (pl.col(name) - pl.lit(_SAS_EPOCH).cast(pl.Datetime("us"))).dt.total_seconds()
