"""From people and events to index dates, as the landmark of the settings says; without a look at eligibility."""

import datetime as dt

import numpy as np
import polars as pl

from evidens.cohort.keyed_hash import hash_people
from evidens.cohort.landmarks import (
    AdmissionLandmark,
    CalendarLandmark,
    DischargeLandmark,
    EventLandmark,
    Landmark,
    RandomLandmark,
)
from evidens.phenotypes import find_admissions


def find_indices(persons: pl.DataFrame, events: pl.DataFrame, landmark: Landmark) -> pl.DataFrame:
    """Find the index dates of people.

    Parameters
    ----------
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    events : polars.DataFrame
        Contract `events.contract:Event`, with at least the codes of the landmark.
    landmark : Landmark
        A kind of index dates.

    Returns
    -------
    polars.DataFrame
        person_id, index_at (Datetime us); each pair once, sorted.
    """
    match landmark:
        case CalendarLandmark():
            found = _on_dates(persons, landmark)
        case RandomLandmark():
            found = _on_drawn_days(persons, landmark)
        case EventLandmark():
            found = _at_events(events, landmark)
        case AdmissionLandmark():
            found = _after_admission(events, landmark)
        case DischargeLandmark():
            found = find_admissions(events, landmark.admission).rename({"discharged_at": "index_at"})
    if isinstance(landmark, AdmissionLandmark | DischargeLandmark):
        gaps = [~_in_period(gap.from_on, gap.to_on) for gap in landmark.without]
        found = found.filter(_in_period(landmark.from_on, landmark.to_on), *gaps)
    known = found.join(persons.select("person_id"), on="person_id", how="semi")
    return known.select("person_id", "index_at").drop_nulls().unique().sort("person_id", "index_at")


def _on_dates(persons: pl.DataFrame, landmark: CalendarLandmark) -> pl.DataFrame:
    dates = pl.DataFrame({"index_at": landmark.dates}, schema={"index_at": pl.Date}).cast(pl.Datetime("us"))
    return persons.select("person_id").join(dates, how="cross")


def _on_drawn_days(persons: pl.DataFrame, landmark: RandomLandmark) -> pl.DataFrame:
    n_days = (landmark.to_on - landmark.from_on).days + 1
    lots = hash_people(persons["person_id"].to_numpy(), salt=landmark.salt, purpose="index day") % np.uint64(n_days)
    drawn = persons.select("person_id", day=pl.Series(lots.astype(np.int64)))
    first = pl.lit(landmark.from_on).cast(pl.Datetime("us"))
    return drawn.select("person_id", index_at=first + pl.duration(days="day"))


def _at_events(events: pl.DataFrame, landmark: EventLandmark) -> pl.DataFrame:
    met = [landmark.code_list.matches(pl.col("code"))]
    met += [pl.col("text").is_in(landmark.types).fill_null(False)] if landmark.types else []
    met += [pl.col("value") >= landmark.at_least] if landmark.at_least is not None else []
    met += [pl.col("value") < landmark.below] if landmark.below is not None else []
    at = pl.col("known_at" if landmark.at == "known" else "event_at") + pl.duration(minutes=landmark.after_minutes)
    found = events.lazy().filter(*met).select("person_id", index_at=at)
    within = _in_period(landmark.from_on, landmark.to_on)
    if landmark.per == "record":
        return _space_out(_choose(found, landmark).filter(within).collect(), landmark)
    return _space_out(_choose(found.filter(within), landmark).collect(), landmark)


def _choose(found: pl.LazyFrame, landmark: EventLandmark) -> pl.LazyFrame:
    if landmark.which == "each":
        return found
    by = ["person_id"] if landmark.per != "year" else ["person_id", pl.col("index_at").dt.year().alias("year")]
    at = pl.col("index_at")
    return found.group_by(by).agg(at.min() if landmark.which == "first" else at.max()).select("person_id", "index_at")


def _space_out(found: pl.DataFrame, landmark: EventLandmark) -> pl.DataFrame:
    """Keep each person's first index date, and of the rest each that comes late enough after the one kept before."""
    if not landmark.min_gap_days or found.is_empty():
        return found
    found = found.unique().sort("person_id", "index_at")
    rows = found.with_row_index("row").with_columns(until=pl.col("index_at") + pl.duration(days=landmark.min_gap_days))
    follows = rows.join_asof(
        rows.select("person_id", "index_at", following="row"),
        left_on="until", right_on="index_at", by="person_id", strategy="forward", check_sortedness=False,
    )["following"]  # fmt: skip
    after, kept = follows.fill_null(len(follows)).to_numpy(), np.zeros(found.height, bool)
    here = np.flatnonzero(found["person_id"].is_first_distinct().to_numpy())
    while here.size:  # as often as someone has index dates
        kept[here] = True
        here = after[here]
        here = here[here < found.height]
    return found.filter(pl.Series(kept))


def _after_admission(events: pl.DataFrame, landmark: AdmissionLandmark) -> pl.DataFrame:
    after = pl.duration(seconds=round(landmark.after_hours * 3600))
    found = find_admissions(events, landmark.admission).with_columns(index_at=pl.col("admitted_at") + after)
    return found.filter(pl.col("discharged_at").is_null() | (pl.col("discharged_at") > pl.col("index_at")))


def _in_period(from_on: dt.date, to_on: dt.date) -> pl.Expr:
    return pl.col("index_at").dt.date().is_between(from_on, to_on)
