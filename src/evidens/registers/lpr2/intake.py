"""From rows of LPR2 to events."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl

from evidens.codes import CONTACT
from evidens.registers.hospital import (
    KEY,
    Union,
    add_contacts,
    contact_events,
    diagnosis_events,
    end_by_lock,
    keep_diagnoses,
    keep_latest_versions,
    rules_of_contact,
    sift,
    sort_versions,
    unite,
)
from evidens.registers.lpr2.contract import CONTACT_TABLES, DIAGNOSIS_TABLES, PROCEDURE_TABLES, VISIT_TABLES
from evidens.registers.procedures import keep_procedures, procedure_events
from evidens.registers.rules import Rule, is_repeat
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import AFTER_LOCK, RegisterIntake, Window, days, join_lives, rules_of_time

_EMERGENCY_AS_OUTPATIENT_FROM = 2014  # from then on an emergency contact is an acute outpatient contact
_URGENCY = {"1": "acute", "2": "planned"}
_CONTACTS, _DIAGNOSES, _VISITS, _PROCEDURES = (
    tuple(table.name for table in tables)
    for tables in (CONTACT_TABLES, DIAGNOSIS_TABLES, VISIT_TABLES, PROCEDURE_TABLES)
)


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn contacts of one bucket, their visits, diagnoses and procedures into events.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised tables of LPR2, all years: of somatic, unfinished and psychiatric contacts.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; contacts after its lock are not known completely.
    settings : RegisterSettings
        Lags, regions' change to LPR3, types of diagnosis.

    Notes
    -----
    An outpatient course is one event for each of its visits, and one for itself only where no visit is delivered:
    so contacts are counted alike before and after the change to LPR3. Its diagnoses count once, at its start.
    """
    contacts = _keep_contacts(unite(tables, _CONTACTS), persons, window=window, settings=settings)
    visits = _keep_visits(unite(tables, _VISITS), contacts, window=window, settings=settings)
    of_diagnoses = contacts._replace(kept=contacts.kept.with_columns(_known_at="_diagnosed_known_at"))
    diagnoses = keep_diagnoses(unite(tables, _DIAGNOSES), of_diagnoses, _DIAGNOSES, first=(), settings=settings)
    procedures = keep_procedures(
        _add_switch(_with_times(unite(tables, _PROCEDURES)), contacts), persons, contacts, _PROCEDURES, first=(),
        later=[_rule_of_switch("procedure", pl.col("_from_at").dt.date())],
        lag_days=settings.lag_days["lpr2"], window=window, settings=settings,
    )  # fmt: skip
    seen = contacts.kept.join(visits.kept, on=KEY, how="anti", maintain_order="left")
    parts = (contacts, visits, diagnoses, procedures)
    events = pl.concat([
        contact_events(seen), _visit_events(visits.kept, settings), diagnosis_events(diagnoses.kept),
        procedure_events(procedures.kept),
    ])  # fmt: skip
    return RegisterIntake(
        events.with_columns(register=pl.lit("lpr2")),
        {name: rows for part in parts for name, rows in part.quarantined.items()},
        pl.concat([part.account for part in parts]),
    )


