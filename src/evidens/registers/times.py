"""What every register's rows share: they happen to a known person, in that person's life, before the data lock."""

import datetime as dt
from typing import NamedTuple

import polars as pl

from evidens.registers.rules import Rule
from evidens.registers.settings import RegisterSettings

STAGE = "intake"
TWICE = "row delivered twice"


class RegisterIntake(NamedTuple):
    """What one register became: events, quarantined rows by table, and the account of all rows."""

    events: pl.DataFrame
    quarantined: dict[str, pl.DataFrame]
    account: pl.DataFrame


def join_lives(frame: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Add `_born_on` and `_died_on` of each row's person; both null for a person nobody knows."""
    lives = persons.select("person_id", _born_on="born_on", _died_on="died_on")
    return frame.join(lives, on="person_id", how="left", maintain_order="left")


def rules_of_time(on: pl.Expr, *, data_lock_on: dt.date, settings: RegisterSettings) -> list[Rule]:
    """Return the rules about the day `on` which something happened, for frames from `join_lives`."""
    grace = pl.duration(days=settings.death_grace_days)
    return [
        Rule("quarantined", "person not in the population register", pl.col("_born_on").is_null()),
        Rule("quarantined", "no date", on.is_null()),
        Rule("quarantined", "date before birth", on < pl.col("_born_on")),
        Rule("quarantined", "date after death", on > pl.col("_died_on") + grace),
        Rule("quarantined", "date after the data lock", on > pl.lit(data_lock_on)),
    ]


def days(number: int) -> pl.Expr:
    """Return a duration of whole days."""
    return pl.duration(days=number, time_unit="us")
