"""What accumulators become: one number per person, subject and window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidens.features.accumulate import Need
from evidens.features.reductions import MILLI, NEVER
from evidens.features.tables import Tables
from evidens.features.windows import DAY_US, Window

YEAR_DAYS = 365  # a year is 365 days whatever the calendar says
LARGEST_DIFFERENCE = 2.0**62  # of whole numbers, that surely fits into 64 bits

Column = NDArray[np.float32]


@dataclass(frozen=True)
class Statistic:
    """One statistic.

    Parameters
    ----------
    outputs : tuple of str
        Of the reductions, what it is made of.
    reckon : callable
        Takes one array per output, shape (n_rows,), and returns float32; NaN where undefined.
    """

    outputs: tuple[str, ...]
    reckon: Callable[..., Column]

    def needs(self, subject: str, window: Window) -> list[Need]:
        """Say what it needs for one subject and window."""
        return [Need(output, subject, window) for output in self.outputs]

    def of(self, tables: Tables, subject: str, window: Window) -> Column:
        """Reckon it for one subject and window, one number per row."""
        return self.reckon(*(tables.take(output, subject, window) for output in self.outputs))


def _as_it_is(number: NDArray[Any]) -> Column:
    return number


def _finite(value: Column) -> Column:
    return np.where(np.isinf(value), np.float32(np.nan), value)


def _mean(n: Column, total: NDArray[np.int64]) -> Column:
    """Divide the sum of whole thousandths once: the same on any number of threads."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (total / (n.astype(np.float64) * MILLI)).astype(np.float32)


def _slope(n: Column, days: NDArray, days_days: NDArray, total: NDArray, days_total: NDArray) -> Column:
    """Fit a line by least squares to value on whole days, and give its slope per year of 365 days.

    Notes
    -----
    All five sums are whole numbers. The differences are exact, even where a product overflows: arithmetic modulo
    2^64 gives the right difference as long as that one fits. Where it may not, the slope is not known: NaN.
    """
    n_whole = n.astype(np.int64)
    spread = n_whole * days_days - days**2
    together = n_whole * days_total - days * total
    about = n.astype(np.float64) * days_total - days.astype(np.float64) * total
    is_known = (spread > 0) & (np.abs(about) < LARGEST_DIFFERENCE)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_day_back = np.where(is_known, together / spread.astype(np.float64), np.nan)
    return (-per_day_back * YEAR_DAYS / MILLI).astype(np.float32)


def _days_ago(age_us: NDArray[np.int64]) -> Column:
    never = (age_us == NEVER) | (age_us == 0)  # no age is 0: what lies on the index is not read
    return np.where(never, np.nan, age_us // DAY_US).astype(np.float32)


STATISTICS: Mapping[str, Statistic] = {
    "count": Statistic(("events",), _as_it_is),
    "has_any": Statistic(("events",), lambda n: (n > 0).astype(np.float32)),
    "n": Statistic(("values",), _as_it_is),
    "is_missing": Statistic(("values",), lambda n: (n == 0).astype(np.float32)),
    "latest": Statistic(("latest",), _as_it_is),
    "min": Statistic(("min",), _finite),
    "max": Statistic(("max",), _finite),
    "mean": Statistic(("values", "total"), _mean),
    "sum": Statistic(("total",), lambda total: (total / MILLI).astype(np.float32)),
    "slope": Statistic(("values", "days", "days_days", "total", "days_total"), _slope),
    "days_since": Statistic(("latest_age",), _days_ago),  # the latest with a value
    "days_since_last": Statistic(("youngest",), _days_ago),
    "days_since_first": Statistic(("oldest",), _days_ago),
    "days_stayed": Statistic(("stay",), lambda stay: (stay / DAY_US).astype(np.float32)),
}
