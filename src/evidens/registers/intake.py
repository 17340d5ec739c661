"""Turn the pseudonymised rows of one bucket of people into events, persons and residence.

A pure function of the bucket: the same rows give the same result whatever their order, and no bucket
needs another.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from evidens.contracts import schema_of
from evidens.events import Event, sort_events
from evidens.foundation import Fault
from evidens.registers import akm, bef, cancer, dod, dodsaasg, faik, ind, lab, lmdb, lpr2, lpr3, sssy, udda, vnds
from evidens.registers.akm.intake import intake as intake_akm
from evidens.registers.cancer.intake import intake as intake_cancer
from evidens.registers.contract import RegisterError
from evidens.registers.dodsaasg.intake import intake as intake_dodsaasg
from evidens.registers.faik.intake import intake as intake_faik
from evidens.registers.ind.intake import intake as intake_ind
from evidens.registers.lab.intake import intake as intake_lab
from evidens.registers.lmdb.intake import intake as intake_lmdb
from evidens.registers.lpr2.intake import intake as intake_lpr2
from evidens.registers.lpr3.intake import intake as intake_lpr3
from evidens.registers.people import intake_people
from evidens.registers.pseudonymisation import pseudonymised_schema
from evidens.registers.rules import add_accounts
from evidens.registers.settings import RegisterSettings
from evidens.registers.sssy.intake import intake as intake_sssy
from evidens.registers.times import Window
from evidens.registers.udda.intake import intake as intake_udda

_INTAKES = (intake_lpr2, intake_lpr3, intake_lmdb, intake_lab)
_IF_DELIVERED = {  # registers that a study can do without
    "sssy": intake_sssy, "t_tumor": intake_cancer,
    "dodsaasg": intake_dodsaasg, "udda": intake_udda, "ind": intake_ind, "faik": intake_faik, "akm": intake_akm,
}  # fmt: skip
_TABLES = {
    table.name: table
    for register in (bef, dod, dodsaasg, vnds, lpr2, lpr3, lmdb, lab, sssy, cancer, udda, ind, faik, akm)
    for table in register.TABLES
}
_LPR_A, _LPR_F = ({table.name for table in tables} for tables in (lpr3.TABLES_A, lpr3.TABLES_F))


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
    """Turn one bucket's rows into events, persons and residence.

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
    tables = _complete(tables)
    window = Window(_first_snapshot(tables[bef.TABLES[0].name], snapshots_on), data_lock_on)
    people = intake_people(tables, settings, window=window, snapshots_on=snapshots_on)
    intakes = (*_INTAKES, *(intake for name, intake in _IF_DELIVERED.items() if name in tables))
    parts = [intake(tables, people.persons, window=window, settings=settings) for intake in intakes]
    contract = schema_of(Event)
    events = pl.concat([pl.DataFrame(schema=contract), *(_as_events(part.events, delivery) for part in parts)])
    quarantined = dict(people.quarantined)
    for part in parts:
        quarantined |= part.quarantined
    account = add_accounts([people.account, *(part.account for part in parts)])
    return BucketIntake(sort_events(events), people.persons, people.residence, quarantined, account)


def _complete(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Add empty tables for those without a row; LPR3 in the shape that is there, else as LPR_A."""
    if unknown := sorted(set(tables) - set(_TABLES)):
        raise RegisterError(Fault("intake", f"no table named {', '.join(unknown)}.", f"Known: {', '.join(_TABLES)}."))
    shape = _LPR_F if _LPR_F & set(tables) else _LPR_A
    wanted = [name for name, table in _TABLES.items() if table.register != "lpr3" or name in shape]
    wanted = [name for name in wanted if name not in _IF_DELIVERED or name in tables]
    if any(_TABLES[name].register == "lab" for name in tables):  # answers come in one of several tables
        wanted = [name for name in wanted if _TABLES[name].register != "lab" or name in tables]
    else:
        wanted = [name for name in wanted if _TABLES[name].register != "lab" or name == lab.TABLES[0].name]
    return {name: tables.get(name, pl.DataFrame(schema=pseudonymised_schema(_TABLES[name]))) for name in wanted}


def _first_snapshot(snapshots: pl.DataFrame, snapshots_on: Sequence[dt.date] | None) -> dt.date | None:
    """Return the first day of the population register; rows from before a birth say nothing."""
    if snapshots_on is not None:
        return min(snapshots_on, default=None)
    days = snapshots.filter(pl.col("snapshot_on") >= pl.col("born_on")).select(pl.col("snapshot_on").min())
    return days.item()


def _as_events(events: pl.DataFrame, delivery: str) -> pl.DataFrame:
    """Bring a register's events to the contract: columns it has no use for are null."""
    events = events.with_columns(delivery=pl.lit(delivery))
    columns = schema_of(Event)
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in columns.items() if name not in events.columns]
    return events.with_columns(missing).select(list(columns))
