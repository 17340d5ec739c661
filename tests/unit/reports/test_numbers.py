"""Numbers carry the digits that their interval supports, and absence carries its reason."""

import pytest

from evidens.reports.numbers import decimals_for, describe_absence, format_count, format_number, format_value


@pytest.mark.parametrize(
    ("value", "lower", "upper", "scale", "expected"),
    [
        # half width 0.02 begins with 2: two digits of it, so three decimals
        (0.78123, 0.76, 0.80, 1, ("0.781", "0.760 to 0.800")),
        # half width 0.05 begins with 5: one digit
        (0.78123, 0.73, 0.83, 1, ("0.78", "0.73 to 0.83")),
        # half width 6 percent points
        (0.54321, 0.48, 0.60, 100, ("54", "48 to 60")),
        # a narrow interval never gives more than four decimals
        (0.123456789, 0.1234567, 0.1234569, 1, ("0.1235", "0.1235 to 0.1235")),
        # one that crosses zero has a true minus sign on the limit only
        (0.01, -0.02, 0.04, 1, ("0.01", "−0.02 to 0.04".replace("−", "\N{MINUS SIGN}"))),  # noqa: RUF001
    ],
)
def test_digits_follow_the_width_of_the_interval(value, lower, upper, scale, expected):
    assert format_value(value, lower, upper, scale=scale) == expected


def test_an_estimate_without_an_interval_says_so_and_keeps_two_digits():
    assert format_value(0.78123, None, None) == ("0.78", "no interval")
    assert format_value(0.00321, None, None, scale=100) == ("0.32", "no interval")


def test_an_interval_without_width_is_not_taken_for_certainty():
    assert decimals_for(1.0, 1.0) == 2


def test_zero_has_no_sign():
    assert format_number(-0.0004, 2) == "0.00"


def test_a_suppressed_count_is_never_a_zero():
    assert format_count(None) == "suppressed"
    assert format_count(0) == "0"


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("suppressed: fewer than 5 people", "suppressed: fewer than 5 people"),
        ("insufficient: 4 events", "insufficient: 4 events"),
        ("the outcome is unknown at the horizon", "not known: the outcome is unknown at the horizon"),
        (None, "not known: not estimated"),
    ],
)
def test_absence_has_a_reason(reason, expected):
    assert describe_absence(reason) == expected
