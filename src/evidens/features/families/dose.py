"""Cumulative dose: the sum of the values of events, such as defined daily doses of a drug."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evidens.features.families.family import Family
from evidens.features.windows import Window, parse_windows


@dataclass(frozen=True)
class DoseFamily(Family):
    """Sum of the values, such as `dose_ATC/C10AA_365d`; 0 where there are none.

    Parameters
    ----------
    of : tuple of str
        Subjects. A dispensing has defined daily doses as its value.
    windows : tuple of str
    """

    kind: ClassVar[str] = "dose"
    of: tuple[str, ...]
    windows: tuple[str, ...]

    def __post_init__(self) -> None:
        parse_windows(self.windows)

    def cells(self) -> Iterator[tuple[str, str, str, Window]]:
        """Yield by window, then subject."""
        for window in parse_windows(self.windows):
            for subject in self.of:
                yield f"dose_{subject}_{window.name}", "sum", subject, window
