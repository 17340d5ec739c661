"""Accumulators: what is kept of the events of a subject in a bin, so that any order of events gives the same.

Each is an array of shape (n_bins, n_pairs), of pairs of a subject and a row: `start` makes room, `clear` readies the
cells of some pairs, `add` scatters events into cells, `widen` puts windows together from bins and uses it up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidens.features.windows import DAY_US, Bins, Window

MILLI = 1000  # sums are reckoned in thousandths of the unit: no result is given more finely
LARGEST_VALUE = 4e9  # beyond it a sum of thousandths could overflow; no result is so large, and such a value is none
NEVER = np.iinfo(np.int64).max

ByWindow = Mapping[Window, NDArray[Any]]  # one array per window, shape (n_pairs,)


@dataclass(frozen=True)
class Hits:
    """Events that some subjects have in their windows; one entry per event and subject.

    Parameters
    ----------
    cell : array of int64
        Place in the flat accumulator.
    age_us : array of int64
        Time from the event to the index in microseconds, above 0.
    value : array of float64
        In the subject's unit; of events that all have one. Empty for a reduction that reads none.
    stay_us : array of int64
        From the event to its end or to the index, whichever comes first; to the index where it has no end. Empty for
        a reduction that does not read it.
    """

    cell: NDArray[np.int64]
    age_us: NDArray[np.int64]
    value: NDArray[np.float64]
    stay_us: NDArray[np.int64]

    @cached_property
    def single(self) -> NDArray[np.float32]:
        """The values in single precision: the least of them is the least value in single precision."""
        return self.value.astype(np.float32)

    @cached_property
    def milli(self) -> NDArray[np.int64]:
        """The values in whole thousandths."""
        return np.rint(self.value * MILLI).astype(np.int64)

    @cached_property
    def days(self) -> NDArray[np.int64]:
        """Whole days from the event to the index."""
        return self.age_us // DAY_US


@dataclass(frozen=True)
class Fold:
    """A sum of whole numbers, a least or a largest: no order of events changes it.

    Parameters
    ----------
    outputs : tuple of str
        Its name.
    ufunc : numpy.ufunc
        add, minimum or maximum.
    dtype : type
    initial : float
        Of no events.
    source : callable
        What is taken of each event.
    of_values : bool
        Whether events without a value are passed over.
    column : {"value", "end_at"}, optional
        What it reads beside times and codes.
    """

    outputs: tuple[str, ...]
    ufunc: np.ufunc
    dtype: type
    initial: float
    source: Callable[[Hits], Any]
    of_values: bool = False
    column: str | None = None

    @property
    def bytes_per_cell(self) -> int:
        """Size of one cell."""
        return np.dtype(self.dtype).itemsize

    def start(self, shape: tuple[int, int]) -> NDArray[Any]:
        """Return room for an accumulator: it takes no memory where no pair is."""
        return np.empty(shape, self.dtype)

    def clear(self, kept: Any, pairs: slice) -> None:
        """Set the cells of some pairs to those of no events."""
        kept[:, pairs] = self.initial

    def add(self, kept: Any, hits: Hits) -> None:
        """Scatter; cells that occur several times fold."""
        self.ufunc.at(kept.reshape(-1), hits.cell, self.source(hits))

    def widen(self, kept: Any, n_pairs: int, bins: Bins) -> tuple[ByWindow, ...]:
        """Fold the bins of each window; nested windows in one go."""
        kept = kept[:, :n_pairs]
        if not bins.are_nested:
            return ({w: self.ufunc.reduce(kept[first:last], axis=0) for w, (first, last) in bins.spans.items()},)
        for place in range(1, len(kept)):
            self.ufunc(kept[place], kept[place - 1], out=kept[place])
        return ({window: kept[last - 1] for window, (_, last) in bins.spans.items()},)


@dataclass(frozen=True)
class Latest:
    """The value of the latest event that has one, and its age; of several at that moment the largest value."""

    outputs: tuple[str, ...] = ("latest", "latest_age")
    of_values: bool = True
    column: str | None = "value"
    bytes_per_cell: int = 12

    def start(self, shape: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return room for values and ages: it takes no memory where no pair is."""
        return np.empty(shape, np.float32), np.empty(shape, np.int64)

    def clear(self, kept: Any, pairs: slice) -> None:
        """Set the cells of some pairs to those of no events."""
        for part, initial in zip(kept, (np.nan, NEVER), strict=True):
            part[:, pairs] = initial

    def add(self, kept: Any, hits: Hits) -> None:
        """Keep what is younger than all seen so far, then the largest value of the youngest."""
        (value, age), cell = (part.reshape(-1) for part in kept), hits.cell
        before = age[cell]
        np.minimum.at(age, cell, hits.age_us)
        youngest = np.flatnonzero(age[cell] == hits.age_us)
        overtaken = youngest[before[youngest] > hits.age_us[youngest]]
        value[cell[overtaken]] = -np.inf
        np.maximum.at(value, cell[youngest], hits.single[youngest])

    def widen(self, kept: Any, n_pairs: int, bins: Bins) -> tuple[ByWindow, ...]:
        """Take the youngest bin of each window that has anything; nested windows in one go."""
        kept = tuple(part[:, :n_pairs] for part in kept)
        if bins.are_nested:
            for place in range(1, bins.n):
                _fall_back(kept[0][place - 1], kept[1][place - 1], kept[0][place], kept[1][place])
            return tuple({window: part[last - 1] for window, (_, last) in bins.spans.items()} for part in kept)
        found: tuple[dict, dict] = ({}, {})
        for window, (first, last) in bins.spans.items():
            value, age = (part[last - 1].copy() for part in kept)
            for place in range(last - 2, first - 1, -1):
                _fall_back(kept[0][place], kept[1][place], value, age)
            found[0][window], found[1][window] = value, age
        return found


def _fall_back(value: NDArray, age: NDArray, older_value: NDArray, older_age: NDArray) -> None:
    """Put the younger value over the older one wherever there is a younger one."""
    np.copyto(older_value, value, where=age < NEVER)
    np.minimum(older_age, age, out=older_age)


Reduction = Fold | Latest

REDUCTIONS: Mapping[str, Reduction] = {
    "events": Fold(("events",), np.add, np.float32, 0, lambda hits: np.float32(1)),  # exact up to 16 million
    "values": Fold(("values",), np.add, np.float32, 0, lambda hits: np.float32(1), of_values=True, column="value"),
    "min": Fold(("min",), np.minimum, np.float32, np.inf, lambda hits: hits.single, of_values=True, column="value"),
    "max": Fold(("max",), np.maximum, np.float32, -np.inf, lambda hits: hits.single, of_values=True, column="value"),
    "total": Fold(("total",), np.add, np.int64, 0, lambda hits: hits.milli, of_values=True, column="value"),
    "days": Fold(("days",), np.add, np.int64, 0, lambda hits: hits.days, of_values=True, column="value"),
    "days_days": Fold(("days_days",), np.add, np.int64, 0, lambda hits: hits.days**2, of_values=True, column="value"),
    "days_total": Fold(
        ("days_total",), np.add, np.int64, 0, lambda hits: hits.days * hits.milli, of_values=True, column="value"
    ),
    "youngest": Fold(("youngest",), np.minimum, np.int64, NEVER, lambda hits: hits.age_us),
    "oldest": Fold(("oldest",), np.maximum, np.int64, 0, lambda hits: hits.age_us),
    "stay": Fold(("stay",), np.add, np.int64, 0, lambda hits: hits.stay_us, column="end_at"),
    "latest": Latest(),
}
