"""Who is asked about, and for which moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.events import EventColumns
from evidens.features.windows import Bins


@dataclass(frozen=True)
class Index:
    """Index moments, sorted by person and then moment; a person may have several.

    Parameters
    ----------
    person_id, index_us : array of int64, shape (n,)
        Moments in microseconds since 1970.
    """

    person_id: NDArray[np.int64]
    index_us: NDArray[np.int64]

    def __post_init__(self) -> None:
        same = self.person_id[1:] == self.person_id[:-1]
        is_later = (self.person_id[1:] > self.person_id[:-1]) | (same & (self.index_us[1:] > self.index_us[:-1]))
        if not is_later.all():
            raise ValueError("index moments must be sorted by person and moment, each once")

    @classmethod
    def of(cls, members: pl.DataFrame) -> Index:
        """Take person_id and index_at out of a frame that is sorted by both."""
        index_us = members["index_at"].cast(pl.Datetime("us")).to_physical().to_numpy()
        return cls(members["person_id"].to_numpy(), index_us)

    def __len__(self) -> int:
        return len(self.person_id)

    def parts(self, n_rows: int) -> Iterator[slice]:
        """Cut into pieces of about `n_rows` rows, between people."""
        start = 0
        while start < len(self):
            last = self.person_id[min(start + max(n_rows, 1), len(self)) - 1]
            stop = int(np.searchsorted(self.person_id, last, side="right"))
            yield slice(start, stop)
            start = stop

    def shelves(self, n_people: int) -> Iterator[slice]:
        """Cut into pieces of `n_people` people."""
        is_first = np.r_[True, self.person_id[1:] != self.person_id[:-1]][: len(self)]
        begins = np.flatnonzero(is_first)[::n_people]
        for start, stop in pairwise([*begins.tolist(), len(self)]):
            yield slice(start, stop)

    def __getitem__(self, rows: slice) -> Index:
        return Index(self.person_id[rows], self.index_us[rows])

    @property
    def people(self) -> tuple[int, int]:
        """The least number of a person, and one more than the largest."""
        return int(self.person_id[0]), int(self.person_id[-1]) + 1

    def between(self, bins: Bins) -> tuple[int, int]:
        """Return the time that holds every event of a bin of any row."""
        return int(self.index_us.min()) - bins.edges_us[-1], int(self.index_us.max()) - bins.edges_us[0]


def find_past(run: EventColumns, index: Index, nearest_us: int, farthest_us: int) -> tuple[NDArray, NDArray]:
    """Find, for every row, the events with index - farthest <= event_at < index - nearest.

    Returns
    -------
    (array of int64, array of int64), shape (n_rows,)
        First event of the run, and the one after the last.
    """
    starts = run.starts
    if not len(starts) or not len(index):
        return np.zeros(len(index), np.int64), np.zeros(len(index), np.int64)
    people = run.person_id[starts]
    place = np.minimum(np.searchsorted(people, index.person_id), len(people) - 1)
    has_events = people[place] == index.person_id
    ends = np.append(starts[1:], len(run.person_id))
    low, high = np.where(has_events, starts[place], 0), np.where(has_events, ends[place], 0)
    first = _search(run.event_us, low, high, index.index_us - farthest_us)
    return first, _search(run.event_us, first, high, index.index_us - nearest_us)


def _search(time: NDArray[np.int64], low: NDArray, high: NDArray, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """First place in [low, high) with time >= wanted, else high, for all rows at once; time ascends in between."""
    before = low - 1  # the last place known to be earlier than wanted
    step = 1 << int((high - low).max()).bit_length()
    while step:
        place = before + step
        earlier = (place < high) & (time.take(place, mode="clip") < wanted)
        before += step * earlier
        step >>= 1
    return before + 1
