"""From rows of LPR3, in either of its shapes, to events."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from evidens.registers.hospital import (
    contact_events,
    diagnosis_events,
    keep_diagnoses,
    keep_latest_versions,
    sort_versions,
)
from evidens.registers.lpr3.contract import CONTACTS_A, CONTACTS_F, DIAGNOSES_A, DIAGNOSES_F
from evidens.registers.rules import Rule, Sifted
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import RegisterIntake, days, join_lives, rules_of_time

_SYSTEM, _OLDER_SYSTEMS = "LPR3", ("LPR2", "LPR1", "MINIPAS")
_PHYSICAL, _OUTSIDE, _VIRTUAL, _DEATH, _REPORT_ONLY = "ALCA00", "ALCA01", "ALCA03", "ALCA10", "ALCA20"
_ACUTE = "ATA1"


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, data_lock_on: dt.date, settings: RegisterSettings
) -> RegisterIntake:
    """Turn contacts and diagnoses of one bucket into events.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `lpr_a_kontakt` and `lpr_a_diagnose`, or `kontakter` and `diagnoser`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    data_lock_on : date
        Later contacts are not known completely.
    settings : RegisterSettings
        Lags, length of an admission, regions' change from LPR2, types of diagnosis.
    """
    contact_table, diagnosis_table = (
        (CONTACTS_A, DIAGNOSES_A) if CONTACTS_A.name in tables else (CONTACTS_F, DIAGNOSES_F)
    )
    delivered = tables[contact_table.name]
    rows = _with_times(delivered, is_f=contact_table is CONTACTS_F)
    contacts = _keep_contacts(
        rows, delivered.columns, persons, table=contact_table.name, data_lock_on=data_lock_on, settings=settings
    )
    diagnoses = keep_diagnoses(
        tables[diagnosis_table.name], contacts, table=diagnosis_table.name, first=_rules_of_diagnoses(settings),
        settings=settings,
    )  # fmt: skip
    events = pl.concat([contact_events(contacts.kept), diagnosis_events(diagnoses.kept)])
    return RegisterIntake(
        events.with_columns(register=pl.lit(contact_table.register)),
        {contact_table.name: contacts.quarantined, diagnosis_table.name: diagnoses.quarantined},
        pl.concat([contacts.account, diagnoses.account]),
    )


def _with_times(contacts: pl.DataFrame, *, is_f: bool) -> pl.DataFrame:
    """Bring both shapes to _began_at, _ended_at and _reported_at."""
    if not is_f:
        return contacts.with_columns(_began_at="began_at", _ended_at="ended_at", _reported_at="reported_at")
    midnight = dt.time(0)
    return contacts.with_columns(
        _began_at=pl.col("began_on").dt.combine(pl.col("began_time").fill_null(midnight)),
        _ended_at=pl.col("ended_on").dt.combine(pl.col("ended_time").fill_null(midnight)),
        _reported_at=pl.lit(None, dtype=pl.Datetime("us")),
    )


def _keep_contacts(
    rows: pl.DataFrame, delivered: list[str], persons: pl.DataFrame, *, table: str, data_lock_on: dt.date,
    settings: RegisterSettings,
) -> Sifted:  # fmt: skip
    rows = sort_versions(join_lives(rows, persons), delivered).with_columns(_kind=_kind(settings))
    began, ended, system = pl.col("_began_at"), pl.col("_ended_at"), pl.col("system")
    older = system.is_in(_OLDER_SYSTEMS)
    if settings.lpr2_delivered_to is not None:
        older &= began.dt.date() <= pl.lit(settings.lpr2_delivered_to)
    rules = [
        Rule("dropped", "row of an older reporting system", older),
        Rule("dropped", "contact for a death", pl.col("contact_type") == _DEATH),
        *rules_of_time(began.dt.date(), data_lock_on=data_lock_on, settings=settings),
        Rule("quarantined", "end before start", ended < began),
        Rule("quarantined", "end after the data lock", ended.dt.date() > pl.lit(data_lock_on)),
        Rule("quarantined", "unknown reporting system", ~system.is_in([_SYSTEM, *_OLDER_SYSTEMS]).fill_null(False)),
        Rule("quarantined", "unknown kind of contact",
             pl.col("_kind").is_null() & (pl.col("contact_type") != _REPORT_ONLY).fill_null(True)),
    ]  # fmt: skip
    sifted = keep_latest_versions(rows, rules, table=table)
    known_at = pl.coalesce(
        "_reported_at", ended + days(settings.lag_days["lpr3"]), began + days(settings.open_contact_lag_days)
    )
    return sifted._replace(kept=sifted.kept.with_columns(_known_at=pl.max_horizontal(known_at, began, ended)))


def _rules_of_diagnoses(settings: RegisterSettings) -> list[Rule]:
    rules = [
        # A missing answer is no retraction: `!= "Ja"` alone would lose every row without one.
        Rule("dropped", "diagnosis retracted later", (pl.col("retracted").str.to_lowercase() == "ja").fill_null(False)),
    ]
    if settings.lpr2_delivered_to is None:
        older = pl.col("system").is_in(_OLDER_SYSTEMS)
        rules.insert(0, Rule("dropped", "row of an older reporting system", older))
    return rules


def _kind(settings: RegisterSettings) -> pl.Expr:
    """Return the kind of contact; null for a contact that only reports a diagnosis.

    LPR3 does not say who was admitted. A physical contact of enough hours counts as admission, a shorter
    or open acute one as emergency, everything else as outpatient.
    """
    kind = pl.col("contact_type")
    hours = (pl.col("_ended_at") - pl.col("_began_at")).dt.total_minutes() / 60
    long = (hours >= settings.admission_hours).fill_null(False)
    return (
        pl.when((kind == _PHYSICAL) & long).then(pl.lit("inpatient"))
        .when((kind == _PHYSICAL) & (pl.col("priority") == _ACUTE)).then(pl.lit("emergency"))
        .when(kind.is_in([_PHYSICAL, _OUTSIDE, _VIRTUAL])).then(pl.lit("outpatient"))
    )  # fmt: skip
