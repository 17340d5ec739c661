"""Spells of residence from yearly or quarterly snapshots, bridged by moves, births and deaths.

A snapshot says who lived where on one day. Between two snapshots:

- a move out ends residence on its day, a move in begins it on its day;
- birth begins it, and the day of death is the last day of it;
- who is in one snapshot and not in the next, without a move out, left half-way between them, and who
  appears without a move in or birth came half-way: the day is unknown, and half-way is wrong by the
  least on average;
- who lives in another region than before moved there half-way between the snapshots.

Before the first snapshot nothing is known, and residence begins with it. After the last one residence
goes on until a move out or death. A snapshot without a region takes the region of the one before, or
else of the one after.

Of a run of snapshots in one region, with none missing, only the first and the last say anything: the others are
left out before anything else is worked out, so that quarterly snapshots cost little more than yearly ones. Whoever
has a move keeps all, since snapshots tell between which of them it fell.
"""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from evidens.contracts import schema_of
from evidens.events import Residence

# On one day: arriving goes before being counted, leaving after it, and death is the end.
_ORDER = {"in": 0, "birth": 0, "present": 1, "out": 2, "absent": 3, "death": 4}
_POINTS = {"person_id": pl.Int64, "on": pl.Date, "kind": pl.String, "region": pl.String}


def build_residence(
    snapshots: pl.DataFrame, moves: pl.DataFrame, persons: pl.DataFrame, calendar: Sequence[dt.date]
) -> pl.DataFrame:
    """Return the spells of residence of every person.

    Parameters
    ----------
    snapshots : polars.DataFrame
        person_id, snapshot_on and region (may be null); one row per person and snapshot.
    moves : polars.DataFrame
        person_id, moved_on and direction ("in" or "out").
    persons : polars.DataFrame
        person_id, born_on and died_on.
    calendar : sequence of date
        Every snapshot of the delivery, so that absence is seen even where nobody of a bucket was there.

    Returns
    -------
    polars.DataFrame
        Contract `events.contract:Residence`.
    """
    if not calendar:
        return pl.DataFrame(schema=schema_of(Residence))
    points = _points(snapshots, moves, persons, sorted(set(calendar)))
    lived = pl.coalesce(pl.col("region").forward_fill(), pl.col("region").backward_fill()).over("person_id")
    points = points.with_columns(region=pl.when(pl.col("kind") == "present").then(lived))
    following = {name: pl.col(source).shift(-1).over("person_id") for name, source in
                 (("to_on", "on"), ("next_kind", "kind"))}  # fmt: skip
    pairs = points.with_columns(
        before=pl.col("region").forward_fill().over("person_id"),
        after=pl.col("region").backward_fill().over("person_id").shift(-1).over("person_id"),
        **following,
    ).with_columns(before=pl.coalesce("before", "after"), after=pl.coalesce("after", "before"))
    return _join_spells(_spells(pairs.rename({"on": "from_on"})))


def _points(
    snapshots: pl.DataFrame, moves: pl.DataFrame, persons: pl.DataFrame, calendar: list[dt.date]
) -> pl.DataFrame:
    """Return everything that is known about when a person was there, in order."""
    presence = _presence(snapshots, calendar)
    is_inside = pl.col("_is_joined") & pl.col("_is_joined").shift(-1).fill_null(False)
    moved = pl.col("person_id").is_in(moves["person_id"].unique().implode())
    present = presence.filter(~is_inside | moved).select("person_id", "on", kind=pl.lit("present"), region="region")
    moving = moves.select("person_id", on="moved_on", kind="direction", region=pl.lit(None, dtype=pl.String))
    born = persons.filter(pl.col("born_on") > calendar[0])
    dead = persons.filter(pl.col("died_on").is_not_null())
    no_region = pl.lit(None, dtype=pl.String)
    points = [
        present,
        moving,
        _absences(presence, persons, calendar),
        born.select("person_id", on="born_on", kind=pl.lit("birth"), region=no_region),
        dead.select("person_id", on=pl.col("died_on").dt.offset_by("1d"), kind=pl.lit("death"), region=no_region),
    ]
    known = pl.concat([pl.DataFrame(schema=_POINTS), *points]).join(
        persons.select("person_id", "died_on"), on="person_id", how="inner"
    )
    alive = pl.col("died_on").is_null() | (pl.col("on") <= pl.col("died_on").dt.offset_by("1d"))
    rank = pl.col("kind").replace_strict(_ORDER, return_dtype=pl.Int8)
    return known.filter(alive).sort("person_id", "on", rank).drop("died_on")


