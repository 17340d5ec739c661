"""One order of events everywhere, and one rule of what a system could see at a moment."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

EVENT_ORDER = (
    "person_id", "event_at", "code", "known_at", "end_at", "value", "operator", "unit", "text", "register", "delivery",
)  # fmt: skip
_STEPS = (86_400_000_000, 60_000_000, 1_000_000, 1)  # microseconds of a day, a minute, a second: times are often whole


def sort_events(events: pl.DataFrame, *, first: str | None = None) -> pl.DataFrame:
    """Sort by person, time, code and then every other column.

    The order is total: events that still tie are equal in every column, so the result does not
    depend on the order, the files or the number of threads it came from. Missing values come first.

    Parameters
    ----------
    events : polars.DataFrame
        Contract `events.contract:Event`; other columns go along.
    first : str, optional
        Column of whole numbers that goes before all others.
    """
    return sort_rows(events, [*([first] if first else []), *EVENT_ORDER[:3]], rest=EVENT_ORDER[3:])


def sort_rows(rows: pl.DataFrame, columns: Sequence[str], *, rest: Sequence[str]) -> pl.DataFrame:
    """Sort by `columns` in which few rows tie, and those that do by the `rest`; missing values come first.

    Parameters
    ----------
    rows : polars.DataFrame
        Other columns go along.
    columns : sequence of str
        Of whole numbers, days, times or texts.
    rest : sequence of str

    Notes
    -----
    Whole numbers stand for the values of `columns`, packed into as few words as hold them.
    """
    if rows.height < 2:
        return rows
    keys = [_as_numbers(rows[column]) for column in columns]
    order = _argsort(keys[::-1])
    same = np.ones(len(order) - 1, dtype=bool)
    for key in keys:
        ordered = key[order]
        same &= ordered[1:] == ordered[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    if len(tied):
        again = rows[order[tied]].with_row_index("_place").sort(*columns, *rest)["_place"].to_numpy()
        order[tied] = order[tied][again]
    return rows[order]


def _as_numbers(column: pl.Series) -> np.ndarray:
    """Return whole numbers in the order of the values."""
    if column.dtype == pl.String:
        column = column.cast(pl.Enum(column.drop_nulls().unique().sort()))
    numbers = column.to_physical()
    if numbers.null_count():
        numbers = numbers.cast(pl.Int64)
        least: Any = numbers.min()
        numbers = numbers.fill_null(0 if least is None else least - 1)
    whole = numbers.to_numpy()
    step = next(step for step in _STEPS if not (whole % step).any()) if column.dtype == pl.Datetime else 1
    return whole if step == 1 else whole // step


def _argsort(keys: Sequence[np.ndarray]) -> np.ndarray:
    """Return the order by whole numbers, the least important first: many rows sort faster as words than by index.

    Each word has some bits of the keys above and the row's place below; sorting the words word by word, the least
    important first, sorts by all keys.
    """
    n_rows = len(keys[0])
    bits_of_place = max(1, (n_rows - 1).bit_length())
    places, mask = np.arange(n_rows, dtype=np.uint64), np.uint64((1 << bits_of_place) - 1)
    order = places.astype(np.int64)
    for bits in _pack(keys, room=64 - bits_of_place):
        words = bits[order] << np.uint64(bits_of_place) | places
        words.sort()
        order = order[(words & mask).astype(np.int64)]
    return order


def _pack(keys: Sequence[np.ndarray], *, room: int) -> Iterator[np.ndarray]:
    """Yield the bits of all keys, the least important first, `room` at a time."""
    packed, used = np.zeros(len(keys[0]), dtype=np.uint64), 0
    for key in keys:
        rest = (key - key.min()).astype(np.uint64)
        width = int(rest.max()).bit_length()
        while width:
            taken = min(width, room - used)
            packed |= (rest & np.uint64((1 << taken) - 1)) << np.uint64(used)
            rest, width, used = rest >> np.uint64(taken), width - taken, used + taken
            if used == room:
                yield packed
                packed, used = np.zeros(len(rest), dtype=np.uint64), 0
    if used:
        yield packed


def visible_before(index: pl.Expr) -> pl.Expr:
    """Whether an event was known before `index`.

    Parameters
    ----------
    index : polars.Expr of Datetime
        The moment of prediction.

    Notes
    -----
    Windows run on `event_at`, visibility on `known_at`: a blood sample taken the day before the
    index and answered the day after lies in the lookback, but no system could have used it. What
    becomes known at the very moment of the index is not visible: the prediction may have caused it.
    """
    return pl.col("known_at") < index


def keep_visible_before(events: pl.DataFrame, index: pl.Expr) -> pl.DataFrame:
    """Keep the events that were known before `index`."""
    return events.filter(visible_before(index))
