"""Half-open windows of time around an index, which cannot be built reversed.

The index day lies in neither window: what is recorded on the day of the prediction may already be
its consequence, and what happens that day is too late to predict.
"""

from dataclasses import dataclass


class WindowError(ValueError):
    """A window that would be empty or reversed."""


@dataclass(frozen=True, order=True)
class Lookback:
    """The days before an index t: [t - days, t).

    >>> Lookback(365).days
    365
    >>> Lookback(0)
    Traceback (most recent call last):
    evidens.foundation.windows.WindowError: a lookback needs at least one day, got 0
    """

    days: int

    def __post_init__(self) -> None:
        if self.days < 1:
            raise WindowError(f"a lookback needs at least one day, got {self.days}")


@dataclass(frozen=True, order=True)
class Horizon:
    """The days after an index t: (t, t + days]; a year is 365 days whatever the calendar says.

    >>> Horizon(1095).years
    3
    """

    days: int

    def __post_init__(self) -> None:
        if self.days < 1:
            raise WindowError(f"a horizon needs at least one day, got {self.days}")

    @property
    def years(self) -> int:
        """Whole years of 365 days."""
        return self.days // 365
