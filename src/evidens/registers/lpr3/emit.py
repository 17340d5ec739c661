"""From simulated hospital contacts after the regions' change of system to rows of LPR3, in either of its shapes."""

import datetime as dt
from typing import NamedTuple

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.registers.lpr2.emit import describe_old_contacts, switch_day
from evidens.registers.lpr3.emit_shapes import columns_of_a, columns_of_f
from evidens.simulation import Shard, WorldSettings

SYSTEM, OLDER_SYSTEM = "LPR3", "LPR2"
OLDER_ROWS_FROM = dt.date(2017, 1, 1)  # contacts of LPR2 that lie inside LPR_A, and their diagnoses from 2019
_OLDER_DIAGNOSES_FROM = dt.date(2019, 1, 1)
_OLDER = 63  # stands for the number of the visit in the key of an older row
_REPORTED_WITHIN_DAYS = 30  # of what belongs to a course only

Delivered = dict[tuple[str, str, int], pl.DataFrame]


class Rows(NamedTuple):
    """Rows of LPR3 in words common to both shapes; `began_at` decides the year of a file."""

    contacts: pl.DataFrame
    diagnoses: pl.DataFrame
    procedures: pl.DataFrame
    courses: pl.DataFrame


def emit_lpr3(shard: Shard, world: WorldSettings) -> Delivered:
    """Return contacts, diagnoses, procedures and courses of each year, in the shape the world is delivered in.

    Notes
    -----
    A visit is a contact of its own, with the action diagnosis of its course. No field says who was admitted: an
    admission is a long physical contact, an emergency contact a short acute one after an accident. What was
    reported after the end of coverage is not in the delivery, so its last weeks are incomplete. A contact that is
    not over has no end and is reported a day after its start. LPR_A holds rows of LPR2 from 2017 on as well;
    LPR_F does not.
    """
    rows = describe_rows(shard, world)
    is_a = world.delivered.lpr3_shape == "lpr_a"
    if is_a:
        rows = _with_older_rows(rows, shard, world)
    began = pl.col("began_at")
    delivered: Delivered = {}
    for table, frame, columns in (columns_of_a if is_a else columns_of_f)(rows):
        delivered |= split_by_year(frame, began, columns, ("lpr3", table), world)
    return delivered


def describe_rows(shard: Shard, world: WorldSettings) -> Rows:
    """Return the rows of LPR3, sorted by person and time."""
    lock = dt.datetime.combine(world.end_on + dt.timedelta(days=1), dt.time())
    action = shard.diagnoses.filter(pl.col("kind") == "A")["code"]
    contacts = shard.contacts.with_columns(action, _person=pl.col("pnr").rle_id(), _switch_on=switch_day(world))
    meetings = _meetings(contacts, shard.visits, min(world.lpr_switch.values()))
    meetings = meetings.filter((pl.col("began_at").dt.date() >= pl.col("_switch_on")) & (pl.col("reported_at") < lock))
    meetings = meetings.sort(pl.col("_person").cast(pl.Int64) * 2**28 + _minutes("began_at"), maintain_order=True)
    return Rows(
        meetings,
        _diagnoses(shard.diagnoses, meetings),
        _procedures(shard.procedures, meetings, lock),
        _courses(meetings),
    )


def _meetings(contacts: pl.DataFrame, visits: pl.DataFrame, first_day: dt.date) -> pl.DataFrame:
    """Return one row per contact of LPR3 from `first_day` on: visits, and contacts that are no courses."""
    next_day = pl.col("start_at") + pl.duration(days=1)
    plain = contacts.filter((pl.col("kind") != "outpatient") & (pl.col("start_at").dt.date() >= first_day))
    plain = plain.with_columns(
        visit_number=pl.lit(0, dtype=pl.Int64), began_at="start_at", ended_at="end_at",
        reported_at=pl.when(pl.col("end_at").is_null()).then(next_day).otherwise("reported_at"),
    )  # fmt: skip
    seen = visits.filter(pl.col("start_at").dt.date() >= first_day)
    of_course = contacts.drop("reported_at").join(
        seen.rename({"start_at": "began_at", "end_at": "ended_at"}), on="contact_number", how="inner",
        maintain_order="right",
    )  # fmt: skip
    columns = [
        "contact_number", "visit_number", "pnr", "_person", "_switch_on", "start_at", "began_at", "ended_at",
        "reported_at", "kind", "is_acute", "region", "specialty", "course_number", "code",
    ]  # fmt: skip
    parts = pl.concat([plain.select(columns), of_course.select(columns)])
    return parts.with_columns(
        contact=_contact(), patient_type=pl.lit(None, dtype=pl.String), system=pl.lit(SYSTEM),
        is_virtual=(pl.col("kind") == "outpatient") & ((pl.col("contact_number") + pl.col("visit_number")) % 12 == 0),
    )  # fmt: skip


