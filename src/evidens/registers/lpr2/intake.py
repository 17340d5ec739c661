"""From rows of LPR2 to events."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl

from evidens.registers.hospital import (
    contact_events,
    diagnosis_events,
    keep_diagnoses,
    keep_latest_versions,
    sort_versions,
)
from evidens.registers.lpr2.contract import CONTACTS, DIAGNOSES
from evidens.registers.rules import Rule, Sifted
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import RegisterIntake, days, join_lives, rules_of_time

_EMERGENCY_AS_OUTPATIENT_FROM = 2014  # from then on an emergency contact is an acute outpatient contact


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, data_lock_on: dt.date, settings: RegisterSettings
) -> RegisterIntake:
    """Turn contacts and diagnoses of one bucket into events.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `lpr_adm` and `lpr_diag`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    data_lock_on : date
        Later contacts are not known completely.
    settings : RegisterSettings
        Lags, regions' change to LPR3, types of diagnosis.
    """
    contacts = _keep_contacts(tables[CONTACTS.name], persons, data_lock_on=data_lock_on, settings=settings)
    diagnoses = keep_diagnoses(tables[DIAGNOSES.name], contacts, table=DIAGNOSES.name, first=(), settings=settings)
    events = pl.concat([contact_events(contacts.kept), diagnosis_events(diagnoses.kept)])
    return RegisterIntake(
        events.with_columns(register=pl.lit(CONTACTS.register)),
        {CONTACTS.name: contacts.quarantined, DIAGNOSES.name: diagnoses.quarantined},
        pl.concat([contacts.account, diagnoses.account]),
    )


def _keep_contacts(
    contacts: pl.DataFrame, persons: pl.DataFrame, *, data_lock_on: dt.date, settings: RegisterSettings
) -> Sifted:
    rows = join_lives(contacts, persons).with_columns(
        _kind=_kind(), _began_at=_began_at(), _ended_at=pl.col("ended_on").cast(pl.Datetime("us")),
        _switch_on=_switch_on(settings),
    )  # fmt: skip
    began, ended = pl.col("began_on"), pl.col("ended_on")
    rules = [
        *rules_of_time(began, data_lock_on=data_lock_on, settings=settings),
        Rule("dropped", "reported to LPR2 after the region changed to LPR3", began >= pl.col("_switch_on")),
        Rule("quarantined", "end before start", ended < began),
        Rule("quarantined", "end after the data lock", ended > pl.lit(data_lock_on)),
        Rule("quarantined", "unknown kind of contact", pl.col("_kind").is_null()),
    ]
    sifted = keep_latest_versions(sort_versions(rows, contacts.columns), rules, table=CONTACTS.name)
    # The end is a date: a contact that begins at nine and ends the same day does not end at midnight before.
    ended_at = pl.max_horizontal("_ended_at", "_began_at")
    open_until = pl.col("_began_at") + days(settings.open_contact_lag_days)
    known_at = ended_at + days(settings.lag_days["lpr2"])
    is_open = pl.col("_ended_at").is_null()
    return sifted._replace(kept=sifted.kept.with_columns(
        _ended_at=pl.when(~is_open).then(ended_at),
        _known_at=pl.when(is_open).then(open_until).otherwise(known_at),
    ))  # fmt: skip


def _kind() -> pl.Expr:
    kind, acute = pl.col("patient_type"), (pl.col("urgency") == "1").fill_null(False)
    late = pl.col("began_on").dt.year() >= _EMERGENCY_AS_OUTPATIENT_FROM
    return (
        pl.when(kind == "0").then(pl.lit("inpatient"))
        .when((kind == "3") | (kind == "2") & acute & late).then(pl.lit("emergency"))
        .when(kind.is_in(["1", "2"])).then(pl.lit("outpatient"))
    )  # fmt: skip


def _began_at() -> pl.Expr:
    hour, minute = pl.col("began_hour"), pl.col("began_minute")
    known = hour.is_between(0, 23)
    minutes = pl.when(known).then(hour * 60 + pl.when(minute.is_between(0, 59)).then(minute).otherwise(0)).otherwise(0)
    return pl.col("began_on").cast(pl.Datetime("us")) + pl.duration(minutes=minutes.fill_null(0).cast(pl.Int64))


def _switch_on(settings: RegisterSettings) -> pl.Expr:
    switch = {hospital: settings.lpr_switch[region] for hospital, region in _hospital_regions().items()}
    latest = max(settings.lpr_switch.values())  # a hospital that is not listed may belong to any region
    return pl.col("hospital").replace_strict(switch, default=latest, return_dtype=pl.Date)


@cache
def _hospital_regions() -> dict[str, str]:
    table = pl.read_csv(Path(__file__).with_name("hospitals.csv"), infer_schema=False)
    return dict(table.select("hospital", "region").iter_rows())
