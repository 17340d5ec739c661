"""How much a person was in hospital."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evidens.features.families.family import Family
from evidens.features.windows import Window, parse_windows


@dataclass(frozen=True)
class UtilisationFamily(Family):
    """Hospital contacts of any kind (`hospital_contacts_365d`) and days as an inpatient (`hospital_days_365d`).

    Parameters
    ----------
    windows : tuple of str
        A contact lies in the window in which it began.

    Notes
    -----
    Days run from the beginning of a stay to its end, or to the index where that comes first; fractions count. A stay
    without an end goes on at the index: whether it ended later is the future. Stays that overlap count twice.
    """

    kind: ClassVar[str] = "utilisation"
    windows: tuple[str, ...]

    def __post_init__(self) -> None:
        parse_windows(self.windows)

    def cells(self) -> Iterator[tuple[str, str, str, Window]]:
        """Yield contacts, then days."""
        for window in parse_windows(self.windows):
            yield f"hospital_contacts_{window.name}", "count", "CONTACT", window
            yield f"hospital_days_{window.name}", "days_stayed", "CONTACT/inpatient", window
