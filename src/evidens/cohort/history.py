"""How many events lie before an index and were known at it, as rules of history ask."""

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.codes import CodeList
from evidens.cohort.settings import HistoryRule
from evidens.events import EventColumns

_DAY_US = 86_400_000_000


def add_history(indices: pl.DataFrame, runs: Iterable[EventColumns], rules: Sequence[HistoryRule]) -> pl.DataFrame:
    """Add to each index whether it keeps each rule of history, as `history_0`, `history_1` ...

    Parameters
    ----------
    indices : polars.DataFrame
        person_id and index_at (Datetime us).
    runs : iterable of EventColumns
        The events of these people; what the runs count is added.
    rules : sequence of HistoryRule
    """
    if not rules:
        return indices
    person, at = indices["person_id"].to_numpy(), indices["index_at"].to_physical().to_numpy()
    counts = np.zeros((len(rules), len(person)), np.int64)
    for run in runs:
        for place, rule in enumerate(rules):
            counts[place] += count_known(run, person, at, rule)
    most = [rule.at_most if rule.at_most is not None else np.iinfo(np.int64).max for rule in rules]
    kept = [(n >= rule.at_least) & (n <= upper) for n, rule, upper in zip(counts, rules, most, strict=True)]
    return indices.with_columns(pl.Series(f"history_{place}", flags) for place, flags in enumerate(kept))


def count_known(
    run: EventColumns, person: NDArray[np.int64], at: NDArray[np.int64], rule: HistoryRule
) -> NDArray[np.int64]:
    """Count the events of a run in [at - days, at) that were known before `at`, for each person and moment.

    Parameters
    ----------
    run : EventColumns
        Sorted by person and time.
    person, at : array of int64, shape (n,)
        People and moments, in microseconds since 1970, in any order.
    rule : HistoryRule
        Its codes and days.
    """
    if rule.code_list is not None:
        run = _keep_codes(run, rule.code_list)
    if not len(run.person_id):
        return np.zeros(len(person), np.int64)
    first, last = _find_people(run, person)
    low = _search(run.event_us, at - rule.days * _DAY_US, first, last)
    n = _search(run.event_us, at, low, last) - low
    # One entry per event in the window: which row it is of, and where it lies in the run.
    row = np.repeat(np.arange(len(person)), n)
    place = np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n) + np.repeat(low, n)
    return np.bincount(row[run.known_us[place] < at[row]], minlength=len(person))


def _keep_codes(run: EventColumns, codes: CodeList) -> EventColumns:
    listed = set(codes.code_groups(pl.Series(run.codes, dtype=pl.String))["code"])
    rows = np.flatnonzero(np.array([code in listed for code in run.codes], bool).take(run.code))
    return EventColumns(run.person_id[rows], run.event_us[rows], run.known_us[rows], run.code[rows], run.codes)


def _find_people(run: EventColumns, person: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find where the events of each person begin and end in a run that has some; nowhere for who has none."""
    ids = run.person_id[run.starts]
    place = np.minimum(np.searchsorted(ids, person), len(ids) - 1)
    last = np.append(run.starts[1:], len(run.person_id))[place]
    return np.where(ids[place] == person, run.starts[place], last), last


def _search(
    times: NDArray[np.int64], wanted: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Find in each sorted slice [first, last) of `times` the place of the first that is not before `wanted`."""
    low, high = first.copy(), last.copy()
    while (is_open := low < high).any():
        middle = (low + high) // 2
        is_before = is_open & (times[np.minimum(middle, len(times) - 1)] < wanted)
        low, high = np.where(is_before, middle + 1, low), np.where(is_open & ~is_before, middle, high)
    return low
