"""A small event store on disk, and events by hand."""

import datetime as dt

import polars as pl

from evidens.contracts import schema_of
from evidens.events import Event, Manifest, describe_run, run_path, sort_events, write_manifest

DAY = dt.datetime(2019, 1, 1)  # noqa: DTZ001 - the store has no time zones
KEY, N_BUCKETS = "0123abcd", 2


def event(person, day, code, **columns):
    """One event as a mapping: happened `day` days after 2019 began, known a day later."""
    at = DAY + dt.timedelta(day)
    given = {"person_id": person, "event_at": at, "known_at": at + dt.timedelta(1), "code": code, "register": "lab",
             "delivery": "small"}  # fmt: skip
    return {**dict.fromkeys(schema_of(Event)), **given, **columns}


def as_events(*rows):
    """Rows of `event` as a sorted frame of the contract."""
    return sort_events(pl.DataFrame(list(rows), schema=schema_of(Event)))


LAB = [
    event(10, 1, "NPU/NPU27300", value=41.0, unit="mmol/mol"),
    event(10, 9, "NPU/NPU27300", value=0.1, operator="<", unit="mmol/mol"),
    event(11, 2, "NPU/NPU19651", text="POSITIVE"),
    event(12, 2, "NPU/NPU02319", value=8.123456789, unit="mmol/L"),
]
LPR = [
    event(10, 0, "ICD10/DE119", text="A", register="lpr2", end_at=DAY + dt.timedelta(3)),
    event(11, 0, "CONTACT/inpatient", register="lpr2"),
]


def make_store(folder):
    """Write a store of two segments and two buckets."""
    manifest = Manifest(N_BUCKETS, KEY)
    for segment, rows in {"lab-2019": LAB, "lpr2": LPR}.items():
        events, runs = as_events(*rows), {}
        for bucket in range(N_BUCKETS):
            path = run_path(folder, segment, bucket)
            path.parent.mkdir(parents=True, exist_ok=True)
            events.filter(pl.col("person_id") % N_BUCKETS == bucket).write_parquet(path)
            runs[bucket] = describe_run(path)
        manifest = manifest.with_runs(segment, runs)
    write_manifest(manifest, folder)
    return folder
