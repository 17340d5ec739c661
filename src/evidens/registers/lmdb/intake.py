"""From rows of LMDB to events."""

from collections.abc import Mapping

import polars as pl

from evidens.codes import ATC
from evidens.registers.lmdb.contract import LMDB
from evidens.registers.rules import Rule, apply_rules, is_first, year_of
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, RegisterIntake, Window, days, join_lives, rules_of_time

IS_CORRECTION = pl.col("correction").is_not_null() & ~pl.col("correction").is_in(["0", "N", "NEJ"])


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn dispensed prescriptions of one bucket into events.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `lmdb`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; prescriptions after its lock are not known completely.
    settings : RegisterSettings
        Lag, what a correction undoes, and products that only the item number tells apart.

    Notes
    -----
    The value is the dispensed amount in defined daily doses, packs times doses per pack; null where either
    is missing. A correction of fewer than no packs takes a row of the same person, day, drug and item with it
    that has as many packs; a correction is never a dispensing itself.
    """
    delivered = tables[LMDB.name]
    is_again = ~is_first(delivered, near=["person_id", "dispensed_on", "code"])
    rows = join_lives(delivered, persons).with_columns(_twice=is_again)
    code, packs = pl.col("code"), pl.col("n_packs")
    rows = rows.with_columns(_undone=_find_undone(rows) if settings.lmdb_undo_corrected else pl.lit(False))
    rules = [
        Rule("dropped", TWICE, pl.col("_twice")),
        *rules_of_time(pl.col("dispensed_on"), window=window, settings=settings),
        Rule("quarantined", "no code", code.is_null()),
        Rule("quarantined", "code that is no ATC code", ~ATC.is_valid(code)),
        Rule("dropped", "correction of another row", IS_CORRECTION),
        Rule("dropped", "row undone by a correction", pl.col("_undone")),
        Rule("quarantined", "no packs or fewer", packs <= 0),
    ]
    sifted = apply_rules(rows, rules, stage=STAGE, table=LMDB.name, day="dispensed_on")
    event_at = pl.col("dispensed_on").cast(pl.Datetime("us"))
    doses = packs * pl.col("ddd_per_pack")
    events = sifted.kept.select(
        "person_id", event_at=event_at, known_at=event_at + days(settings.lag_days["lmdb"]),
        code=ATC.add_prefix(code), text=_product(settings), value=doses,
        unit=pl.when(doses.is_not_null()).then(pl.lit("DDD")),
        register=pl.lit(LMDB.register), _year=year_of(pl.col("dispensed_on")),
    )  # fmt: skip
    return RegisterIntake(events, {LMDB.name: sifted.quarantined}, sifted.account)


def _find_undone(rows: pl.DataFrame) -> pl.Series:
    """Whether each row is undone: as many rows of a kind as there are corrections with minus as many packs.

    Of a kind with more rows than corrections, the first in order of the other columns are undone.
    """
    key = ["person_id", "dispensed_on", "code", "item", "n_packs"]
    others = ["ddd_per_pack", "provider", "dispensing", "correction"]
    rows = rows.select(
        *key, *others, is_correction=IS_CORRECTION & ~pl.col("_twice"), is_plain=~IS_CORRECTION & ~pl.col("_twice")
    )
    undoing = rows.filter("is_correction", pl.col("n_packs") < 0).with_columns(n_packs=-pl.col("n_packs"))
    counts = undoing.group_by(key).agg(n_undone=pl.len())
    of_them = pl.col("person_id").is_in(undoing["person_id"].unique().implode())  # few
    places = rows.with_row_index("row").filter("is_plain", of_them).join(counts, on=key, how="inner", nulls_equal=True)
    ordered = places.sort(*key, *others)
    undone = ordered.filter(pl.int_range(pl.len()).over(key) < pl.col("n_undone"))["row"]
    answer = pl.Series([False]).new_from_index(0, rows.height)
    answer[undone] = True
    return answer


def _product(settings: RegisterSettings) -> pl.Expr:
    """Return the product of an item that is listed, and null for all others."""
    return pl.col("item").replace_strict(dict(settings.lmdb_products), default=None, return_dtype=pl.String)
