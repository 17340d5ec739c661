"""Calendar quarters, the simulation's unit of time: everything is constant within one.

A quarter is counted from year 0 (`4 * year + quarter of the year`), a day from 1970-01-01.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evidens.simulation.arrays import Ints

_EPOCH = 1970 * 4


def is_quarter_start(day: dt.date) -> bool:
    """Whether `day` is the first of January, April, July or October."""
    return day.day == 1 and day.month % 3 == 1


def is_quarter_end(day: dt.date) -> bool:
    """Whether the day after `day` starts a quarter."""
    return is_quarter_start(day + dt.timedelta(days=1))


def quarter_of(day: dt.date) -> int:
    """Return the quarter that holds `day`.

    >>> quarter_of(dt.date(2006, 5, 3)) - quarter_of(dt.date(2006, 1, 1))
    1
    """
    return day.year * 4 + (day.month - 1) // 3


def quarters_of_days(days: ArrayLike) -> Ints:
    """Return the quarter that holds each day.

    Parameters
    ----------
    days : array of int
        Days since 1970-01-01.
    """
    months = np.asarray(days, dtype="datetime64[D]").astype("datetime64[M]").astype(np.int32)
    return months // 3 + _EPOCH


def first_days(quarters: ArrayLike) -> Ints:
    """Return the first day of each quarter, in days since 1970-01-01.

    >>> first_days([quarter_of(dt.date(1970, 4, 1))])
    array([90], dtype=int32)
    """
    months = (np.asarray(quarters, dtype=np.int64) - _EPOCH) * 3
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)


def day_number(day: dt.date) -> int:
    """Days from 1970-01-01 to `day`."""
    return (day - dt.date(1970, 1, 1)).days


@dataclass(frozen=True)
class Calendar:
    """The quarters that the registers cover, counted from 0.

    Parameters
    ----------
    first : int
        The first quarter, counted from year 0.
    n_quarters : int
        How many.
    """

    first: int
    n_quarters: int

    @classmethod
    def between(cls, start_on: dt.date, end_on: dt.date) -> "Calendar":
        """Build the calendar from the first day to the last."""
        return cls(quarter_of(start_on), quarter_of(end_on) - quarter_of(start_on) + 1)

    @property
    def starts(self) -> Ints:
        """First day of each quarter and of the one after the last, n_quarters + 1."""
        return first_days(self.first + np.arange(self.n_quarters + 1))

    def position(self, day: dt.date) -> int:
        """Return the place of the quarter that holds `day`; negative before the calendar."""
        return quarter_of(day) - self.first
