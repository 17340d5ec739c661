"""Small histories as lists of rows: events, people and where they live."""

import datetime as dt

import polars as pl

from evidens.contracts import schema_of
from evidens.events import BucketEvents, Event, Person, Residence


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def events(*rows: dict) -> pl.DataFrame:
    """Rows with person, at, code and whatever else; known at once unless `known` says when."""
    return pl.DataFrame(
        [
            {"person_id": row.get("person", 1), "event_at": moment(row["at"]),
             "known_at": moment(row.get("known", row["at"])), "end_at": moment(row["end"]) if "end" in row else None,
             "code": row["code"], "value": row.get("value"), "operator": row.get("operator"), "text": row.get("text"),
             "register": row.get("register", "lpr3"), "delivery": "test"}
            for row in rows
        ],
        schema=schema_of(Event),
    )  # fmt: skip


def store(*rows: dict) -> BucketEvents:
    return BucketEvents.of(events(*rows))


def persons(*ids: int, born: str = "1960-01-01", died: str | None = None) -> pl.DataFrame:
    died_on = dt.date.fromisoformat(died) if died else None
    rows = [(number, "female", dt.date.fromisoformat(born), "danish", died_on) for number in ids]
    return pl.DataFrame(rows, schema=schema_of(Person), orient="row")


def residence(*ids: int, region: str = "84") -> pl.DataFrame:
    rows = [(number, region, dt.date(1990, 1, 1), None) for number in ids]
    return pl.DataFrame(rows, schema=schema_of(Residence), orient="row")
