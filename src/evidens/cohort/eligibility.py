"""Who may enter: named rules in a fixed order."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from evidens.cohort.residence import find_stays
from evidens.cohort.settings import CohortSettings
from evidens.foundation import Horizon
from evidens.phenotypes import PhenotypeSettings

EVERYONE = "in the extract"
NO_INDEX = "no index date in the period of the study"
OUTSIDE = "the index date lies outside the days that the data cover"
NOT_COVERED = "the registers do not cover the lookback before the index date"
IMMATURE = "follow-up is not complete in the data for this index date"
NOT_ALIVE = "not born yet, or not alive through the index day"
NOT_RESIDENT = "not resident on the index day"
WRONG_AGE = "outside the age range on the index day"
SHORT_RESIDENCE = "resident for too short a time before the index date"
PREVALENT = "a qualifying event before the index day"
PREVALENT_AT = "a qualifying event before the index"
ON_INDEX_DAY = "a qualifying event on the index day, which lies in neither window"
AT_INDEX = "a qualifying event at the moment of the index, which lies in neither window"
COMPETED = "an event before the index after which the outcome can no longer happen"
UNKNOWN = "the outcome before the index, which became known only after it"
BLANKED = "the outcome too soon after the index"


@dataclass(frozen=True)
class Rule:
    """One rule of eligibility: why rows leave, and which rows stay."""

    leaves: str
    stays: pl.Expr


def add_people(indices: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Add to each index who it is of: index_on, age, sex, origin, born_on, died_on.

    Parameters
    ----------
    indices : polars.DataFrame
        person_id, index_at.
    persons : polars.DataFrame
        Contract `events.contract:Person`.

    Notes
    -----
    Age is in completed years, negative before birth. A person born on 29 February completes a year on 1 March of a year
    that has no such day.
    """
    index, born = pl.col("index_on"), pl.col("born_on")
    is_before_birthday = _day_of_year(index) < _day_of_year(born)
    age = index.dt.year() - born.dt.year() - is_before_birthday.cast(pl.Int32)
    people = persons.select("person_id", "sex", "origin", "born_on", "died_on")
    joined = indices.join(people, on="person_id", how="inner", maintain_order="left")
    return joined.with_columns(index_on=pl.col("index_at").dt.date()).with_columns(age=age)


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


def add_moments(candidates: pl.DataFrame, settings: CohortSettings, *, horizon: Horizon) -> pl.DataFrame:
    """Add the moments between which events are judged, see `evidens.phenotypes.judge_at`, and counts_from_at.

    `counts_from_at` is the first moment at which the outcome counts.
    """
    index = pl.col("index_at")
    closes = index + (pl.duration(microseconds=1) if settings.is_moment else pl.duration(days=1))
    counts_from = pl.max_horizontal(closes, index + pl.duration(hours=settings.blanking_hours))
    known_by = pl.col("index_on").cast(pl.Datetime("us")) + pl.duration(
        days=horizon.days + settings.confirm_lag_days + 1
    )
    never = pl.lit(None, dtype=pl.Datetime("us"))
    recent = counts_from if settings.washout_days == 0 else index - pl.duration(days=settings.washout_days or 0)
    return candidates.with_columns(
        from_at=never if settings.washout_days is None else recent,
        opens_at=index, closes_at=closes, counts_from_at=counts_from,
        asked_at=index if settings.as_known else never, told_at=known_by if settings.as_known else never,
    )  # fmt: skip


def eligibility_rules(
    settings: CohortSettings, definition: PhenotypeSettings, *, horizon: Horizon, data_lock_on: dt.date
) -> tuple[Rule, ...]:
    """Return the rules in the order in which they are applied.

    Notes
    -----
    What concerns the calendar comes first, then the person, then the disease: so the flow chart reads from
    the data to the clinic. Rules that a study does not declare are not among them.
    """
    index = pl.col("index_on")
    last_followed = index + pl.duration(days=horizon.days + settings.confirm_lag_days)
    is_mature = last_followed <= data_lock_on if settings.immature == "leave_out" else index < data_lock_on
    history = [Rule(rule.leaves, pl.col(f"history_{place}")) for place, rule in enumerate(settings.history)]
    return (
        Rule(OUTSIDE, index.is_between(settings.data_from_on, data_lock_on)),
        Rule(NOT_COVERED, index - pl.duration(days=settings.lookback_days) >= settings.data_from_on),
        Rule(IMMATURE, is_mature),
        Rule(NOT_ALIVE, (pl.col("born_on") <= index) & (pl.col("died_on").is_null() | (pl.col("died_on") > index))),
        Rule(NOT_RESIDENT, pl.col("region").is_not_null()),
        Rule(WRONG_AGE, pl.col("age").is_between(settings.min_age, settings.max_age)),
        Rule(SHORT_RESIDENCE, pl.col("stay_from_on") <= index - pl.duration(days=settings.min_residence_days)),
        *history,
        *_rules_of_disease(settings, definition),
    )


def _rules_of_disease(settings: CohortSettings, definition: PhenotypeSettings) -> list[Rule]:
    outcome = pl.col("outcome_at")
    rules = []
    if settings.washout_days != 0:
        on_index = AT_INDEX if settings.is_moment else ON_INDEX_DAY
        rules += [
            Rule(PREVALENT_AT if settings.is_moment else PREVALENT, ~pl.col("is_prevalent")),
            Rule(on_index, ~pl.col("is_on_index")),
        ]
    if definition.competes:
        rules.append(Rule(COMPETED, ~pl.col("is_past_competing")))
    if settings.as_known and settings.washout_days != 0:
        rules.append(Rule(UNKNOWN, outcome.is_null() | (outcome >= pl.col("opens_at"))))
    if settings.blanking_hours and settings.washout_days != 0:
        rules.append(Rule(BLANKED, outcome.is_null() | (outcome >= pl.col("counts_from_at"))))
    return rules


def _day_of_year(on: pl.Expr) -> pl.Expr:
    """Month and day as one number that sorts like the calendar; polars gives each of them as 8 bits."""
    return on.dt.month().cast(pl.Int32) * 100 + on.dt.day().cast(pl.Int32)
