"""From rows of VNDS to moves into and out of the country."""

import datetime as dt

import polars as pl

from evidens.registers.rules import Rule, Sifted, apply_rules, is_first
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, join_lives, rules_of_time
from evidens.registers.vnds.contract import VNDS

_DIRECTIONS = {"I": "in", "U": "out"}


def keep_moves(
    vnds: pl.DataFrame, persons: pl.DataFrame, *, data_lock_on: dt.date, settings: RegisterSettings
) -> Sifted:
    """Keep moves with `direction` "in" or "out"; a move out and back on one day is none.

    Parameters
    ----------
    vnds : polars.DataFrame
        Pseudonymised rows.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    data_lock_on : date
        Later moves are not known completely.
    settings : RegisterSettings
        For the rules of time.
    """
    rows = join_lives(vnds.sort("person_id", "moved_on", "direction"), persons)
    rows = rows.with_columns(_twice=~is_first(rows, vnds.columns))
    opposite = (pl.col("direction").n_unique() > 1).over("person_id", "moved_on")
    rules = [
        Rule("dropped", TWICE, pl.col("_twice")),
        *rules_of_time(pl.col("moved_on"), data_lock_on=data_lock_on, settings=settings),
        Rule("quarantined", "neither into nor out of the country",
             ~pl.col("direction").is_in(list(_DIRECTIONS)).fill_null(False)),
        Rule("dropped", "out and in on one day", opposite),
    ]  # fmt: skip
    sifted = apply_rules(rows, rules, stage=STAGE, table=VNDS.name)
    moves = sifted.kept.select("person_id", "moved_on", direction=pl.col("direction").replace_strict(_DIRECTIONS))
    return sifted._replace(kept=moves)
