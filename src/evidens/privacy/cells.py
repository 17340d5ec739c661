"""Which further cells to hide, so that no hidden cell can be computed from a total and its siblings."""

from typing import NamedTuple

import polars as pl


class Release(NamedTuple):
    """A table that may be published, and how many of its cells were withheld."""

    frame: pl.DataFrame
    n_suppressed: int


def is_small(count: pl.Expr, minimum: int) -> pl.Expr:
    """Whether a count is 1 to minimum - 1; nobody is no small cell."""
    return (count > 0) & (count < minimum)


def hidden_cells(cells: pl.DataFrame, minimum: int) -> list[int]:
    """Rows to hide besides those that are hidden already.

    Parameters
    ----------
    cells : polars.DataFrame
        Cells that share a total, per `block`: _row, _hidden, block, name, n and events, total_n and
        total_events (null: their sum). What the total has beyond its cells counts as hidden too:
        people of no listed group can be computed just as well.
    minimum : int
        Smallest count that may be known.

    Returns
    -------
    list of int
        Values of `_row`. Within a block the visible cell with the fewest people is taken, until the
        hidden ones are at least two and together nobody, or at least `minimum`, in people, events
        and non-events; ties by name, so that tables with equal counts hide the same cells.
    """
    suspicious = cells.filter(
        (
            pl.col("_hidden").any()
            | is_small(pl.col("total_n").first() - pl.col("n").sum(), minimum)
            | is_small(pl.col("total_events").first() - pl.col("events").sum(), minimum)
        ).over("block")
    ).sort("n", "name")
    rows: list[int] = []
    for _, block in suspicious.group_by("block", maintain_order=True):
        rows.extend(_complete_block(block.to_dicts(), minimum))
    return sorted(rows)


def _complete_block(cells: list[dict], minimum: int) -> list[int]:
    """Add the smallest visible cells to the hidden ones until nothing can be computed."""
    beyond_n = _beyond(cells, "n", "total_n")
    beyond_events = min(_beyond(cells, "events", "total_events"), beyond_n)
    hidden = [cell for cell in cells if cell["_hidden"]]
    visible = [cell for cell in cells if not cell["_hidden"] and cell["n"] > 0]
    added = []
    while visible and not _is_safe(hidden, beyond_n, beyond_events, minimum):
        cell = visible.pop(0)
        hidden.append(cell)
        added.append(cell["_row"])
    return added


def _beyond(cells: list[dict], count: str, total: str) -> int:
    whole = cells[0][total]
    # Groups that overlap add up to more than their total; then nothing follows from the difference.
    return 0 if whole is None else max(whole - sum(cell[count] for cell in cells), 0)


def _is_safe(hidden: list[dict], beyond_n: int, beyond_events: int, minimum: int) -> bool:
    n = beyond_n + sum(cell["n"] for cell in hidden)
    events = beyond_events + sum(cell["events"] for cell in hidden)
    alone = len([cell for cell in hidden if cell["n"] > 0]) == 1 and not 0 < beyond_n < minimum
    return not alone and not any(0 < count < minimum for count in (n, events, n - events))
