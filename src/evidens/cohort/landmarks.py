"""When people are asked about: kinds of index dates, as settings declare them."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

from evidens.codes import CodeList
from evidens.cohort.patterns import read_patterns
from evidens.phenotypes import AdmissionSettings

MOMENTS = ("event", "admission", "discharge")  # kinds whose index is a moment of a day; of the others it is the day


def _check_period(from_on: dt.date, to_on: dt.date) -> None:
    if to_on < from_on:
        raise ValueError(f"the period ends on {to_on}, before it begins on {from_on}")


@dataclass(frozen=True)
class Period:
    """Days from `from_on` to `to_on`, both included."""

    from_on: dt.date
    to_on: dt.date

    def __post_init__(self) -> None:
        _check_period(self.from_on, self.to_on)


class _InPeriod:
    """A landmark whose index dates lie in a period."""

    from_on: dt.date

    @property
    def first_on(self) -> dt.date:
        """The earliest day on which an index may lie."""
        return self.from_on


@dataclass(frozen=True)
class CalendarLandmark:
    """Everyone on the same day of each year, so that no one's index depends on being tested.

    Parameters
    ----------
    years : tuple of int
        Every person has one index date in each of these years.
    month, day : int
        The day; the index opens that day at midnight.
    """

    kind: ClassVar = "calendar"

    years: tuple[int, ...]
    month: int = 1
    day: int = 1

    def __post_init__(self) -> None:
        if not self.years or len(set(self.years)) < len(self.years):
            raise ValueError("years needs at least one year, each of them once")
        _ = self.dates  # raises what is wrong with them

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """The index dates in calendar order."""
        return tuple(dt.date(year, self.month, self.day) for year in sorted(self.years))

    @property
    def first_on(self) -> dt.date:
        """The earliest day on which an index may lie."""
        return self.dates[0]


@dataclass(frozen=True)
class RandomLandmark(_InPeriod):
    """Everyone on a day of their own, drawn before anything is known of them.

    Parameters
    ----------
    from_on, to_on : date
        The period, both days included. The index opens the drawn day at midnight.
    salt : str
        Keys the draw; another salt draws other days.
    """

    kind: ClassVar = "random"

    from_on: dt.date
    to_on: dt.date
    salt: str

    def __post_init__(self) -> None:
        _check_period(self.from_on, self.to_on)


@dataclass(frozen=True)
class EventLandmark(_InPeriod):
    """When something is registered of a person, such as a blood count.

    Parameters
    ----------
    codes : tuple of str
        Codes as `evidens.cohort.patterns` reads them.
    from_on, to_on : date
        Days on which the index may lie, both included.
    at : {"known", "event"}
        The index is when the event was known, or when it happened.
    after_minutes : int
        The index is so long after that. What becomes known at the very moment of the index is not visible to features:
        with one minute, the event itself is.
    which : {"each", "first", "last"}
        Of the events in one `per`. The last looks ahead, since only later is it known to be the last.
    per : {"record", "period", "year"}
        "record": all that is delivered, so that a first event is one ever; "period": from `from_on` to `to_on`; "year":
        a calendar year.
    min_gap_days : int
        Days that must have passed since the person's index date before, else it is passed over.
    types : tuple of str
        Texts that the event must have one of; empty: any.
    at_least, below : float, optional
        Limits of the event's value.
    """

    kind: ClassVar = "event"

    codes: tuple[str, ...]
    from_on: dt.date
    to_on: dt.date
    at: Literal["known", "event"] = "known"
    after_minutes: int = 0
    which: Literal["each", "first", "last"] = "each"
    per: Literal["record", "period", "year"] = "period"
    min_gap_days: int = 0
    types: tuple[str, ...] = ()
    at_least: float | None = None
    below: float | None = None

    def __post_init__(self) -> None:
        _check_period(self.from_on, self.to_on)
        if min(self.after_minutes, self.min_gap_days) < 0:
            raise ValueError("after_minutes and min_gap_days may not be negative")
        if not self.codes:
            raise ValueError("codes needs at least one code")
        _ = self.code_list

    @cached_property
    def code_list(self) -> CodeList:
        """The codes."""
        return read_patterns(self.codes)


@dataclass(frozen=True)
class AdmissionLandmark(_InPeriod):
    """Some hours after admission to hospital, of those who are still there.

    Parameters
    ----------
    from_on, to_on : date
        Days on which the index may lie, both included.
    after_hours : float
        Hours from admission to index.
    admission : AdmissionSettings
        What an admission is.
    without : tuple of Period
        Days on which no index may lie, such as those in which a register changed.
    """

    kind: ClassVar = "admission"

    from_on: dt.date
    to_on: dt.date
    after_hours: float = 24.0
    admission: AdmissionSettings = field(default_factory=AdmissionSettings)
    without: tuple[Period, ...] = ()

    def __post_init__(self) -> None:
        _check_period(self.from_on, self.to_on)
        if self.after_hours < 0:
            raise ValueError("after_hours may not be negative")


@dataclass(frozen=True)
class DischargeLandmark(_InPeriod):
    """At each discharge from hospital.

    Parameters
    ----------
    from_on, to_on : date
        Days on which the index may lie, both included.
    admission : AdmissionSettings
        What an admission is.
    without : tuple of Period
        Days on which no index may lie, such as those in which a register changed.
    """

    kind: ClassVar = "discharge"

    from_on: dt.date
    to_on: dt.date
    admission: AdmissionSettings = field(default_factory=AdmissionSettings)
    without: tuple[Period, ...] = ()

    def __post_init__(self) -> None:
        _check_period(self.from_on, self.to_on)


Landmark = CalendarLandmark | RandomLandmark | EventLandmark | AdmissionLandmark | DischargeLandmark