def _presence(snapshots: pl.DataFrame, calendar: list[dt.date]) -> pl.DataFrame:
    """Return the snapshots in order, with their place in the calendar and how each goes on from the one before.

    Returns
    -------
    polars.DataFrame
        person_id, on, region, place, `_follows` (the person's previous one is the snapshot just before) and
        `_is_joined` (and has the same region).
    """
    days = pl.DataFrame({"on": calendar}, schema={"on": pl.Date}).with_row_index("place")
    days = days.with_columns(pl.col("place").cast(pl.Int64))
    seen = snapshots.select("person_id", "region", on="snapshot_on").join(days, on="on", how="left")
    person, place, region = pl.col("person_id"), pl.col("place"), pl.col("region")
    follows = ((person == person.shift(1)) & (place - place.shift(1) == 1)).fill_null(False)
    return seen.sort("person_id", "on").with_columns(
        _follows=follows, _is_joined=follows & region.eq_missing(region.shift(1))
    )


def _absences(presence: pl.DataFrame, persons: pl.DataFrame, calendar: list[dt.date]) -> pl.DataFrame:
    """Return the snapshots next to a person's presence in which this living person is missing."""
    days = pl.DataFrame({"on": calendar}, schema={"on": pl.Date}).with_row_index("place")
    is_last = ~pl.col("_follows").shift(-1).fill_null(False)
    missing = [
        presence.filter(is_last).select("person_id", place=pl.col("place") + 1),
        presence.filter(~pl.col("_follows")).select("person_id", place=pl.col("place") - 1),
    ]
    lives = persons.select("person_id", "born_on", "died_on")
    places = pl.concat(missing).unique()
    absent = places.join(days.cast({"place": pl.Int64}), on="place").join(lives, on="person_id")
    alive = (pl.col("on") >= pl.col("born_on")) & (pl.col("on") <= pl.col("died_on")).fill_null(True)
    no_region = pl.lit(None, dtype=pl.String)
    return absent.filter(alive).select("person_id", "on", kind=pl.lit("absent"), region=no_region)


def _spells(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return where a person lived between each point and the next."""
    kind, following = pl.col("kind"), pl.col("next_kind")
    is_there, is_new = kind.is_in(["present", "in"]), kind == "birth"
    stays = is_there & (following != "absent").fill_null(True) | is_new & following.is_in(["present", "out", "death"])
    leaves = is_there & (following == "absent")
    comes = kind.is_in(["out", "absent"]) & (following == "present")
    moves = stays & (kind == "present") & (following == "present") & (pl.col("before") != pl.col("after"))
    half_way = pl.col("from_on") + pl.duration(days=(pl.col("to_on") - pl.col("from_on")).dt.total_days() // 2)
    at_first = pl.when(kind == "present").then("before").otherwise("after")
    first = pairs.filter(stays | leaves).with_columns(
        to_on=pl.when(leaves | moves).then(half_way).otherwise("to_on"), region=at_first
    )
    second = pairs.filter(comes | moves).with_columns(from_on=half_way, region=pl.col("after"))
    return pl.concat([first, second]).select("person_id", "region", "from_on", "to_on")


def _join_spells(spells: pl.DataFrame) -> pl.DataFrame:
    """Join spells in one region that touch."""
    lasting = pl.col("to_on").is_null() | (pl.col("to_on") > pl.col("from_on"))
    spells = spells.filter(lasting & pl.col("region").is_not_null()).sort("person_id", "from_on")
    same = (
        (pl.col("person_id") == pl.col("person_id").shift(1))
        & (pl.col("region") == pl.col("region").shift(1))
        & (pl.col("from_on") == pl.col("to_on").shift(1))
    )
    spells = spells.with_columns(spell=(~same.fill_null(False)).cum_sum())
    joined = spells.group_by("spell", maintain_order=True).agg(
        pl.col("person_id").first(), pl.col("region").first(), pl.col("from_on").first(), pl.col("to_on").last()
    )
    return joined.drop("spell")
