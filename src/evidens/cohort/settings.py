"""Who may enter a study, and when."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from evidens.foundation import Lookback


@dataclass(frozen=True)
class CohortSettings:
    """Index dates and eligibility for one outcome (conf/cohort/).

    Parameters
    ----------
    index_years : tuple of int
        Every eligible person has one index date in each of these years.
    index_month, index_day : int
        The day of the year of the index date; the index opens that day at midnight.
    min_age, max_age : int
        Completed years on the index day, both included.
    lookback_days : int
        History that the registers must cover before an index date: the same length for everyone, since
        a lookback that grows with calendar time makes incidence fall by itself.
    data_from_on : date
        First day from which the registers are complete enough to look back on.
    min_residence_days : int
        Days of unbroken residence before the index, so that a record without events means no events.
    confirm_lag_days : int
        Days between an outcome and the day by which the registers are expected to show it.
    immature : {"leave_out", "censor"}
        What to do with an index date whose horizon, with the lag, ends after the last complete day of
        the data: leave it out (the default), or follow it as far as the data reach and censor it there.
    """

    index_years: tuple[int, ...]
    min_age: int
    max_age: int
    data_from_on: dt.date
    index_month: int = 1
    index_day: int = 1
    lookback_days: int = 1825
    min_residence_days: int = 730
    confirm_lag_days: int = 90
    immature: Literal["leave_out", "censor"] = "leave_out"

    def __post_init__(self) -> None:
        if not self.index_years or len(set(self.index_years)) < len(self.index_years):
            raise ValueError("index_years needs at least one year, each of them once")
        if not 0 <= self.min_age <= self.max_age:
            raise ValueError(f"min_age {self.min_age} and max_age {self.max_age} leave no one")
        if min(self.min_residence_days, self.confirm_lag_days) < 0:
            raise ValueError("min_residence_days and confirm_lag_days may not be negative")
        _ = self.index_dates, self.lookback  # both raise what is wrong with them

    @property
    def index_dates(self) -> tuple[dt.date, ...]:
        """The index dates in calendar order."""
        return tuple(dt.date(year, self.index_month, self.index_day) for year in sorted(self.index_years))

    @property
    def lookback(self) -> Lookback:
        """The history before an index that features may read."""
        return Lookback(self.lookback_days)
