"""Accumulators of subjects: events are scattered into cells of the pairs that occur, no sort and no table of hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidens.events import NO_TIME
from evidens.features.coding import Coder, Layer
from evidens.features.kernel import Past
from evidens.features.pairs import Pairs
from evidens.features.reductions import LARGEST_VALUE, REDUCTIONS, ByWindow, Hits
from evidens.features.subjects import Subject
from evidens.features.tables import Table, Tables, take
from evidens.features.windows import Bins, Window

REDUCTION_OF = {output: name for name, reduction in REDUCTIONS.items() for output in reduction.outputs}


@dataclass(frozen=True)
class Need:
    """One thing that a feature is made of: such as the "total" of "hba1c" in a window."""

    output: str
    subject: str
    window: Window


@dataclass(frozen=True)
class Plan:
    """Which reductions of which subjects, over which past.

    Parameters
    ----------
    subjects : tuple of Subject
    wanted : mapping of str to tuple of int
        Positions of the subjects that each reduction is made of.
    reach_us : tuple of int
        Of each subject: no older event lies in a window that it is asked for.
    """

    subjects: tuple[Subject, ...]
    wanted: Mapping[str, tuple[int, ...]]
    reach_us: tuple[int, ...]

    @classmethod
    def of(cls, needs: Iterable[Need], subjects: Mapping[str, Subject]) -> Plan:
        """Collect the needs of all families; `subjects` has every subject by name."""
        places = {name: place for place, name in enumerate(subjects)}
        wanted: dict[str, set[int]] = {}
        reach = [0] * len(places)
        for need in needs:
            place = places[need.subject]
            wanted.setdefault(REDUCTION_OF[need.output], set()).add(place)
            reach[place] = max(reach[place], need.window.limits_us[1])
        return cls(tuple(subjects.values()), {name: tuple(sorted(mine)) for name, mine in wanted.items()}, tuple(reach))

    @property
    def columns(self) -> frozenset[str]:
        """What is read beside person, times and code."""
        return frozenset(column for name in self.wanted if (column := REDUCTIONS[name].column))

    @property
    def bytes_per_row(self) -> int:
        """Bytes that a row with all subjects takes in one bin of all accumulators."""
        return sum(REDUCTIONS[name].bytes_per_cell * len(mine) for name, mine in self.wanted.items())


class Cells:
    """Accumulators of reductions that are of the same subjects, and so of the same pairs.

    Parameters
    ----------
    subjects : tuple of int
        Positions among the subjects of the plan.
    of_values : bool
        Whether events without a value are passed over.
    names : sequence of str
        Of the reductions.
    n_bins, most_rows : int
    """

    def __init__(self, subjects: tuple[int, ...], of_values: bool, names: Sequence[str], n_bins: int, most_rows: int):
        self.subjects, self.of_values = subjects, of_values
        self.pairs = Pairs(len(subjects), most_rows)
        self.reads_ends = any(REDUCTIONS[name].column == "end_at" for name in names)
        self.kept = {name: REDUCTIONS[name].start((n_bins, self.pairs.capacity)) for name in names}

    def begin(self, n_rows: int) -> None:
        """Forget all events; the next are of so many other rows."""
        self.pairs.begin(n_rows)
        self._clear(slice(0, 1))

    def place(self, number: NDArray[np.int32], n_subjects: int) -> NDArray[np.int64]:
        """Return where the pairs of each subject begin, below 0 for other subjects; `number` may be -1."""
        begins = np.full(n_subjects + 1, -1)
        begins[list(self.subjects)] = np.arange(len(self.subjects)) * self.pairs.number.shape[1]
        return begins[number]

    def find(self, place: NDArray[np.int64], bin_: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the flat cell of each pair and bin; those of new pairs are made ready."""
        n_before = self.pairs.n
        number = self.pairs.find(place)
        self._clear(slice(n_before, self.pairs.n))
        return bin_ * self.pairs.capacity + number

    def add(self, hits: Hits) -> None:
        """Scatter events into all accumulators."""
        for name, kept in self.kept.items():
            REDUCTIONS[name].add(kept, hits)

    def finish(self, bins: Bins) -> Iterator[tuple[str, ByWindow]]:
        """Yield each output; the accumulators are used up."""
        for name, kept in self.kept.items():
            yield from zip(REDUCTIONS[name].outputs, REDUCTIONS[name].widen(kept, self.pairs.n, bins), strict=True)

    def _clear(self, pairs: slice) -> None:
        for name, kept in self.kept.items():
            REDUCTIONS[name].clear(kept, pairs)


