"""From rows of LPR3, in either of its shapes, to events."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from evidens.registers.hospital import (
    Union,
    contact_events,
    diagnosis_events,
    end_by_lock,
    keep_diagnoses,
    keep_latest_versions,
    sift,
    sort_versions,
    unite,
)
from evidens.registers.lpr3.contract import (
    CONTACTS_A,
    CONTACTS_F,
    COURSES_A,
    COURSES_F,
    DIAGNOSES_A,
    DIAGNOSES_F,
    OPERATIONS_F,
    OTHER_PROCEDURES_F,
    PROCEDURES_A,
)
from evidens.registers.procedures import keep_procedures, procedure_events
from evidens.registers.rules import Rule, is_first
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import TWICE, RegisterIntake, Window, days, join_lives, rules_of_time

_SYSTEM, OLDER_SYSTEMS = "LPR3", ("LPR2", "LPR1", "MINIPAS")
_PHYSICAL, _OUTSIDE, _VIRTUAL, _DEATH, _REPORT_ONLY = "ALCA00", "ALCA01", "ALCA03", "ALCA10", "ALCA20"
_ACUTE, _OLDER_ACUTE = "ATA1", "1"
_PLANNED, _OLDER_PLANNED = "ATA3", "2"


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn contacts of one bucket, their diagnoses and procedures into events.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised tables of LPR_A or of LPR_F, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; contacts after its lock are not known completely.
    settings : RegisterSettings
        Lags, length of an admission, regions' change from LPR2, types of diagnosis.
    """
    is_a = CONTACTS_A.name in tables
    contact_names = [(CONTACTS_A if is_a else CONTACTS_F).name]
    diagnosis_names = [(DIAGNOSES_A if is_a else DIAGNOSES_F).name]
    procedure_names = [PROCEDURES_A.name] if is_a else [OPERATIONS_F.name, OTHER_PROCEDURES_F.name]
    contacts = _keep_contacts(unite(tables, contact_names), persons, contact_names, window=window, settings=settings)
    diagnoses = keep_diagnoses(
        _mark_retracted(unite(tables, diagnosis_names)), contacts, diagnosis_names, first=_rules_of_diagnoses(settings),
        settings=settings,
    )  # fmt: skip
    procedures = _with_times(unite(tables, procedure_names)).rename(
        {"_began_at": "_from_at", "_ended_at": "_to_at", "_reported_at": "_told_at"}
    )
    done = keep_procedures(
        procedures, persons, contacts, procedure_names, first=_rules_of_system(settings),
        lag_days=settings.lag_days["lpr3"], window=window,
        settings=settings,
    )  # fmt: skip
    courses = _keep_courses(tables, persons, [(COURSES_A if is_a else COURSES_F).name])
    parts = (contacts, diagnoses, done, courses)
    events = [contact_events(contacts.kept), diagnosis_events(diagnoses.kept), procedure_events(done.kept)]
    return RegisterIntake(
        pl.concat(events).with_columns(register=pl.lit("lpr3")),
        {name: rows for part in parts for name, rows in part.quarantined.items()},
        pl.concat([part.account for part in parts]),
    )


def _with_times(contacts: pl.DataFrame) -> pl.DataFrame:
    """Bring both shapes to _began_at, _ended_at and _reported_at."""
    if "began_at" in contacts.columns:
        return contacts.with_columns(_began_at="began_at", _ended_at="ended_at", _reported_at="reported_at")
    midnight = dt.time(0)
    return contacts.with_columns(
        _began_at=pl.col("began_on").dt.combine(pl.col("began_time").fill_null(midnight)),
        _ended_at=pl.col("ended_on").dt.combine(pl.col("ended_time").fill_null(midnight)),
        _reported_at=pl.lit(None, dtype=pl.Datetime("us")),
        patient_type=pl.lit(None, dtype=pl.String),
    )


