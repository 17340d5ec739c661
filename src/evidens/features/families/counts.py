"""How often, at what dose: counts of events and sums of their values, for subjects that are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evidens.features.families.family import Family
from evidens.features.windows import Window, parse_windows


@dataclass(frozen=True)
class CountFamily(Family):
    """Number of events, such as `count_GROUP/statins_365d`; 0 where there are none.

    Parameters
    ----------
    of : tuple of str
        Subjects.
    windows : tuple of str
    """

    kind: ClassVar[str] = "counts"
    word: ClassVar[str] = "count"  # begins the names
    statistic: ClassVar[str] = "count"
    of: tuple[str, ...]
    windows: tuple[str, ...]

    def __post_init__(self) -> None:
        parse_windows(self.windows)

    def cells(self) -> Iterator[tuple[str, str, str, Window]]:
        """Yield by window, then subject."""
        for window in parse_windows(self.windows):
            for subject in self.of:
                yield f"{self.word}_{subject}_{window.name}", self.statistic, subject, window


@dataclass(frozen=True)
class DoseFamily(CountFamily):
    """Cumulative dose: sum of the values, such as `dose_ATC/C10AA_365d`; 0 where there are none.

    Parameters
    ----------
    of : tuple of str
        Subjects. A dispensing has defined daily doses as its value.
    windows : tuple of str
    """

    kind: ClassVar[str] = "dose"
    word: ClassVar[str] = "dose"
    statistic: ClassVar[str] = "sum"
