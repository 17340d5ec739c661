"""Attrition: how many people and index dates remain after each rule, in all and by region and index year."""

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.cohort.eligibility import EVERYONE, NO_INDEX, Rule
from evidens.contracts import Attrition, Flow, check_table, schema_of

NOWHERE = "none"  # the region of who is not resident on the index day
_COUNTS = ("n_people", "n_rows", "n_left_out")


def add_left_at(candidates: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Add `left_at`: the number, from 0, of the first rule that takes the row; the number of rules if none does."""
    taken = pl.lit(len(rules), dtype=pl.Int32)
    for number, rule in reversed(list(enumerate(rules))):
        taken = pl.when(rule.stays.fill_null(False)).then(taken).otherwise(pl.lit(number, dtype=pl.Int32))
    return candidates.with_columns(left_at=taken)


def count_flow(
    candidates: pl.DataFrame, rules: Sequence[Rule], *, outcome: str, n_everyone: int, is_for_everyone: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Count who remains after each rule.

    Parameters
    ----------
    candidates : polars.DataFrame
        person_id, index_on, region (null: nowhere) and left_at.
    rules : sequence of Rule
        In the order in which they were applied.
    outcome : str
        The study's.
    n_everyone : int
        People in the extract.
    is_for_everyone : bool
        Whether the landmark gives an index to everyone; else who has none leaves in a step of its own.

    Returns
    -------
    flow, attrition : polars.DataFrame
        Contracts Flow and Attrition, which are checked where buckets are merged. People of an attrition have an
        index in that region and year, and so do not add up over years.
    """
    n_steps = len(rules) + 1
    people, rows = _remaining(candidates, [], n_steps)
    names = [EVERYONE if is_for_everyone else NO_INDEX, *(rule.leaves for rule in rules)]
    steps = _as_steps(people[0] if len(people) else _zeros(n_steps), rows[0] if len(rows) else _zeros(n_steps), names)
    if is_for_everyone:
        steps = steps.with_columns(n_people=pl.when(pl.col("step") == 0).then(n_everyone).otherwise("n_people"))
    else:
        everyone = steps.head(1).with_columns(rule=pl.lit(EVERYONE), n_people=pl.lit(n_everyone, dtype=pl.Int64))
        steps = pl.concat([everyone, steps.with_columns(pl.col("step") + 1)])
    left = pl.col("n_people").shift(1, fill_value=n_everyone) - pl.col("n_people")
    flow = steps.with_columns(n_left_out=left, outcome=pl.lit(outcome)).select(list(schema_of(Flow)))
    return flow, _count_cells(candidates, names, outcome)


def merge_flows(flows: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Add up the flow charts of all buckets: each person lies in one bucket, so that counts add.

    Parameters
    ----------
    flows : iterable of polars.DataFrame
        Contract Flow, of buckets of one or more outcomes.

    Returns
    -------
    polars.DataFrame
        Contract Flow, sorted by outcome and step; empty for no buckets.
    """
    together = pl.concat([Flow.create_empty(), *flows])
    merged = together.group_by("outcome", "step", "rule").agg(pl.col(_COUNTS).sum()).sort("outcome", "step", "rule")
    return check_table(merged, Flow, place="flow")


def merge_attritions(attritions: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Add up the attritions of all buckets, as `merge_flows` does.

    Notes
    -----
    Every cell has every step, so that a bucket without people in a region and year adds nothing.
    """
    together = pl.concat([Attrition.create_empty(), *attritions])
    key = [*Attrition.primary_key(), "rule"]
    merged = together.group_by(key).agg(pl.col(_COUNTS).sum()).sort(Attrition.primary_key())
    return check_table(merged.select(list(schema_of(Attrition))), Attrition, place="attrition")


def _count_cells(candidates: pl.DataFrame, names: Sequence[str], outcome: str) -> pl.DataFrame:
    placed = candidates.select(
        "person_id", "left_at", region=pl.col("region").fill_null(NOWHERE), index_year=pl.col("index_on").dt.year()
    )
    cells = placed.select("region", "index_year").unique().sort("region", "index_year")
    people, rows = _remaining(placed, ["region", "index_year"], len(names))
    left = -np.diff(people, axis=1, prepend=people[:, :1])
    frame = cells.select(pl.all().repeat_by(len(names)).explode()).with_columns(
        outcome=pl.lit(outcome),
        step=pl.Series(np.tile(np.arange(len(names), dtype=np.int32), cells.height)),
        rule=pl.Series([EVERYONE, *names[1:]] * cells.height, dtype=pl.String),
        n_people=pl.Series(people.ravel()),
        n_rows=pl.Series(rows.ravel()),
        n_left_out=pl.Series(left.ravel()),
    )
    return frame.select(list(schema_of(Attrition)))


def _remaining(candidates: pl.DataFrame, cell: list[str], n_steps: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count people and rows that remain after each step, of which the first takes no one; shape (cells, steps)."""
    of_people = candidates.group_by(*cell, "person_id").agg(pl.col("left_at").max())
    return _histogram(of_people, cell, n_steps), _histogram(candidates, cell, n_steps)


def _histogram(frame: pl.DataFrame, cell: list[str], n_steps: int) -> NDArray[np.int64]:
    counts = frame.group_by(*cell, "left_at").len().sort(*cell, "left_at")
    place = counts.select(_n=pl.struct(cell).rle_id())["_n"].to_numpy() if cell else np.zeros(counts.height, np.int64)
    table = np.zeros((int(place.max()) + 1 if counts.height else 0, n_steps), np.int64)
    table[place, counts["left_at"].to_numpy()] = counts["len"].to_numpy()
    return table[:, ::-1].cumsum(axis=1)[:, ::-1]  # who leaves at a later step is still there


def _as_steps(n_people: NDArray[np.int64], n_rows: NDArray[np.int64], names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"step": pl.Series(range(len(names)), dtype=pl.Int32), "rule": list(names), "n_people": n_people,
         "n_rows": n_rows}
    )  # fmt: skip


def _zeros(n: int) -> NDArray[np.int64]:
    return np.zeros(n, np.int64)
