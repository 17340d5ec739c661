"""Who may enter a study, and when."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from evidens.codes import CodeList
from evidens.cohort.landmarks import MOMENTS, Landmark
from evidens.cohort.patterns import read_patterns
from evidens.foundation import Lookback


@dataclass(frozen=True)
class HistoryRule:
    """Events that must, or must not, lie before an index and be known at it.

    Parameters
    ----------
    leaves : str
        Why who breaks the rule is left out, as the flow chart words it.
    days : int
        In [index - days, index).
    codes : tuple of str
        Codes as `evidens.cohort.patterns` reads them; empty: any event.
    at_least, at_most : int, optional
        How many events.
    """

    leaves: str
    days: int
    codes: tuple[str, ...] = ()
    at_least: int = 0
    at_most: int | None = None

    def __post_init__(self) -> None:
        _ = Lookback(self.days), self.code_list  # both raise what is wrong with them
        if self.at_least < 0 or (self.at_most is not None and self.at_most < self.at_least):
            raise ValueError("at_least lies between 0 and at_most")
        if self.at_least == 0 and self.at_most is None:
            raise ValueError("a rule of history needs at_least or at_most")

    @cached_property
    def code_list(self) -> CodeList | None:
        """The codes; None where any event counts."""
        return read_patterns(self.codes) if self.codes else None


@dataclass(frozen=True)
class CohortSettings:
    """Index dates, eligibility and what counts as the outcome for one study (conf/cohort/).

    Parameters
    ----------
    landmark : Landmark
        When people are asked about: calendar, random, event, admission or discharge.
    min_age, max_age : int
        Completed years on the index day, both included.
    data_from_on : date
        First day from which the registers are complete enough to look back on.
    lookback_days : int
        History that the registers must cover before an index date: the same length for everyone, since
        a lookback that grows with calendar time makes incidence fall by itself.
    min_residence_days : int
        Days of unbroken residence before the index, so that a record without events means no events.
    history : tuple of HistoryRule
        What else must, or must not, lie before the index.
    confirm_lag_days : int
        Days between an outcome and the day by which the registers are expected to show it.
    immature : {"leave_out", "censor"}
        What to do with an index date whose horizon, with the lag, ends after the last complete day of
        the data: leave it out (the default), or follow it as far as the data reach and censor it there.
    washout_days : int, optional
        Whoever has a qualifying event in so many days before the index is left out, and earlier ones are forgotten;
        null: ever; 0: no one is, for outcomes that may happen again.
    blanking_hours : int
        The outcome counts from so long after the index on, so that what was already under way is not predicted. Who has
        it earlier is left out; where `washout_days` is 0, the earlier event is passed over.
    as_known : bool
        Judge who has the phenotype at the index on what was known before it, and the outcome on what was known when the
        horizon and the lag had passed. Else both are judged on the whole record, by the dates of events: someone who
        already has the disease is no longer at risk of getting it, even if the registers did not yet say so.
    """

    landmark: Landmark
    min_age: int
    max_age: int
    data_from_on: dt.date
    lookback_days: int = 1825
    min_residence_days: int = 730
    history: tuple[HistoryRule, ...] = ()
    confirm_lag_days: int = 90
    immature: Literal["leave_out", "censor"] = "leave_out"
    washout_days: int | None = None
    blanking_hours: int = 0
    as_known: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.min_age <= self.max_age:
            raise ValueError(f"min_age {self.min_age} and max_age {self.max_age} leave no one")
        if min(self.min_residence_days, self.confirm_lag_days, self.blanking_hours, self.washout_days or 0) < 0:
            raise ValueError(
                "min_residence_days, confirm_lag_days, blanking_hours and washout_days may not be negative"
            )
        _ = self.lookback  # raises what is wrong with it

    @property
    def lookback(self) -> Lookback:
        """The history before an index that features may read."""
        return Lookback(self.lookback_days)

    @property
    def is_moment(self) -> bool:
        """Whether the index is a moment of a day, not a day."""
        return self.landmark.kind in MOMENTS
