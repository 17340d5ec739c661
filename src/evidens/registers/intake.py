"""Turn the pseudonymised rows of a bucket of people into events, persons and residence.

People come first, and then one segment after the other: a register, or a register's year. Pure functions of the
bucket: the same rows give the same result whatever their order, no bucket needs another, and no segment needs
another's events.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import polars as pl

from evidens.contracts import schema_of
from evidens.events import Event, sort_events
from evidens.foundation import Fault
from evidens.registers import akm, bef, cancer, dod, dodsaasg, faik, ind, lab, lmdb, lpr2, lpr3, sssy, udda, vnds
from evidens.registers.akm.intake import intake as intake_akm
from evidens.registers.cancer.intake import intake as intake_cancer
from evidens.registers.contract import RegisterError, RegisterTable
from evidens.registers.dodsaasg.intake import intake as intake_dodsaasg
from evidens.registers.faik.intake import intake as intake_faik
from evidens.registers.ind.intake import intake as intake_ind
from evidens.registers.lab.intake import intake as intake_lab
from evidens.registers.lmdb.intake import intake as intake_lmdb
from evidens.registers.lpr2.intake import intake as intake_lpr2
from evidens.registers.lpr3.intake import intake as intake_lpr3
from evidens.registers.people import intake_people
from evidens.registers.pseudonymisation import pseudonymised_schema
from evidens.registers.rules import YEAR, YEARS, add_accounts, year_of
from evidens.registers.settings import RegisterSettings
from evidens.registers.sssy.intake import intake as intake_sssy
from evidens.registers.times import RegisterIntake, Window
from evidens.registers.udda.intake import intake as intake_udda

_DAYS_INTO_NEXT_YEAR = 6  # of an event at most, after the day of its row: a birth in the week of billing


@dataclass(frozen=True)
class Source:
    """One register as the intake reads it.

    Parameters
    ----------
    register : str
    intake : callable
        Rows by table to events.
    tables : tuple of RegisterTable
        What it reads and accounts for.
    day : str, optional
        Column of the day by whose years the register is divided into segments, where no rule reaches from one year
        to another. Without it the register is one segment.
    beside : tuple of RegisterTable
        What it reads of other registers, which account for it.
    """

    register: str
    intake: Callable[..., RegisterIntake]
    tables: tuple[RegisterTable, ...]
    day: str | None = None
    beside: tuple[RegisterTable, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all tables that it reads."""
        return tuple(table.name for table in (*self.tables, *self.beside))

    def segment(self, year: int | None) -> str:
        """Name of the segment of one year; None stands for rows without a day, or with an impossible one.

        >>> SOURCES["lab"].segment(2019), SOURCES["lab"].segment(None), SOURCES["lpr2"].segment(None)
        ('lab-2019', 'lab-undated', 'lpr2')
        """
        return self.register if self.day is None else f"{self.register}-{year or 'undated'}"

    def window(self, year: int | None, window: Window) -> Window:
        """Return what the segment of one year rests on of `window`: to a year that is over, a later lock is nothing."""
        if self.day is None or year is None:
            return window
        return window._replace(lock_on=min(window.lock_on, _last_on(year)))


PEOPLE_TABLES = (*bef.TABLES, *dod.TABLES, *vnds.TABLES)
SOURCES = {
    source.register: source
    for source in (
        Source("lpr2", intake_lpr2, lpr2.TABLES),
        Source("lpr3", intake_lpr3, lpr3.TABLES),
        Source("lmdb", intake_lmdb, lmdb.TABLES, day="dispensed_on"),
        Source("lab", intake_lab, lab.TABLES, day="sampled_on"),
        Source("sssy", intake_sssy, sssy.TABLES, day="billed_on"),
        Source("cancer", intake_cancer, cancer.TABLES),
        Source("dodsaasg", intake_dodsaasg, dodsaasg.TABLES),
        Source("udda", intake_udda, udda.TABLES),
        Source("ind", intake_ind, ind.TABLES),
        Source("faik", intake_faik, faik.TABLES, beside=ind.TABLES),
        Source("akm", intake_akm, akm.TABLES),
    )
}
_NAMES = {table.name for table in PEOPLE_TABLES} | {name for source in SOURCES.values() for name in source.names}
_LPR_F = {table.name for table in lpr3.TABLES_F}