def _keep_contacts(
    contacts: pl.DataFrame, persons: pl.DataFrame, names: list[str], *, window: Window,
    settings: RegisterSettings,
) -> Union:  # fmt: skip
    delivered = [name for name in contacts.columns if name != "_table"]
    rows = join_lives(_with_times(contacts), persons).with_columns(
        _ended_at=end_by_lock(pl.col("_ended_at"), window=window, settings=settings)
    )
    rows = sort_versions(rows, delivered).with_columns(_kind=_kind(settings), _urgency=_urgency())
    began, ended, system = pl.col("_began_at"), pl.col("_ended_at"), pl.col("system")
    older = system.is_in(OLDER_SYSTEMS)
    if settings.lpr2_delivered_to is not None:
        older &= began.dt.date() <= pl.lit(settings.lpr2_delivered_to)
    rules = [
        Rule("dropped", "row of an older reporting system", older),
        Rule("dropped", "contact for a death", pl.col("contact_type") == _DEATH),
        *rules_of_time(began.dt.date(), window=window, settings=settings),
        Rule("quarantined", "end before start", ended < began),
        Rule("quarantined", "end after the data lock", ended.dt.date() > pl.lit(window.lock_on)),
        Rule("quarantined", "unknown reporting system", ~system.is_in([_SYSTEM, *OLDER_SYSTEMS]).fill_null(False)),
        Rule("quarantined", "unknown kind of contact",
             pl.col("_kind").is_null() & (pl.col("contact_type") != _REPORT_ONLY).fill_null(True)),
    ]  # fmt: skip
    kept = keep_latest_versions(rows, rules, names)
    known_at = pl.coalesce(
        "_reported_at", ended + days(settings.lag_days["lpr3"]), began + days(settings.open_contact_lag_days)
    )
    return kept._replace(kept=kept.kept.with_columns(_known_at=pl.max_horizontal(known_at, began, ended)))


def _keep_courses(tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, names: list[str]) -> Union:
    """Keep courses, which become no events: procedures without a contact have found their person through them."""
    courses = unite(tables, names)
    rows = join_lives(courses, persons).with_columns(_twice=~is_first(courses))
    rules = [
        Rule("dropped", TWICE, pl.col("_twice")),
        Rule("quarantined", "person not in the population register", pl.col("_born_on").is_null()),
    ]
    return sift(rows, rules, names)


def _rules_of_diagnoses(settings: RegisterSettings) -> list[Rule]:
    return [*_rules_of_system(settings), Rule("dropped", "diagnosis retracted later", pl.col("_is_retracted"))]


def _mark_retracted(diagnoses: pl.DataFrame) -> pl.DataFrame:
    """Add whether any row of the same person, contact, code and type says that the diagnosis was retracted.

    A year can be delivered twice, before and after the retraction. A missing answer is none.
    """
    key = ["person_id", "contact_id", "code", "type"]
    retracted = diagnoses.filter(pl.col("retracted").str.to_lowercase() == "ja").select(key).unique()
    return diagnoses.join(
        retracted.with_columns(_is_retracted=pl.lit(True)), on=key, how="left", nulls_equal=True, maintain_order="left"
    )


def _rules_of_system(settings: RegisterSettings) -> list[Rule]:
    """Return the rule about rows of older systems; where these fill a gap, their contacts decide."""
    if settings.lpr2_delivered_to is not None:
        return []
    return [Rule("dropped", "row of an older reporting system", pl.col("system").is_in(OLDER_SYSTEMS))]


def _urgency() -> pl.Expr:
    """Return "acute" or "planned"; null where the priority tells neither."""
    priority, is_older = pl.col("priority"), pl.col("system").is_in(OLDER_SYSTEMS)
    return (
        pl.when((priority == _ACUTE) | is_older & (priority == _OLDER_ACUTE)).then(pl.lit("acute"))
        .when((priority == _PLANNED) | is_older & (priority == _OLDER_PLANNED)).then(pl.lit("planned"))
    )  # fmt: skip


def _kind(settings: RegisterSettings) -> pl.Expr:
    """Return the kind of contact; null for a contact that only reports a diagnosis.

    LPR3 does not say who was admitted. A physical contact of enough hours counts as admission, a shorter
    or open acute one as emergency, everything else as outpatient. Rows of older systems may say what LPR2 said.
    """
    kind, old = pl.col("contact_type"), pl.col("patient_type")
    is_older, is_acute = pl.col("system").is_in(OLDER_SYSTEMS), _urgency() == "acute"
    hours = (pl.col("_ended_at") - pl.col("_began_at")).dt.total_minutes() / 60
    long = (hours >= settings.admission_hours).fill_null(False)
    return (
        pl.when(is_older & (old == "0")).then(pl.lit("inpatient"))
        .when(is_older & ((old == "3") | (old == "2") & is_acute)).then(pl.lit("emergency"))
        .when(is_older & old.is_in(["1", "2"])).then(pl.lit("outpatient"))
        .when((kind == _PHYSICAL) & long).then(pl.lit("inpatient"))
        .when((kind == _PHYSICAL) & is_acute).then(pl.lit("emergency"))
        .when(kind.is_in([_PHYSICAL, _OUTSIDE, _VIRTUAL])).then(pl.lit("outpatient"))
    )  # fmt: skip
