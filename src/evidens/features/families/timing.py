"""When: days since the last and the first event of a subject, and whether its first ever lies in the window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from evidens.features.accumulate import Need
from evidens.features.families.family import Family, Groups, Source
from evidens.features.subjects import Subject, find_subject
from evidens.features.windows import Window, parse_windows


@dataclass(frozen=True)
class RecencyFamily(Family):
    """Whole days since the last event (`days_since_ATC_1825d`) or the first (`days_since_first_...`) of a window.

    Parameters
    ----------
    last, first : mapping of str to tuple of str
        Windows by subject.
    """

    kind: ClassVar[str] = "recency"
    last: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    first: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for texts in (*self.last.values(), *self.first.values()):
            parse_windows(texts)

    def cells(self) -> Iterator[tuple[str, str, str, Window]]:
        """Yield the last events, then the first ones."""
        for prefix, statistic, named in (
            ("days_since", "days_since_last", self.last),
            ("days_since_first", "days_since_first", self.first),
        ):
            for subject, texts in named.items():
                for window in parse_windows(texts):
                    yield f"{prefix}_{subject}_{window.name}", statistic, subject, window


@dataclass(frozen=True)
class NewFamily(Family):
    """Whether the first event ever lies in the window, such as `is_new_GROUP/statins_365d`; 0 where there is none.

    Parameters
    ----------
    of : tuple of str
        Subjects.
    windows : tuple of str

    Notes
    -----
    The whole record before the index is read. It begins with the registers: what is new to them may be old.
    """

    kind: ClassVar[str] = "new"
    of: tuple[str, ...]
    windows: tuple[str, ...]

    def __post_init__(self) -> None:
        parse_windows(self.windows)

    def subjects(self, groups: Groups) -> list[Subject]:
        """Say which subjects occur."""
        return [find_subject(name, groups) for name in self.of]

    def needs(self) -> Iterator[Need]:
        """Yield the oldest event of all time, whatever the window."""
        for subject in self.of:
            yield Need("oldest", subject, Window())

    def columns(self, source: Source) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Yield 1 where the oldest event lies in the window."""
        for window in parse_windows(self.windows):
            nearest, farthest = window.limits_us
            for subject in self.of:
                age = source.tables.take("oldest", subject, Window())
                is_new = (age > nearest) & (age <= farthest)
                yield f"is_new_{subject}_{window.name}", is_new.astype(np.float32)
