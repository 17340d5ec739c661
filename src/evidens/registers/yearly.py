"""What the yearly registers of Statistics Denmark share: one row per person and year, with a day of reference."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import polars as pl

from evidens.registers.contract import RegisterColumn, RegisterTable
from evidens.registers.rules import Rule, apply_rules, is_first, is_repeat
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, RegisterIntake, Window, days, join_lives, rules_of_time

_YEARS = (1900, 2200)

YEAR = RegisterColumn(
    "year", "number", ("aar", "year"), "day of reference; taken from the file's name where no column tells it",
    required=False,
)  # fmt: skip


def intake_yearly(
    delivered: pl.DataFrame, persons: pl.DataFrame, *, table: RegisterTable, reference: tuple[int, int],
    rules: Sequence[Rule], tells: Mapping[str, pl.Expr], window: Window, settings: RegisterSettings,
) -> RegisterIntake:  # fmt: skip
    """Turn one row per person and year into an event on the day of reference, known after the register's lag.

    Parameters
    ----------
    delivered : polars.DataFrame
        Pseudonymised rows of all years, with person_id and year; columns whose names begin with an underscore serve
        the rules and what is told.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    table : RegisterTable
        Whose rows they are.
    reference : (int, int)
        Month and day of reference.
    rules : sequence of Rule
        Of this register, after the rules of time.
    tells : mapping of str to polars.Expr
        Columns of the event beside its person and times: code, value, unit, text.
    window : Window
        The days that the delivery covers; years after its lock are not known completely.
    settings : RegisterSettings
        Lag of publication.

    Returns
    -------
    RegisterIntake
        Of two rows of one person and year the first in order of all columns counts.
    """
    columns = [column for column in delivered.columns if not column.startswith("_")]
    in_range = pl.when(pl.col("year").is_between(*_YEARS)).then(pl.col("year").cast(pl.Int32))
    ordered = delivered.sort(columns).with_columns(_on=pl.date(in_range, *reference))
    ordered = join_lives(ordered, persons).with_columns(_twice=~is_first(ordered, columns, near=["person_id", "year"]))
    every = [
        Rule("dropped", TWICE, pl.col("_twice")),
        *rules_of_time(pl.col("_on"), window=window, settings=settings),
        *rules,
    ]
    ordered = ordered.with_columns(_again=is_repeat(ordered, every, ["person_id", "year"]))
    every.append(Rule("dropped", "second row of one person and year", pl.col("_again")))
    sifted = apply_rules(ordered, every, stage=STAGE, table=table.name)
    event_at = pl.col("_on").cast(pl.Datetime("us"))
    known_at = event_at + days(settings.lag_days[table.register])
    events = sifted.kept.select(
        "person_id", event_at=event_at, known_at=known_at, **tells, register=pl.lit(table.register)
    )
    return RegisterIntake(events, {table.name: sifted.quarantined}, sifted.account)


@cache
def read_classes(path: Path, code: str, name: str) -> Mapping[str, str]:
    """Return the class of each delivered code, from two columns of a CSV file."""
    return dict(pl.read_csv(path, infer_schema=False).select(code, name).iter_rows())
