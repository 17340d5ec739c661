"""Features in long form: what a person does not have takes no room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidens.codes import CodeList
from evidens.events import BucketEvents
from evidens.features.build import reckon
from evidens.features.index import Index
from evidens.features.settings import FeatureSettings
from evidens.features.statistics import STATISTICS
from evidens.features.tables import Tables, take
from evidens.features.windows import Window


@dataclass(frozen=True)
class LongFeatures:
    """Features in long form: one entry per index row, subject and window that has at least one event.

    Parameters
    ----------
    row : array of int64
        Row of the index table.
    subject, window : array of int16
        Positions in `subjects` and `windows`.
    subjects, windows : tuple of str
    columns : dict of str to array of float32
        "count" and every other statistic that a family asks for; NaN where it does not for this subject.
    """

    row: NDArray[np.int64]
    subject: NDArray[np.int16]
    window: NDArray[np.int16]
    subjects: tuple[str, ...]
    windows: tuple[str, ...]
    columns: dict[str, NDArray[np.float32]]


def build_long(
    index: Index, events: BucketEvents, settings: FeatureSettings, *, excluded: CodeList | None = None
) -> LongFeatures:
    """Build counts and values in long form.

    Parameters
    ----------
    index, events, settings, excluded
        As for `build_columns`. Read are the families that give statistics of a subject in a window; each subject needs
        a count in each of its windows.
    """
    form = _Form.of(settings)
    pieces = [form.nothing]
    for rows, source in reckon(index, events, settings, excluded=excluded):
        having = _Having.of(source.tables, form.subjects, form.statistics)
        pieces += [form.select(having, window, rows.start) for window in form.windows]
    row, subject, *columns = (np.concatenate(column) for column in zip(*pieces, strict=True))
    place = np.arange(-1, len(pieces) - 1) % max(len(form.windows), 1)
    return LongFeatures(
        row,
        subject,
        np.repeat(place.astype(np.int16), [len(piece[0]) for piece in pieces]),
        form.subjects,
        tuple(window.name for window in form.windows),
        dict(zip(form.statistics, columns, strict=True)),
    )


Piece = tuple[NDArray[Any], ...]  # row, subject, and a column per statistic


@dataclass(frozen=True)
class _Having:
    """The pairs of a subject and a row that there are, by subject and then row.

    Parameters
    ----------
    tables : Tables
    subject : array of int16
    row : array of int64
    numbers : mapping of str to array of int32
        Of each output, its number of the pair.
    """

    tables: Tables
    subject: NDArray[np.int16]
    row: NDArray[np.int64]
    numbers: Mapping[str, NDArray[np.int32]]

    @classmethod
    def of(cls, tables: Tables, subjects: Sequence[str], statistics: Iterable[str]) -> _Having:
        """Find them: every subject is counted."""
        rows = [tables.rows_with("events", subject) for subject in subjects]
        subject = np.repeat(np.arange(len(subjects), dtype=np.int16), [len(mine) for mine in rows])
        row = np.concatenate([np.empty(0, np.int64), *rows])
        outputs = dict.fromkeys(output for name in statistics for output in STATISTICS[name].outputs)
        shared: dict[int, NDArray[np.int32]] = {}  # outputs of the same subjects share their pairs
        for output in outputs:
            table = tables.of[output]
            if id(table.number) not in shared:
                shared[id(table.number)] = table.find(subjects, subject, row)
        return cls(tables, subject, row, {output: shared[id(tables.of[output].number)] for output in outputs})

    def reckon(self, statistic: str, window: Window, pairs: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Reckon a statistic in a window; of all pairs, or of some."""
        outputs = STATISTICS[statistic].outputs
        parts = (self.tables.of[output].by_window[window].take(take(self.numbers[output], pairs)) for output in outputs)
        return STATISTICS[statistic].reckon(*parts)


@dataclass(frozen=True)
class _Form:
    """What the long form has.

    Parameters
    ----------
    subjects, statistics : tuple of str
    windows : tuple of Window
    asked : mapping of (str, Window) to array of bool, shape (n_subjects,)
        For each statistic and window, of which subjects it is asked for.
    """

    subjects: tuple[str, ...]
    windows: tuple[Window, ...]
    statistics: tuple[str, ...]
    asked: Mapping[tuple[str, Window], NDArray[np.bool_]]

    @classmethod
    def of(cls, settings: FeatureSettings) -> _Form:
        """Collect the cells of all families."""
        cells = {cell[1:]: None for family in settings.families for cell in family.cells()}
        subjects = tuple(dict.fromkeys(subject for _, subject, _ in cells))
        windows = tuple(dict.fromkeys(window for _, _, window in cells))
        statistics = tuple(dict.fromkeys(statistic for statistic, _, _ in cells))
        asked = {(name, w): np.array([(name, s, w) in cells for s in subjects]) for name in statistics for w in windows}
        without = sorted({subject for _, subject, window in cells if ("count", subject, window) not in cells})
        if without:
            raise ValueError(f"the long form needs counts of every subject: {', '.join(without[:5])} has none")
        return cls(subjects, windows, statistics, asked)

    @property
    def nothing(self) -> Piece:
        """The piece without any row."""
        return (np.empty(0, np.int64), np.empty(0, np.int16), *(np.empty(0, np.float32) for _ in self.statistics))

    def select(self, having: _Having, window: Window, start: int) -> Piece:
        """Select the pairs that have any event in a window; the first row is row `start` of the index."""
        has_any = having.reckon("count", window) > 0
        if not self.asked["count", window].all():
            has_any &= self.asked["count", window].take(having.subject)
        found = np.flatnonzero(has_any)
        subject = having.subject.take(found)
        columns = []
        for name in self.statistics:
            asked = self.asked[name, window]
            if asked.all():
                columns.append(having.reckon(name, window, found))
                continue
            mine = np.flatnonzero(asked.take(subject))
            column = np.full(len(found), np.nan, np.float32)
            column[mine] = having.reckon(name, window, found.take(mine))
            columns.append(column)
        return having.row.take(found) + start, subject, *columns
