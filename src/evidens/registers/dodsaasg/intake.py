"""From rows of DODSAASG to events."""

from collections.abc import Mapping

import polars as pl

from evidens.codes import CAUSE
from evidens.registers.dodsaasg.contract import DODSAASG
from evidens.registers.rules import Rule, apply_rules, is_first, is_repeat
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, RegisterIntake, Window, days, join_lives, rules_of_time

MISSING_PAGE = "R990"


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn causes of death of one bucket into events on the day of death.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `dodsaasg`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; deaths after its lock are not known completely.
    settings : RegisterSettings
        Lag: the register follows years later, so that no prediction can have used a cause.

    Notes
    -----
    `text` is "underlying" or "contributing"; a contributing cause that is also the underlying one is not told
    twice. Codes have no D before them, and none is taken off: D50 is iron deficiency. Whether and when a person
    died is DOD's to say.
    """
    delivered = tables[DODSAASG.name]
    ordered = join_lives(delivered.sort(delivered.columns), persons)
    ordered = ordered.with_columns(_twice=~is_first(ordered, delivered.columns))
    code = pl.col("underlying")
    rules = [
        Rule("dropped", TWICE, pl.col("_twice")),
        *rules_of_time(pl.col("died_on"), window=window, settings=settings),
        Rule("dropped", "page of the certificate missing", code == MISSING_PAGE),
        Rule("quarantined", "no code", code.is_null()),
        Rule("quarantined", "code that is no ICD-10 code without D", ~CAUSE.is_valid(code)),
    ]
    ordered = ordered.with_columns(_again=is_repeat(ordered, rules, ["person_id"]))
    rules.append(Rule("dropped", "second certificate of one person", pl.col("_again")))
    sifted = apply_rules(ordered, rules, stage=STAGE, table=DODSAASG.name)
    event_at = pl.col("died_on").cast(pl.Datetime("us"))
    events = _causes(sifted.kept).select(
        "person_id", event_at=event_at, known_at=event_at + days(settings.lag_days["dodsaasg"]),
        code=CAUSE.add_prefix(pl.col("code")), text="text", register=pl.lit(DODSAASG.register),
    )  # fmt: skip
    return RegisterIntake(events, {DODSAASG.name: sifted.quarantined}, sifted.account)


def _causes(kept: pl.DataFrame) -> pl.DataFrame:
    """Return one row per death and cause; contributing codes that are no codes are left out."""
    others = [column.name for column in DODSAASG.columns if column.name.startswith("cause_")]
    underlying = kept.select("person_id", "died_on", code="underlying", text=pl.lit("underlying"))
    contributing = (
        kept.select("person_id", "died_on", "underlying", *others)
        .unpivot(others, index=["person_id", "died_on", "underlying"], value_name="code")
        .filter(CAUSE.is_valid(pl.col("code")) & (pl.col("code") != pl.col("underlying")))
        .select("person_id", "died_on", "code", text=pl.lit("contributing"))
        .unique(maintain_order=True)
    )
    return pl.concat([underlying, contributing])
