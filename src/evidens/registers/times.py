"""What every register's rows share: they happen to a known person, in that person's life, before the data lock."""

import datetime as dt
from typing import NamedTuple

import polars as pl

from evidens.registers.rules import Rule
from evidens.registers.settings import RegisterSettings

STAGE = "intake"
TWICE = "row delivered twice"
AFTER_LOCK = "after the data lock"


class Window(NamedTuple):
    """The days that a delivery covers.

    Parameters
    ----------
    first_on : date or None
        First snapshot of the population register; None without one.
    lock_on : date
        Last day on which the registers are complete.
    """

    first_on: dt.date | None
    lock_on: dt.date

    def end_of_tail(self, settings: RegisterSettings) -> dt.date:
        """Return the last day after the lock on which a delivered row can still be right."""
        return self.lock_on + dt.timedelta(days=settings.tail_days)


class RegisterIntake(NamedTuple):
    """What one register became: events, quarantined rows by table, and the account of all rows."""

    events: pl.DataFrame
    quarantined: dict[str, pl.DataFrame]
    account: pl.DataFrame


def join_lives(frame: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Add `_born_on` and `_died_on` of each row's person; both null for a person nobody knows."""
    lives = persons.select("person_id", _born_on="born_on", _died_on="died_on")
    return frame.join(lives, on="person_id", how="left", maintain_order="left")


def rules_of_time(on: pl.Expr, *, window: Window, settings: RegisterSettings) -> list[Rule]:
    """Return the rules about the day `on` which something happened, for frames from `join_lives`.

    Notes
    -----
    Real deliveries go on after the data lock, and begin before the first snapshot of the population: such rows are
    right and not for this study. What lies further ahead than the tail cannot be right.
    """
    grace = pl.duration(days=settings.death_grace_days)
    lock, tail = pl.lit(window.lock_on), pl.lit(window.end_of_tail(settings))
    after_death = on > pl.col("_died_on") + grace
    is_unknown = pl.col("_born_on").is_null()
    return [
        Rule("dropped", AFTER_LOCK, (on > lock) & (on <= tail) & ~after_death.fill_null(False)),
        Rule("dropped", "person not in the population register, before its first snapshot",
             is_unknown & (on < pl.lit(window.first_on, dtype=pl.Date))),
        Rule("quarantined", "person not in the population register", is_unknown),
        Rule("quarantined", "no date", on.is_null()),
        Rule("quarantined", "date before birth", on < pl.col("_born_on")),
        Rule("quarantined", "date after death", after_death),
        Rule("quarantined", "date after the data lock", on > tail),
    ]  # fmt: skip


def days(number: int) -> pl.Expr:
    """Return a duration of whole days."""
    return pl.duration(days=number, time_unit="us")
