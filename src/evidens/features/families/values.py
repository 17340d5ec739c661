"""Values of analytes: the latest, extremes, mean, trend, how many, how long ago, and whether there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from evidens.features.families.family import Family
from evidens.features.laboratory import load_laboratory
from evidens.features.windows import Window, parse_windows

VALUE_STATISTICS = ("latest", "days_since", "min", "max", "mean", "slope", "n", "is_missing")


@dataclass(frozen=True)
class ValueFamily(Family):
    """One feature per statistic, window and subject, such as `hba1c_latest_1825d`; NaN without a value.

    Parameters
    ----------
    of : tuple of str
        Analytes of laboratory.csv or other subjects; "all" alone means every analyte.
    statistics : mapping of str to tuple of str
        Of "latest", "days_since", "min", "max", "mean", "slope" (per year, least squares on whole days), "n" and
        "is_missing": in which windows.

    Notes
    -----
    Of several values at the latest moment the largest is the latest. A result given as a limit ("<3") counts with the
    limit; one in words has no value and counts nowhere here. Means are sums of whole thousandths, which no order
    of addition changes, divided once.
    """

    kind: ClassVar[str] = "values"
    of: tuple[str, ...]
    statistics: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        strangers = set(self.statistics) - set(VALUE_STATISTICS)
        if strangers:
            raise ValueError(f"statistics: {', '.join(sorted(strangers))} not among {', '.join(VALUE_STATISTICS)}")
        for texts in self.statistics.values():
            parse_windows(texts)

    @property
    def names(self) -> tuple[str, ...]:
        """The subjects; analytes in the order of laboratory.csv, then others."""
        known = load_laboratory().analytes
        if self.of == ("all",):
            return known
        return tuple(sorted(self.of, key=lambda name: known.index(name) if name in known else len(known)))

    def cells(self) -> Iterator[tuple[str, str, str, Window]]:
        """Yield by statistic, then window, then subject."""
        for statistic in (name for name in VALUE_STATISTICS if name in self.statistics):
            for window in parse_windows(self.statistics[statistic]):
                for subject in self.names:
                    yield f"{subject}_{statistic}_{window.name}", statistic, subject, window