def _keep_contacts(
    contacts: pl.DataFrame, persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> Union:
    delivered = [name for name in contacts.columns if name != "_table"]
    rows = join_lives(contacts, persons).with_columns(
        _kind=_kind(), _urgency=pl.col("urgency").replace_strict(_URGENCY, default=None, return_dtype=pl.String),
        _began_at=_at_hour("began_on", "began_hour", "began_minute"),
        _ended_at=end_by_lock(pl.col("ended_on").cast(pl.Datetime("us")), window=window, settings=settings),
        _switch_on=_switch_on(settings),
    )  # fmt: skip
    began, ended = pl.col("began_on"), pl.col("_ended_at").dt.date()
    rules = [
        *rules_of_time(began, window=window, settings=settings),
        Rule("dropped", "reported to LPR2 after the region changed to LPR3", began >= pl.col("_switch_on")),
        Rule("quarantined", "end before start", ended < began),
        Rule("quarantined", "end after the data lock", ended > pl.lit(window.lock_on)),
        Rule("quarantined", "unknown kind of contact", pl.col("_kind").is_null()),
    ]
    kept = keep_latest_versions(sort_versions(rows, delivered), rules, _CONTACTS)
    # The end is a date: a contact that begins at nine and ends the same day does not end at midnight before.
    ended_at = pl.max_horizontal("_ended_at", "_began_at")
    known_at = ended_at + days(settings.lag_days["lpr2"])
    # A course is reported while it goes on: that it is there does not wait for its end, nor for the delivery's. Its
    # one diagnosis can be changed until the end, and is known then; of an open course nothing better can be said.
    at_the_latest = pl.col("_began_at") + days(settings.open_contact_lag_days)
    is_open, is_course = pl.col("_ended_at").is_null(), pl.col("_kind") == "outpatient"
    return kept._replace(kept=kept.kept.with_columns(
        _ended_at=pl.when(~is_open).then(ended_at),
        _known_at=pl.when(is_open).then(at_the_latest)
        .when(is_course).then(pl.min_horizontal(known_at, at_the_latest)).otherwise(known_at),
        _diagnosed_known_at=pl.when(is_open).then(at_the_latest).otherwise(known_at),
    ))  # fmt: skip


def _keep_visits(visits: pl.DataFrame, contacts: Union, *, window: Window, settings: RegisterSettings) -> Union:
    """Keep the visits of kept courses, once each."""
    rows = _add_switch(add_contacts(visits, contacts), contacts)
    on, tail = pl.col("visited_on"), pl.lit(window.end_of_tail(settings))
    rules = [
        *rules_of_contact("visit"),
        Rule("quarantined", "no date", on.is_null()),
        Rule("dropped", "visit of a contact that is no course", pl.col("_kind") != "outpatient"),
        _rule_of_switch("visit", on),
        Rule("quarantined", "visit before its course began", on < pl.col("_began_at").dt.date()),
        Rule("quarantined", "visit after its course ended", on > pl.col("_ended_at").dt.date()),
        Rule("quarantined", "date after the data lock", on > tail),
        Rule("dropped", AFTER_LOCK, on > pl.lit(window.lock_on)),
    ]
    rows = rows.with_columns(_repeated=is_repeat(rows, rules, [*KEY, "visited_on"]))
    rules.append(Rule("dropped", "visit repeated in its course", pl.col("_repeated")))
    return sift(rows, rules, _VISITS)


def _add_switch(rows: pl.DataFrame, contacts: Union) -> pl.DataFrame:
    """Add the day on which the hospital of each row's contact changed to LPR3."""
    return rows.join(contacts.kept.select(*KEY, "_switch_on"), on=KEY, how="left", maintain_order="left")


def _rule_of_switch(what: str, on: pl.Expr) -> Rule:
    """Return the rule about what a course has from the change on: LPR3 has it as well."""
    is_course = pl.col("_kind") == "outpatient"
    return Rule("dropped", f"{what} after the region changed to LPR3", is_course & (on >= pl.col("_switch_on")))


def _visit_events(visits: pl.DataFrame, settings: RegisterSettings) -> pl.DataFrame:
    """Return an event for each kept visit; the hour is known of the one that began the course."""
    at = pl.max_horizontal(pl.col("visited_on").cast(pl.Datetime("us")), "_began_at")
    return visits.select(
        "person_id", event_at=at, known_at=at + days(settings.lag_days["lpr2"]),
        end_at=pl.lit(None, dtype=pl.Datetime("us")), code=CONTACT.add_prefix(pl.lit("outpatient")),
        text=pl.lit(None, dtype=pl.String),
    )  # fmt: skip


def _with_times(procedures: pl.DataFrame) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.Datetime("us"))
    return procedures.with_columns(
        _from_at=_at_hour("done_on", "done_hour", "done_minute"), _to_at=nothing, _told_at=nothing
    )


def _kind() -> pl.Expr:
    kind, acute = pl.col("patient_type"), (pl.col("urgency") == "1").fill_null(False)
    late = pl.col("began_on").dt.year() >= _EMERGENCY_AS_OUTPATIENT_FROM
    return (
        pl.when(kind == "0").then(pl.lit("inpatient"))
        .when((kind == "3") | (kind == "2") & acute & late).then(pl.lit("emergency"))
        .when(kind.is_in(["1", "2"])).then(pl.lit("outpatient"))
    )  # fmt: skip


def _at_hour(day: str, hour: str, minute: str) -> pl.Expr:
    """Return day, hour and minute as one moment; an hour that is none counts as midnight."""
    known = pl.col(hour).is_between(0, 23)
    past = pl.when(pl.col(minute).is_between(0, 59)).then(pl.col(minute)).otherwise(0)
    minutes = pl.when(known).then(pl.col(hour) * 60 + past).otherwise(0)
    return pl.col(day).cast(pl.Datetime("us")) + pl.duration(minutes=minutes.fill_null(0).cast(pl.Int64))


def _switch_on(settings: RegisterSettings) -> pl.Expr:
    switch = {hospital: settings.lpr_switch[region] for hospital, region in _hospital_regions().items()}
    latest = max(settings.lpr_switch.values())  # a hospital that is not listed may belong to any region
    return pl.col("hospital").replace_strict(switch, default=latest, return_dtype=pl.Date)


@cache
def _hospital_regions() -> dict[str, str]:
    table = pl.read_csv(Path(__file__).with_name("hospitals.csv"), infer_schema=False)
    return dict(table.select("hospital", "region").iter_rows())
