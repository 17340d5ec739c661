"""Events and people as MEDS 0.4, and back: what MEDS has no column for stands in columns of our own.

The layout is that of `meds.schema` 0.4.1: rows of one subject are contiguous and sorted by time in one file, static
rows have no time. What we add is named in metadata/dataset.json, in the fields that MEDS has for it.

References
----------
Medical Event Data Standard, github.com/Medical-Event-Data-Standard/meds, src/meds/schema.py of version 0.4.1.
"""

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from evidens.contracts import schema_of
from evidens.events.contract import Event, Person, Residence
from evidens.events.order import sort_events

if TYPE_CHECKING:
    import pyarrow as pa

MEDS_VERSION = "0.4.1"
BIRTH, DEATH = "MEDS_BIRTH", "MEDS_DEATH"
SEX, ORIGIN, REGION = "SEX/", "ORIGIN/", "REGION/"  # no code system has one of these prefixes
EXACT = "numeric_value_float64"
COLUMNS = {  # ours by their name in MEDS, in the order of the files
    "subject_id": "person_id",
    "time": "event_at",
    "code": "code",
    "numeric_value": "value",
    "text_value": "text",
    "unit": "unit",
    "operator": "operator",
    EXACT: "value",
    "known_at": "known_at",
    "end_at": "end_at",
    "register": "register",
    "delivery": "delivery",
}
ORDER = ("code", "known_at", "end_at", EXACT, "numeric_value", "operator", "unit", "text_value", "register", "delivery")


class MedsTables(NamedTuple):
    """The tables of the event store that a MEDS dataset of ours holds."""

    events: pl.DataFrame
    persons: pl.DataFrame
    residence: pl.DataFrame


def to_meds(events: pl.DataFrame, persons: pl.DataFrame, residence: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of MEDS of some people.

    Parameters
    ----------
    events, persons, residence : polars.DataFrame
        Contracts Event, Person and Residence, of the same people.

    Returns
    -------
    polars.DataFrame
        The columns `COLUMNS`, sorted by subject and time; rows without time (sex, origin) come first.

    Notes
    -----
    `numeric_value` is of 32 bits in MEDS. Where that is not the very value, the value of 64 bits stands in
    `numeric_value_float64`, which is null elsewhere.
    """
    rounded = pl.col("value").cast(pl.Float32)
    is_exact = rounded.cast(pl.Float64) == pl.col("value")
    measured = events.select(
        **{name: pl.col(ours) for name, ours in COLUMNS.items()}
        | {
            "numeric_value": pl.when(rounded.is_finite() | is_exact).then(rounded),
            EXACT: pl.when(~is_exact).then("value"),
        }
    )
    rows = pl.concat([_describe_people(persons, residence), measured], how="diagonal")
    return rows.select(list(COLUMNS)).sort("subject_id", "time", *ORDER)


def from_meds(rows: pl.DataFrame) -> MedsTables:
    """Return the tables of which `to_meds` made `rows`, equal in every value and in the order of the store."""
    values = pl.coalesce(EXACT, pl.col("numeric_value").cast(pl.Float64))
    is_event = pl.col("register").is_not_null()
    events = rows.filter(is_event).select(
        **{COLUMNS[name]: pl.col(name) for name in COLUMNS if COLUMNS[name] != "value"}, value=values
    )
    told = rows.filter(~is_event)
    return MedsTables(
        sort_events(events.select(list(schema_of(Event)))),
        _collect_persons(told).select(list(schema_of(Person))),
        _collect_residence(told).select(list(schema_of(Residence))),
    )


def meds_schema() -> "pa.Schema":
    """Return the types of a data file: those of MEDS where it has the column, then ours."""
    import pyarrow as pa

    time = pa.timestamp("us")
    types = {
        "subject_id": pa.int64(),
        "time": time,
        "numeric_value": pa.float32(),
        "text_value": pa.large_string(),
        EXACT: pa.float64(),
        "known_at": time,
        "end_at": time,
    }
    return pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])


def _describe_people(persons: pl.DataFrame, residence: pl.DataFrame) -> pl.DataFrame:
    midnight = pl.Datetime("us")
    parts = [
        persons.select("person_id", code=pl.lit(SEX) + pl.col("sex")),
        persons.select("person_id", code=pl.lit(ORIGIN) + pl.col("origin")),
        persons.select("person_id", time=pl.col("born_on").cast(midnight), code=pl.lit(BIRTH)),
        persons.filter(pl.col("died_on").is_not_null()).select(
            "person_id", time=pl.col("died_on").cast(midnight), code=pl.lit(DEATH)
        ),
        residence.select(
            "person_id",
            time=pl.col("from_on").cast(midnight),
            code=pl.lit(REGION) + pl.col("region"),
            end_at=pl.col("to_on").cast(midnight),
        ),
    ]
    return pl.concat(parts, how="diagonal").rename({"person_id": "subject_id"})


def _collect_persons(told: pl.DataFrame) -> pl.DataFrame:
    def first(code: str, value: pl.Expr) -> pl.Expr:
        return value.filter(pl.col("code").str.starts_with(code)).first()

    found = told.group_by("subject_id").agg(
        sex=first(SEX, pl.col("code").str.strip_prefix(SEX)),
        born_on=first(BIRTH, pl.col("time").dt.date()),
        origin=first(ORIGIN, pl.col("code").str.strip_prefix(ORIGIN)),
        died_on=first(DEATH, pl.col("time").dt.date()),
    )
    return found.rename({"subject_id": "person_id"}).sort("person_id")


def _collect_residence(told: pl.DataFrame) -> pl.DataFrame:
    return (
        told.filter(pl.col("code").str.starts_with(REGION))
        .select(
            person_id="subject_id",
            region=pl.col("code").str.strip_prefix(REGION),
            from_on=pl.col("time").dt.date(),
            to_on=pl.col("end_at").dt.date(),
        )
        .sort("person_id", "from_on")
    )
