"""Windows of days before the index, and the bins that any set of windows cuts the past into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidens.foundation import WindowError

DAY_US = 86_400_000_000  # microseconds
ALL_TIME_US = 1 << 61  # longer than any record
PATTERN = re.compile(r"(?P<begin>\d+)(?:-(?P<end>\d+))?d")


@dataclass(frozen=True)
class Window:
    """The events with index - begin_days <= event_at < index - end_days, in days of 24 hours.

    Parameters
    ----------
    end_days : int
        0: the window ends at the index, and so does every shorter one of this kind: they are nested.
    begin_days : int, optional
        None: all time.

    Examples
    --------
    >>> Window.parse("365d"), Window.parse("365-90d").name, Window.parse("ever").name
    (Window(end_days=0, begin_days=365), '365-90d', 'ever')
    >>> Window.parse("90-365d")
    Traceback (most recent call last):
    evidens.foundation.windows.WindowError: '90-365d' is reversed or empty: write the earlier bound first, as in 365-90d
    """

    end_days: int = 0
    begin_days: int | None = None

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read "365d" (the last 365 days), "365-90d" (from 365 to 90 days before) or "ever"."""
        if text == "ever":
            return cls()
        found = PATTERN.fullmatch(text)
        if not found:
            raise WindowError(f"{text!r} is no window: write 365d, 365-90d or ever")
        begin, end = int(found["begin"]), int(found["end"] or 0)
        if begin <= end:
            raise WindowError(f"{text!r} is reversed or empty: write the earlier bound first, as in 365-90d")
        return cls(end, begin)

    @property
    def name(self) -> str:
        """The window as it stands in settings and in the names of features."""
        if self.begin_days is None:
            return "ever"
        return f"{self.begin_days}-{self.end_days}d" if self.end_days else f"{self.begin_days}d"

    @property
    def limits_us(self) -> tuple[int, int]:
        """The ages a that lie in it: limits[0] < a <= limits[1], where a is the index minus the event's time."""
        begin = ALL_TIME_US if self.begin_days is None else self.begin_days * DAY_US
        return self.end_days * DAY_US, begin


@dataclass(frozen=True)
class Bins:
    """The past cut at every edge of some windows: an event lies in one bin, a window is a range of bins.

    Parameters
    ----------
    edges_us : tuple of int
        Ascending ages; bin i holds the ages a with edges_us[i] < a <= edges_us[i + 1].
    spans : mapping of Window to (int, int)
        First bin of the window, and the one after its last.

    Notes
    -----
    An event is put into its bin once, and windows are put together from bins: four windows cost little more
    than one.
    """

    edges_us: tuple[int, ...]
    spans: Mapping[Window, tuple[int, int]]

    @classmethod
    def of(cls, windows: Iterable[Window]) -> Bins:
        """Cut at the edges of `windows`."""
        wanted = sorted(set(windows), key=lambda window: window.limits_us)
        edges = sorted({edge for window in wanted for edge in window.limits_us})
        return cls(tuple(edges), {w: (edges.index(w.limits_us[0]), edges.index(w.limits_us[1])) for w in wanted})

    @property
    def n(self) -> int:
        """How many bins."""
        return max(len(self.edges_us) - 1, 0)

    @property
    def are_nested(self) -> bool:
        """Whether all windows end where the first bin begins."""
        return all(first == 0 for first, _ in self.spans.values())

    def find(self, age_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bin of each age, all of which lie between the first edge and the last."""
        place = np.zeros(len(age_us), np.int16)
        for edge in self.edges_us[1:-1]:
            place += (age_us > edge).view(np.int8)
        return place.astype(np.int64)


def parse_windows(texts: Iterable[str]) -> tuple[Window, ...]:
    """Read windows, each once.

    Raises
    ------
    WindowError
        If one is none, or stands twice.
    """
    windows = tuple(Window.parse(text) for text in texts)
    if len(set(windows)) < len(windows):
        raise WindowError("a window stands twice: name each once")
    return windows
