"""From rows of LMDB to events."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from evidens.codes import ATC
from evidens.registers.lmdb.contract import LMDB
from evidens.registers.rules import Rule, apply_rules, is_first
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, RegisterIntake, days, join_lives, rules_of_time


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, data_lock_on: dt.date, settings: RegisterSettings
) -> RegisterIntake:
    """Turn dispensed prescriptions of one bucket into events.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `lmdb`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    data_lock_on : date
        Later prescriptions are not known completely.
    settings : RegisterSettings
        Lag.

    Notes
    -----
    The value is the dispensed amount in defined daily doses, packs times doses per pack; null where either
    is missing. A correction undoes or replaces a row that the register keeps; only the row is used.
    """
    delivered = tables[LMDB.name]
    rows = join_lives(delivered, persons).with_columns(_twice=~is_first(delivered))
    code, packs = pl.col("code"), pl.col("n_packs")
    is_correction = ~pl.col("correction").is_in(["0", "N", "NEJ"]) & pl.col("correction").is_not_null()
    rules = [
        Rule("dropped", TWICE, pl.col("_twice")),
        Rule("dropped", "correction of another row", is_correction),
        *rules_of_time(pl.col("dispensed_on"), data_lock_on=data_lock_on, settings=settings),
        Rule("quarantined", "no code", code.is_null()),
        Rule("quarantined", "code that is no ATC code", ~ATC.is_valid(code)),
        Rule("quarantined", "no packs or fewer", packs <= 0),
    ]
    sifted = apply_rules(rows, rules, stage=STAGE, table=LMDB.name)
    event_at = pl.col("dispensed_on").cast(pl.Datetime("us"))
    doses = packs * pl.col("ddd_per_pack")
    events = sifted.kept.select(
        "person_id", event_at=event_at, known_at=event_at + days(settings.lag_days["lmdb"]),
        code=ATC.add_prefix(code), value=doses, unit=pl.when(doses.is_not_null()).then(pl.lit("DDD")),
        register=pl.lit(LMDB.register),
    )  # fmt: skip
    return RegisterIntake(events, {LMDB.name: sifted.quarantined}, sifted.account)