class SegmentIntake(NamedTuple):
    """What one bucket of a segment became: sorted events, quarantined rows by table, the account of all rows."""

    events: pl.DataFrame
    quarantined: dict[str, pl.DataFrame]
    account: pl.DataFrame


class BucketIntake(NamedTuple):
    """What one bucket became: three tables by contract, quarantined rows by table, the account of all rows."""

    events: pl.DataFrame
    persons: pl.DataFrame
    residence: pl.DataFrame
    quarantined: dict[str, pl.DataFrame]
    account: pl.DataFrame


def intake_bucket(
    tables: Mapping[str, pl.DataFrame],
    settings: RegisterSettings,
    *,
    delivery: str,
    data_lock_on: dt.date,
    snapshots_on: Sequence[dt.date] | None = None,
) -> BucketIntake:
    """Turn all rows of one bucket into events, persons and residence at once.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised rows of every delivered table, all years of each in one frame; a table without a
        row in this bucket may be left out.
    settings : RegisterSettings
        Lags, rules and what changed when.
    delivery : str
        Name of the delivery, written into every event.
    data_lock_on : date
        Last day on which the registers are complete.
    snapshots_on : sequence of date, optional
        Every snapshot of the population register in the delivery. By default those that occur in the
        bucket, which is the same for buckets of many people; give it where buckets are small.

    Returns
    -------
    BucketIntake
        events sorted by `evidens.events.EVENT_ORDER`; quarantined frames have the table's columns and
        `reason`; for every table, rows in = kept + dropped + quarantined.
    """
    if unknown := sorted(set(tables) - _NAMES):
        raise RegisterError(Fault("intake", f"no table named {', '.join(unknown)}.", f"Known: {', '.join(_NAMES)}."))
    of_people = complete(tables, PEOPLE_TABLES)
    window = Window(_first_snapshot(of_people[bef.TABLES[0].name], snapshots_on), data_lock_on)
    people = intake_people(of_people, settings, window=window, snapshots_on=snapshots_on)
    parts = [
        part
        for source in SOURCES.values()
        if any(table.name in tables for table in source.tables)
        for part in intake_register(
            source, tables, people.persons, window=window, settings=settings, delivery=delivery
        ).values()
    ]
    quarantined = dict(people.quarantined)
    for part in parts:
        for name, rows in part.quarantined.items():
            quarantined[name] = pl.concat([quarantined[name], rows]) if name in quarantined else rows
    events = sort_events(pl.concat([pl.DataFrame(schema=schema_of(Event)), *(part.events for part in parts)]))
    account = add_accounts([people.account, *(part.account for part in parts)])
    return BucketIntake(events, people.persons, people.residence, quarantined, account)


def intake_register(
    source: Source,
    tables: Mapping[str, pl.DataFrame],
    persons: pl.DataFrame,
    *,
    window: Window,
    settings: RegisterSettings,
    delivery: str,
) -> dict[int | None, SegmentIntake]:
    """Turn one bucket's rows of a register, or of some of its years, into the events of each segment.

    Parameters
    ----------
    source : Source
        The register.
    tables : mapping of str to polars.DataFrame
        Pseudonymised rows of its tables: all of them, or all of some years where `source` has a `day`. A table
        without a row may be left out.
    persons : polars.DataFrame
        person_id, born_on and died_on, at least of everybody who has a row.
    window : Window
        The days that the delivery covers.
    settings : RegisterSettings
        Lags, rules and what changed when.
    delivery : str
        Written into every event.

    Returns
    -------
    dict of int or None to SegmentIntake
        By year of the row's day (`year_of`); of a register without a `day`, all under None.

    Notes
    -----
    Nothing reaches from one year to another in the registers that are divided by years: rows that are equal, rows
    that are counted together and a correction with what it corrects all have one day. So a year is the same whatever
    other years it is taken in with.
    """
    rows = complete({name: frame for name, frame in tables.items() if name in source.names}, source.tables)
    part = source.intake(rows | _beside(source, tables), persons, window=window, settings=settings)
    if source.day is None:
        return {None: SegmentIntake(sort_events(_as_events(part.events, delivery)), part.quarantined, part.account)}
    events = _divide(sort_events(_as_events(part.events, delivery), first=YEAR))
    year_of_row = year_of(pl.col(source.day)).alias(YEAR)
    bad = {
        name: _divide(rows.with_columns(year_of_row).sort(YEAR, maintain_order=True))
        for name, rows in part.quarantined.items()
    }
    nothing = pl.DataFrame(schema=schema_of(Event))
    return {
        year: SegmentIntake(
            events.get(year, nothing),
            {name: bad[name].get(year, rows.clear()) for name, rows in part.quarantined.items()},
            account,
        )
        for year, account in _divide(part.account.rename({"year": YEAR}).sort(YEAR, maintain_order=True)).items()
    }


