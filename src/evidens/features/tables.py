"""What the accumulators came to: a number per row, subject and window, kept only of the pairs that occur."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidens.features.reductions import ByWindow
from evidens.features.windows import Window


@dataclass(frozen=True)
class Table:
    """One output of the accumulators.

    Parameters
    ----------
    places : mapping of str to int
        Of each subject, its line of `number`.
    number : array of int32, shape (n_subjects + 1, n_rows)
        As in `Pairs`.
    by_window : mapping of Window to array, shape (n_pairs,)
        Pair 0 has what a row without any event has.
    """

    places: Mapping[str, int]
    number: NDArray[np.int32]
    by_window: ByWindow

    def find(self, subjects: Sequence[str], place: NDArray[Any], row: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the numbers of pairs that are given by places in `subjects` and rows."""
        begins = np.array([self.places.get(subject, -1) for subject in subjects]) % len(self.number)
        return self.number.reshape(-1).take((begins * self.number.shape[1]).take(place) + row)


@dataclass(frozen=True)
class Tables:
    """What the accumulators came to: a table per output."""

    of: Mapping[str, Table]

    def rows_with(self, output: str, subject: str) -> NDArray[np.int64]:
        """Return the rows that have anything of a subject in any window."""
        table = self.of[output]
        return np.flatnonzero(table.number[table.places[subject]] != 0)

    def take(self, output: str, subject: str, window: Window) -> NDArray[Any]:
        """Return one number per row."""
        table = self.of[output]
        return table.by_window[window].take(table.number[table.places[subject]])


def take(values: NDArray[Any], places: NDArray[np.int64] | None) -> NDArray[Any]:
    """Take some of the values; all where no places are named."""
    return values if places is None else values.take(places)
