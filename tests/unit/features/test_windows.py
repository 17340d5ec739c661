"""Windows of days before the index, and what they cut the past into."""

import numpy as np
import pytest

from evidens.features.windows import DAY_US, Bins, Window, parse_windows
from evidens.foundation import WindowError


@pytest.mark.parametrize("text", ["365d", "365-90d", "ever"])
def test_a_window_is_called_what_it_is_written_as(text: str) -> None:
    assert Window.parse(text).name == text


@pytest.mark.parametrize("text", ["0d", "90-365d", "90-90d", "365-0d0", "-5d", "365", "5y", ""])
def test_a_window_that_is_empty_reversed_or_none_is_refused(text: str) -> None:
    with pytest.raises(WindowError, match="365-90d"):
        Window.parse(text)


def test_a_window_stands_once() -> None:
    with pytest.raises(WindowError, match="twice"):
        parse_windows(("90d", "365d", "90d"))


def test_windows_are_ranges_of_bins() -> None:
    # edges:  0 ... 90 ... 365 ... all time
    bins = Bins.of(parse_windows(("90d", "365d", "365-90d", "ever")))
    spans = {window.name: span for window, span in bins.spans.items()}
    assert spans == {"90d": (0, 1), "365d": (0, 2), "365-90d": (1, 2), "ever": (0, 3)}
    assert not bins.are_nested


def test_an_edge_belongs_to_the_later_window() -> None:
    bins = Bins.of(parse_windows(("90d", "365d")))
    ages = np.array([1, 90 * DAY_US, 90 * DAY_US + 1, 365 * DAY_US])
    assert bins.find(ages).tolist() == [0, 0, 1, 1]
