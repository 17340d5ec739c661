"""Who may enter: named rules in a fixed order, each counted."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from evidens.cohort.residence import find_stays
from evidens.cohort.settings import CohortSettings
from evidens.foundation import Horizon

EVERYONE = "in the extract"
NOT_COVERED = "the registers do not cover the lookback before the index date"
IMMATURE = "follow-up is not complete in the data for this index date"
NOT_ALIVE = "not born yet, or not alive through the index day"
NOT_RESIDENT = "not resident on the index day"
WRONG_AGE = "outside the age range on the index day"
SHORT_RESIDENCE = "resident for too short a time before the index date"
PREVALENT = "a qualifying event before the index day"
ON_INDEX_DAY = "a qualifying event on the index day, which lies in neither window"


@dataclass(frozen=True)
class Rule:
    """One rule of eligibility: why rows leave, and which rows stay."""

    leaves: str
    stays: pl.Expr


def add_candidates(persons: pl.DataFrame, settings: CohortSettings) -> pl.DataFrame:
    """Give every person one candidate row per index date, with `age` on that day.

    Returns
    -------
    polars.DataFrame
        person_id, index_on, age (completed years; negative before birth), sex, origin, born_on, died_on;
        sorted by person and index.

    Notes
    -----
    A person born on 29 February completes a year on 1 March of a year that has no such day.
    """
    dates = pl.DataFrame({"index_on": settings.index_dates}, schema={"index_on": pl.Date})
    index, born = pl.col("index_on"), pl.col("born_on")
    is_before_birthday = _day_of_year(index) < _day_of_year(born)
    age = index.dt.year() - born.dt.year() - is_before_birthday.cast(pl.Int32)
    columns = ("person_id", "sex", "origin", "born_on", "died_on")
    return persons.select(columns).join(dates, how="cross").with_columns(age=age).sort("person_id", "index_on")


def join_residence(candidates: pl.DataFrame, residence: pl.DataFrame) -> pl.DataFrame:
    """Add region, stay_from_on and stay_to_on of the spell that holds the index day; null where none does."""
    spells = find_stays(residence).select("person_id", "region", "from_on", "to_on", "stay_from_on", "stay_to_on")
    joined = candidates.join_asof(
        spells.sort("person_id", "from_on"),
        left_on="index_on", right_on="from_on", by="person_id", strategy="backward", check_sortedness=False,
    )  # fmt: skip
    is_over = pl.col("to_on").is_not_null() & (pl.col("to_on") <= pl.col("index_on"))
    return joined.with_columns(
        pl.when(is_over.not_()).then(pl.col(column)).alias(column)
        for column in ("region", "stay_from_on", "stay_to_on")
    ).drop("from_on", "to_on")


def eligibility_rules(settings: CohortSettings, *, horizon: Horizon, data_lock_on: dt.date) -> tuple[Rule, ...]:
    """Return the rules in the order in which they are applied.

    Notes
    -----
    What concerns the calendar comes first, then the person, then the disease: so the flow chart reads from
    the data to the clinic. A qualifying event is counted by its date, whenever it became known: someone who
    already has the disease is no longer at risk of getting it, even if the registers did not yet say so.
    """
    index = pl.col("index_on")
    first = pl.col("first_qualifying_at").dt.date()
    last_followed = index + pl.duration(days=horizon.days + settings.confirm_lag_days)
    is_mature = last_followed <= data_lock_on if settings.immature == "leave_out" else index < data_lock_on
    return (
        Rule(NOT_COVERED, index - pl.duration(days=settings.lookback_days) >= settings.data_from_on),
        Rule(IMMATURE, is_mature),
        Rule(NOT_ALIVE, (pl.col("born_on") <= index) & (pl.col("died_on").is_null() | (pl.col("died_on") > index))),
        Rule(NOT_RESIDENT, pl.col("region").is_not_null()),
        Rule(WRONG_AGE, pl.col("age").is_between(settings.min_age, settings.max_age)),
        Rule(SHORT_RESIDENCE, pl.col("stay_from_on") <= index - pl.duration(days=settings.min_residence_days)),
        Rule(PREVALENT, first.is_null() | (first >= index)),
        Rule(ON_INDEX_DAY, first.is_null() | (first != index)),
    )


def keep_eligible(candidates: pl.DataFrame, rules: tuple[Rule, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Apply `rules` one after the other and count what each leaves out.

    Returns
    -------
    eligible : polars.DataFrame
        The candidates that no rule took.
    flow : polars.DataFrame
        step, rule, n_people, n_rows, n_left_out; people at a step = people at the step before - n_left_out.
    """
    kept, steps = candidates, [(EVERYONE, candidates["person_id"].n_unique(), candidates.height, 0)]
    for rule in rules:
        kept = kept.filter(rule.stays)
        n_people = kept["person_id"].n_unique()
        steps.append((rule.leaves, n_people, kept.height, steps[-1][1] - n_people))
    flow = pl.DataFrame(
        steps,
        schema={"rule": pl.String, "n_people": pl.Int64, "n_rows": pl.Int64, "n_left_out": pl.Int64},
        orient="row",
    ).with_row_index("step")
    return kept, flow.with_columns(pl.col("step").cast(pl.Int32))


def _day_of_year(on: pl.Expr) -> pl.Expr:
    """Month and day as one number that sorts like the calendar; polars gives each of them as 8 bits."""
    return on.dt.month().cast(pl.Int32) * 100 + on.dt.day().cast(pl.Int32)