def _contact() -> pl.Expr:
    """One number for a contact of LPR3: that of the simulated contact, and of the visit."""
    return pl.col("contact_number") * 64 + pl.col("visit_number")


def _minutes(column: str) -> pl.Expr:
    return pl.col(column).to_physical() // 60_000_000


def _diagnoses(diagnoses: pl.DataFrame, meetings: pl.DataFrame) -> pl.DataFrame:
    """Return the action diagnosis of every meeting; the others hang on the first meeting of a contact."""
    places = meetings.select("contact_number", "contact", "began_at", "system", "code", _place=pl.int_range(pl.len()))
    action = places.with_columns(kind=pl.lit("A"), parent=pl.lit(None, dtype=pl.String))
    first = places.drop("code").unique("contact_number", keep="first", maintain_order=True)
    more = diagnoses.filter(pl.col("kind").is_in(["B", "+"])).join(first, on="contact_number", how="inner")
    rows = pl.concat([action, more.select(action.columns)])
    kind = pl.when(pl.col("kind") == "A").then(0).when(pl.col("kind") == "B").then(1).otherwise(2)
    return rows.sort(pl.col("_place") * 4 + kind, maintain_order=True).drop("_place")


def _procedures(procedures: pl.DataFrame, meetings: pl.DataFrame, lock: dt.datetime) -> pl.DataFrame:
    """Return what was done at delivered contacts, and what belongs to delivered courses only."""
    procedures = procedures.with_columns(contact=_contact())
    keys = meetings.select("contact", "reported_at")
    at_contact = procedures.join(keys, on="contact", how="inner", maintain_order="left")
    known = pl.col("start_at") + pl.duration(days=_REPORTED_WITHIN_DAYS)
    lone = procedures.filter(pl.col("contact").is_null() & (known < lock)).with_columns(reported_at=known)
    lone = lone.join(meetings.select("course_number").unique(), on="course_number", how="semi", maintain_order="left")
    rows = pl.concat([at_contact, lone.select(at_contact.columns)])
    rows = rows.rename({"start_at": "began_at", "end_at": "ended_at"}).with_columns(system=pl.lit(SYSTEM))
    return rows.sort(pl.col("course_number") * 2**28 + _minutes("began_at"), maintain_order=True)


def _courses(meetings: pl.DataFrame) -> pl.DataFrame:
    """Return the courses of delivered contacts; those that LPR2 had begun go on, and say so."""
    goes_on = (pl.col("start_at").dt.date() < pl.col("_switch_on")).any()
    courses = meetings.group_by("course_number", maintain_order=True).agg(
        pl.col("pnr").first(), pl.col("began_at").min(), pl.col("ended_at").max(),
        is_acute=pl.col("is_acute").first(), goes_on=goes_on,
    )  # fmt: skip
    return courses.with_columns(
        referral=pl.when("goes_on")
        .then(pl.lit("ALDA99"))
        .when("is_acute")
        .then(pl.lit("ALDA00"))
        .otherwise(pl.lit("ALDA10")),
        system=pl.lit(SYSTEM),
    )


def _with_older_rows(rows: Rows, shard: Shard, world: WorldSettings) -> Rows:
    """Add the contacts of LPR2 that LPR_A holds as well, one row each, before the others."""
    older = describe_old_contacts(shard, world, from_on=OLDER_ROWS_FROM)
    ended_at = pl.max_horizontal("start_at", pl.col("ended_on").cast(pl.Datetime("us")))
    older = older.with_columns(
        visit_number=pl.lit(_OLDER, dtype=pl.Int64), course_number=pl.lit(None, dtype=pl.Int64),
        patient_type=pl.when(pl.col("kind") == "inpatient").then(pl.lit("0")).otherwise(pl.lit("2")),
        began_at="start_at", ended_at=pl.when(pl.col("ended_on").is_not_null()).then(ended_at),
        system=pl.lit(OLDER_SYSTEM), is_virtual=pl.lit(False),
    ).with_columns(contact=_contact())  # fmt: skip
    recent = older.filter(pl.col("began_at").dt.date() >= _OLDER_DIAGNOSES_FROM)
    diagnoses = shard.diagnoses.filter(pl.col("kind").is_in(["A", "B", "+"])).join(
        recent.select("contact_number", "contact", "began_at", "system"), on="contact_number", how="inner",
        maintain_order="left",
    )  # fmt: skip
    columns = [name for name in rows.contacts.columns if name in older.columns]
    return rows._replace(
        contacts=pl.concat([older.select(columns), rows.contacts.select(columns)]),
        diagnoses=pl.concat([diagnoses.select(rows.diagnoses.columns), rows.diagnoses]),
    )
