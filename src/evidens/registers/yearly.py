"""What the yearly registers of Statistics Denmark share: one row per person and year, with a day of reference."""

from collections.abc import Sequence

import polars as pl

from evidens.registers.contract import RegisterColumn
from evidens.registers.rules import Rule, Sifted, apply_rules, is_first, is_repeat
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, Window, days, join_lives, rules_of_time

_YEARS = (1900, 2200)

YEAR = RegisterColumn(
    "year", "number", ("aar", "year"), "day of reference; taken from the file's name where no column tells it",
    required=False,
)  # fmt: skip


def sift_yearly(
    delivered: pl.DataFrame, persons: pl.DataFrame, *, table: str, rules: Sequence[Rule], reference: tuple[int, int],
    window: Window, settings: RegisterSettings,
) -> Sifted:  # fmt: skip
    """Keep one row per person and year.

    Parameters
    ----------
    delivered : polars.DataFrame
        Pseudonymised rows, with person_id and year; columns whose names begin with an underscore serve the rules.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    table : str
        Named in the account.
    rules : sequence of Rule
        Of this register, after the rules of time.
    reference : (int, int)
        Month and day of reference.
    window : Window
    settings : RegisterSettings

    Returns
    -------
    Sifted
        `kept` has `_on`, the day of reference. Of two rows of one person and year the first in order of all
        columns counts.
    """
    columns = [column for column in delivered.columns if not column.startswith("_")]
    in_range = pl.when(pl.col("year").is_between(*_YEARS)).then(pl.col("year").cast(pl.Int32))
    ordered = delivered.sort(columns).with_columns(_on=pl.date(in_range, *reference))
    ordered = join_lives(ordered, persons).with_columns(_twice=~is_first(ordered, columns))
    every = [
        Rule("dropped", TWICE, pl.col("_twice")),
        *rules_of_time(pl.col("_on"), window=window, settings=settings),
        *rules,
    ]
    ordered = ordered.with_columns(_again=is_repeat(ordered, every, ["person_id", "year"]))
    every.append(Rule("dropped", "second row of one person and year", pl.col("_again")))
    return apply_rules(ordered, every, stage=STAGE, table=table)


def as_yearly_events(kept: pl.DataFrame, register: str, settings: RegisterSettings, **columns: pl.Expr) -> pl.DataFrame:
    """Return events on the day of reference, known after the register's lag."""
    event_at = pl.col("_on").cast(pl.Datetime("us"))
    known_at = event_at + days(settings.lag_days[register])
    return kept.select("person_id", event_at=event_at, known_at=known_at, **columns, register=pl.lit(register))
