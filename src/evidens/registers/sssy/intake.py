"""From rows of SSSY to events."""

from collections.abc import Mapping

import polars as pl

from evidens.codes import SSSY as SERVICE
from evidens.registers.rules import Rule, apply_rules, is_first, year_of
from evidens.registers.settings import RegisterSettings
from evidens.registers.sssy.contract import SSSY
from evidens.registers.times import STAGE, TWICE, RegisterIntake, Window, days, join_lives, rules_of_time


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn services of one bucket into events.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `sssy`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; services after its lock are not known completely.
    settings : RegisterSettings
        Lag, and what five digits are.

    Notes
    -----
    The day is the Monday of the week of billing, or the day of birth within it; the value is the number of
    services of one kind in the week, over all practices. No diagnosis is told.
    """
    delivered = tables[SSSY.name]
    is_again = ~is_first(delivered, near=["person_id", "billed_on", "service"])
    rows = join_lives(delivered, persons).with_columns(_twice=is_again)
    code, mark, number = pl.col("_code"), pl.col("for_child"), pl.col("n_services")
    monday, born_on = pl.col("billed_on"), pl.col("_born_on")
    is_birth_week = born_on.is_between(monday, monday + days(6))
    rows = rows.with_columns(_on=pl.when(is_birth_week).then(born_on).otherwise(monday), _code=_six_digits(settings))
    rules = [
        Rule("dropped", TWICE, pl.col("_twice")),
        Rule("dropped", "service for the person's child", mark == "1"),
        *rules_of_time(pl.col("_on"), window=window, settings=settings),
        Rule("quarantined", "no mark of whom the service was for", mark.is_null()),
        Rule("quarantined", "unknown mark of whom the service was for", mark != "0"),
        Rule("quarantined", "no service", code.is_null()),
        Rule("quarantined", "service of neither five nor six digits", ~SERVICE.is_valid(code)),
        Rule("quarantined", "specialty contradicts the service", pl.col("specialty") != code.str.slice(0, 2)),
        Rule("quarantined", "no number of services", number.is_null()),
        Rule("quarantined", "no services or fewer", number <= 0),
    ]
    sifted = apply_rules(rows, rules, stage=STAGE, table=SSSY.name, day="billed_on")
    summed = sifted.kept.group_by("person_id", "_on", code, "billed_on").agg(number.sum())
    event_at = pl.col("_on").cast(pl.Datetime("us"))
    events = summed.select(
        "person_id", event_at=event_at,
        known_at=pl.max_horizontal(event_at, monday.cast(pl.Datetime("us")) + days(settings.lag_days[SSSY.register])),
        code=SERVICE.add_prefix(code), value=number, register=pl.lit(SSSY.register), _year=year_of(monday),
    )  # fmt: skip
    return RegisterIntake(events, {SSSY.name: sifted.quarantined}, sifted.account)


def _six_digits(settings: RegisterSettings) -> pl.Expr:
    """Give back the zero that a code of five digits has lost: its specialty tells, and else the setting."""
    code, padded = pl.col("service"), pl.col("service").str.zfill(6)
    lost = pl.col("specialty") == padded.str.slice(0, 2)
    lost = lost.fill_null(settings.sssy_five_digits == "zero_lost")
    return pl.when((code.str.len_chars() == 5) & lost).then(padded).otherwise(code)
