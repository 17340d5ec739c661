"""Which rows of the index have which subjects: only these pairs have cells in the accumulators."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Pairs:
    """Pairs of a subject and a row, numbered as they turn up.

    Parameters
    ----------
    n_subjects, most_rows : int

    Attributes
    ----------
    number : array of int32, shape (n_subjects + 1, n_rows)
        Number of each pair; 0 stands for all that never turned up, and the last line is of a subject that nobody has.
    n : int
        How many numbers are in use.
    capacity : int
        How many there would be if every row had every subject.
    """

    def __init__(self, n_subjects: int, most_rows: int) -> None:
        self._room = np.zeros((n_subjects + 1) * most_rows, np.int32)
        self._n_lines = n_subjects + 1
        self.capacity = n_subjects * most_rows + 1
        self.begin(most_rows)

    def begin(self, n_rows: int) -> None:
        """Forget all pairs; the next are of so many other rows."""
        self.number = self._room[: self._n_lines * n_rows].reshape(self._n_lines, n_rows)
        self.number.fill(0)
        self.n = 1

    def find(self, place: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the number of the pair at each flat place of `number`; a new one where the pair is new."""
        flat = self.number.reshape(-1)
        number = flat.take(place)
        is_new = np.flatnonzero(number == 0)
        if len(is_new):
            new, order = place.take(is_new), np.arange(len(is_new), dtype=np.int32)
            flat[new] = order  # of each pair only the last stays
            each = new.take(np.flatnonzero(flat.take(new) == order))
            flat[each] = np.arange(self.n, self.n + len(each), dtype=np.int32)
            self.n += len(each)
            number[is_new] = flat.take(new)
        return number