def _divide(rows: pl.DataFrame) -> dict[int | None, pl.DataFrame]:
    """Divide rows that are sorted by year into those of each year."""
    runs, rows = rows[YEAR].rle().struct, rows.drop(YEAR)
    n_rows = runs.field("len").to_list()
    ends = accumulate(n_rows)
    return {
        year: rows.slice(end - n, n) for year, end, n in zip(runs.field("value").to_list(), ends, n_rows, strict=True)
    }


def complete(tables: Mapping[str, pl.DataFrame], wanted: Sequence[RegisterTable]) -> dict[str, pl.DataFrame]:
    """Return the `wanted` tables, empty ones in the place of those without a row; of several shapes the one there is.

    LPR3 comes in the shape that is there, else as LPR_A, and laboratory answers in one of several tables.
    """
    answers = [table.name for table in wanted if table.register == "lab"]
    other = set(answers) - set([name for name in answers if name in tables] or answers[:1])
    other |= {table.name for table in (lpr3.TABLES_A if _LPR_F & set(tables) else lpr3.TABLES_F)}
    return {
        table.name: tables[table.name] if table.name in tables else pl.DataFrame(schema=pseudonymised_schema(table))
        for table in wanted
        if table.name not in other
    }


def _first_snapshot(snapshots: pl.DataFrame, snapshots_on: Sequence[dt.date] | None = None) -> dt.date | None:
    """Return the first day of the population register; rows from before a birth say nothing."""
    if snapshots_on is not None:
        return min(snapshots_on, default=None)
    days = snapshots.filter(pl.col("snapshot_on") >= pl.col("born_on")).select(pl.col("snapshot_on").min())
    return days.item()


def lives_by_year(source: Source, persons: pl.DataFrame, rows: pl.DataFrame) -> dict[int | None, pl.DataFrame]:
    """Return what each segment rests on of the people it is about: nothing else of them may matter to it.

    Parameters
    ----------
    source : Source
    persons : polars.DataFrame
        Contract `events.contract:Person`, the whole bucket.
    rows : polars.DataFrame
        person_id and `year` of the rows, each pair at least once; `year` is null throughout where `source` has no
        `day`.

    Returns
    -------
    dict of int or None to polars.DataFrame
        By year: person_id, born_on and died_on, in the order of people. A death after the last day that an event of
        the year can have is left out: to a year that is over, later deaths are nothing.
    """
    everybody = persons.select("person_id", "born_on", "died_on").sort("person_id")
    places = everybody.select("person_id").with_row_index("place")
    here = rows.join(places, on="person_id", how="inner")
    none = YEARS[0] - 1  # stands for no year
    is_here = np.zeros((YEARS[1] - none + 1, everybody.height), dtype=bool)
    is_here[here["year"].fill_null(none).to_numpy() - none, here["place"].to_numpy()] = True
    lives = {}
    for line in np.flatnonzero(is_here.any(axis=1)).tolist():
        year = line + none if line else None
        of_year = everybody[np.flatnonzero(is_here[line])]
        lives[year] = of_year if year is None else of_year.with_columns(died_on=_died_until(_last_on(year)))
    return lives


def _last_on(year: int) -> dt.date:
    """Return the last day that an event of a year's rows can have."""
    return dt.date(year, 12, 31) + dt.timedelta(days=_DAYS_INTO_NEXT_YEAR)


def _died_until(day: dt.date) -> pl.Expr:
    return pl.when(pl.col("died_on") <= pl.lit(day)).then("died_on")


def _beside(source: Source, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return {table.name: tables[table.name] for table in source.beside if table.name in tables}


def _as_events(events: pl.DataFrame, delivery: str) -> pl.DataFrame:
    """Bring a register's events to the contract: columns it has no use for are null."""
    told = {"delivery": pl.lit(delivery)}
    columns = [
        pl.col(name) if name in events.columns else told.get(name, pl.lit(None, dtype=dtype)).alias(name)
        for name, dtype in schema_of(Event).items()
    ]
    return events.select(*columns, pl.col(f"^{YEAR}$"))