class Accumulators:
    """The sink that fills the accumulators of a plan, for up to `most_rows` rows at a time.

    Notes
    -----
    The room is used again for the next rows: memory that is new costs more than all that is done with it.
    """

    def __init__(self, plan: Plan, bins: Bins, most_rows: int, coder: Coder) -> None:
        self._plan, self._bins, self._coder = plan, bins, coder
        alike: dict[tuple[tuple[int, ...], bool], list[str]] = {}
        for name, mine in plan.wanted.items():
            alike.setdefault((mine, REDUCTIONS[name].of_values), []).append(name)
        self._cells = [Cells(*of, names, bins.n, most_rows) for of, names in alike.items()]
        self._reach = np.array([*plan.reach_us, 0], np.int64)
        self._farthest = bool(plan.reach_us) and min(plan.reach_us) < bins.edges_us[-1]
        self._layers: list[Layer] = []
        self.begin(most_rows)

    def begin(self, n_rows: int) -> None:
        """Forget all events; the next are of so many other rows. Tables that were finished before are void."""
        for cells in self._cells:
            cells.begin(n_rows)

    @property
    def columns(self) -> frozenset[str]:
        """What it reads beside person, times and code."""
        return self._plan.columns

    def open(self, codes: tuple[str, ...]) -> NDArray[np.bool_]:
        """Look the codes of a run up."""
        self._layers = self._coder.layers(codes)
        return self._layers[0].number >= 0 if self._layers else np.zeros(len(codes), bool)

    def add(self, past: Past) -> None:
        """Scatter events, once per subject they belong to."""
        for layer in self._layers:
            for cells in self._cells:
                cells.add(self._hit(past, layer, cells))

    def _hit(self, past: Past, layer: Layer, cells: Cells) -> Hits:
        begin = cells.place(layer.number, len(self._plan.subjects)).take(past.code)
        mine = begin >= 0
        if self._farthest:
            mine &= past.age_us <= self._reach[layer.number].take(past.code)
        places = None if mine.all() else np.flatnonzero(mine)
        value, stay = np.empty(0), np.empty(0, np.int64)
        if cells.of_values:
            value = self._read_values(past, layer, places)
            usable = np.abs(value) <= LARGEST_VALUE  # not so for NaN
            if not usable.all():
                kept = np.flatnonzero(usable)
                value, places = value.take(kept), kept if places is None else places.take(kept)
        if cells.reads_ends:
            stay = self._read_stays(past, places)
        cell = cells.find(take(begin, places) + take(past.row, places), take(past.bin, places))
        return Hits(cell, take(past.age_us, places), value, stay)

    def _read_values(self, past: Past, layer: Layer, places: NDArray[np.int64] | None) -> NDArray[np.float64]:
        assert past.run.value is not None
        value = past.run.value[take(past.event, places)]
        if layer.scale is None or layer.offset is None:
            return value
        code = take(past.code, places)
        return value * layer.scale[code] + layer.offset[code]

    def _read_stays(self, past: Past, places: NDArray[np.int64] | None) -> NDArray[np.int64]:
        assert past.run.end_us is not None
        event, age = take(past.event, places), take(past.age_us, places)
        end = past.run.end_us[event]
        return np.where(end == NO_TIME, age, np.minimum(end - past.run.event_us[event], age))

    def finish(self) -> Tables:
        """Put the windows together; the accumulators are used up."""
        subjects = [subject.name for subject in self._plan.subjects]
        tables = {}
        for cells in self._cells:
            places = {subjects[place]: line for line, place in enumerate(cells.subjects)}
            for output, by_window in cells.finish(self._bins):
                tables[output] = Table(places, cells.pairs.number, by_window)
        return Tables(tables)
