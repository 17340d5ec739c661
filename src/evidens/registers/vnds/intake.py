"""From rows of VNDS and its successors to moves into and out of the country."""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from evidens.registers.rules import Rule, Sifted, apply_rules, is_first
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, Window, join_lives, rules_of_time
from evidens.registers.vnds.contract import VNDS, VNDS_IND, VNDS_UD

_DIRECTIONS = {"I": "in", "U": "out"}
_DIRECTION_OF = {VNDS.name: None, VNDS_IND.name: "I", VNDS_UD.name: "U"}


class Moves(NamedTuple):
    """Moves with `direction` "in" or "out", and what became of the rows of each table."""

    kept: pl.DataFrame
    sifted: dict[str, Sifted]


def keep_moves(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> Moves:
    """Keep each move once, whichever table tells it; a move out and back on one day is none.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised rows of `vnds`, `vnds_ind` and `vnds_ud`.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; moves after its lock are not known completely.
    settings : RegisterSettings
        For the rules of time.
    """
    direction = pl.col("_direction")
    delivered = {
        name: _DIRECTION_OF[name] for name in _DIRECTION_OF if name == VNDS.name or not tables[name].is_empty()
    }
    parts = [
        tables[name].with_columns(
            _direction=pl.col("direction") if of_table is None else pl.lit(of_table), _table=pl.lit(place)
        )
        for place, (name, of_table) in enumerate(delivered.items())
    ]
    rows = pl.concat(parts, how="diagonal").sort("person_id", "moved_on", "_direction", "_table")
    rows = join_lives(rows, persons).with_columns(
        _twice=~is_first(rows, ["person_id", "moved_on", "_direction", "_table"]),
        _told=~is_first(rows, ["person_id", "moved_on", "_direction"]),
        _opposite=((direction == "I").any() & (direction == "U").any()).over("person_id", "moved_on"),
    )
    rules = [
        Rule("dropped", TWICE, pl.col("_twice")),
        *rules_of_time(pl.col("moved_on"), window=window, settings=settings),
        Rule("quarantined", "neither into nor out of the country",
             ~direction.is_in(list(_DIRECTIONS)).fill_null(False)),
        Rule("dropped", "out and in on one day", pl.col("_opposite")),
        Rule("dropped", "move told by another table", pl.col("_told")),
    ]  # fmt: skip
    sifted = {
        name: apply_rules(
            rows.filter(pl.col("_table") == place).select(*tables[name].columns, "^_.*$"),
            rules,
            stage=STAGE,
            table=name,
        )
        for place, name in enumerate(delivered)
    }
    columns = ("person_id", "moved_on", "_direction")
    kept = pl.concat([part.kept.select(columns) for part in sifted.values()]).sort(columns)
    moves = kept.select("person_id", "moved_on", direction=direction.replace_strict(_DIRECTIONS))
    return Moves(moves, sifted)
