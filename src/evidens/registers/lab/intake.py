"""From rows of LAB_DM_FORSKER to events."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from evidens.codes import NPU
from evidens.registers.lab.contract import LAB, TABLES
from evidens.registers.lab.results import CANCELLED, read_signs, read_units, read_values
from evidens.registers.rules import Rule, apply_rules, is_first, year_of
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, RegisterIntake, Window, days, join_lives, rules_of_time


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn answered analyses of one bucket into events.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised, all years: one of `lab_dm_forsker`, `lab_forsker` and `laboratorieproevesvar`.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; samples after its lock are not known completely.
    settings : RegisterSettings
        Lag between sample and answer, which the table does not tell.

    Notes
    -----
    A censored result keeps its limit as value and the sign as operator; what to make of it is for the
    features. A sign may stand in its own column or before the digits; if both, they must agree. A table
    without units is read in the usual unit of each code; what then is out of range is quarantined.
    """
    table = next((table for table in TABLES if table.name in tables), LAB)
    delivered = tables[table.name]
    has_units = "unit" in delivered.columns
    is_again = ~is_first(delivered, near=["person_id", "sampled_on", "code"])
    rows = join_lives(delivered, persons).with_columns(_twice=is_again)
    absent = {"sampled_time": pl.Time, "operator": pl.String, "unit": pl.String}
    rows = rows.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in absent.items() if name not in rows.columns
    )
    rows = rows.join(read_values(delivered["value"]), on="value", how="left", maintain_order="left")
    units = read_units(rows.select("code", "unit")).with_columns(
        _code=NPU.add_prefix(pl.col("code")), _is_code=NPU.is_valid(pl.col("code"))
    )
    rows = rows.join(units, on=["code", "unit"], how="left", maintain_order="left", nulls_equal=True)
    signs = rows.select(pl.col("operator").unique()).with_columns(_operator=read_signs(pl.col("operator")))
    rows = rows.with_columns(_operator=pl.col("operator").replace_strict(signs["operator"], signs["_operator"]))
    rules = _rules(window, settings, has_units=has_units)
    sifted = apply_rules(rows, rules, stage=STAGE, table=table.name, day="sampled_on")
    quarantined = sifted.quarantined.select(*delivered.columns, "reason")
    midnight = pl.col("sampled_time").fill_null(dt.time(0))
    event_at = pl.col("sampled_on").dt.combine(midnight, time_unit="us")
    is_number = pl.col("_number").is_not_null()
    events = sifted.kept.select(
        "person_id", event_at=event_at, known_at=event_at + days(settings.lag_days["lab"]),
        code="_code", value="_number",
        operator=pl.when(is_number).then(pl.coalesce("_sign", "_operator")),
        unit=pl.when(is_number).then("_unit"), text="_word", register=pl.lit(LAB.register),
        _year=year_of(pl.col("sampled_on")),
    )  # fmt: skip
    return RegisterIntake(events, {table.name: quarantined}, sifted.account)


def _rules(window: Window, settings: RegisterSettings, *, has_units: bool) -> list[Rule]:
    code, number, word = pl.col("code"), pl.col("_number"), pl.col("_word")
    sign, operator = pl.col("_sign"), pl.col("_operator")
    of_units = [
        Rule("quarantined", "no unit", number.is_not_null() & pl.col("unit").is_null() & ~pl.col("_is_expected")),
        Rule("quarantined", "unit that is not one of the code's", number.is_not_null() & ~pl.col("_is_expected")),
    ]
    return [
        Rule("dropped", TWICE, pl.col("_twice")),
        Rule("dropped", "cancelled analysis", word == CANCELLED),
        *rules_of_time(pl.col("sampled_on"), window=window, settings=settings),
        Rule("quarantined", "no code", code.is_null()),
        Rule("quarantined", "code that is no NPU or DNK code", ~pl.col("_is_code")),
        Rule("quarantined", "no value", pl.col("value").is_null()),
        Rule("quarantined", "value neither a number nor a known word", number.is_null() & word.is_null()),
        Rule("quarantined", "unknown operator", operator == "?"),
        Rule("quarantined", "operator contradicts the value", operator != sign),
        *(of_units if has_units else []),
        Rule("quarantined", "value outside the plausible range", ~number.is_between("_low", "_high")),
    ]
