"""Numbers as a reader should see them: never more digits than the interval supports, never blank."""

import math

MINUS = "\N{MINUS SIGN}"
NO_INTERVAL = "no interval"
_MOST_DECIMALS = 4
_DIGITS_WITHOUT_INTERVAL = 2


def format_number(value: float, decimals: int) -> str:
    """Write `value` with a fixed number of decimals, a thousands separator and a true minus sign.

    >>> format_number(-1234.567, 1).replace(MINUS, "minus ")
    'minus 1,234.6'
    >>> format_number(-0.001, 2)
    '0.00'
    """
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def format_count(count: int | None) -> str:
    """Write a count of people or rows; a count that disclosure control took away says so.

    >>> format_count(12345), format_count(None)
    ('12,345', 'suppressed')
    """
    return "suppressed" if count is None else f"{count:,}"


def decimals_for(lower: float, upper: float) -> int:
    """Count the decimals that an interval supports.

    Parameters
    ----------
    lower, upper : float
        Limits of the interval, in the unit in which they are printed.

    Returns
    -------
    int
        From 0 to 4.

    Notes
    -----
    Half the width of the interval keeps two significant digits when it begins with 1 or 2, else one:
    a digit that moves by less than the width says nothing, and one digit of 0.012 would lose a third
    of it. This is the rounding rule of the Particle Data Group, applied to the interval.

    Examples
    --------
    >>> decimals_for(0.761, 0.804), decimals_for(0.70, 0.80), decimals_for(12.0, 95.0)
    (3, 2, 0)
    """
    half = (upper - lower) / 2
    if not (math.isfinite(half) and half > 0):
        return _DIGITS_WITHOUT_INTERVAL
    exponent = math.floor(math.log10(half))
    extra = 1 if half / 10**exponent < 3 else 0
    return min(max(extra - exponent, 0), _MOST_DECIMALS)


def format_value(value: float, lower: float | None, upper: float | None, *, scale: float = 1.0) -> tuple[str, str]:
    """Write an estimate and its interval as two texts of equal precision.

    Parameters
    ----------
    value : float
        The estimate.
    lower, upper : float or None
        Its interval; both or neither.
    scale : float
        100 to print a share as a percentage, 1000 to print it per 1,000 people.

    Returns
    -------
    tuple of str
        The value, and its interval or the words that there is none. Without an interval the value
        keeps two significant digits: nothing supports a third.

    Examples
    --------
    >>> format_value(0.7831, 0.7612, 0.8043)
    ('0.783', '0.761 to 0.804')
    >>> format_value(0.1234, 0.11, 0.138, scale=100)
    ('12.3', '11.0 to 13.8')
    >>> format_value(0.7831, None, None)
    ('0.78', 'no interval')
    """
    if lower is None or upper is None:
        return _write_without_interval(value * scale), NO_INTERVAL
    decimals = decimals_for(lower * scale, upper * scale)
    low, high = (format_number(limit * scale, decimals) for limit in (lower, upper))
    return format_number(value * scale, decimals), f"{low} to {high}"


def format_share(share: float) -> str:
    """Write a share without an interval as a percentage.

    >>> format_share(0.1234), format_share(0.0021), format_share(0.0), format_share(1.0)
    ('12%', '0.21%', '0%', '100%')
    """
    return f"{_write_without_interval(100 * share)}%"


def format_threshold(threshold: float) -> str:
    """Write a threshold of risk as the percentage that was chosen, without padding.

    >>> format_threshold(0.1), format_threshold(0.025), format_threshold(0.003)
    ('10%', '2.5%', '0.3%')
    """
    return f"{100 * threshold:.6g}%"


def format_days(days: int) -> str:
    """Write a number of days, with the years when they are whole.

    >>> format_days(1095), format_days(365), format_days(90)
    ('3 years (1,095 days)', '1 year (365 days)', '90 days')
    """
    years, rest = divmod(days, 365)
    if rest or not years:
        return f"{days:,} days"
    return f"{years} {'year' if years == 1 else 'years'} ({days:,} days)"


def describe_absence(reason: str | None) -> str:
    """Say why a number is not there; an empty cell would leave the reader guessing.

    >>> describe_absence("suppressed: fewer than 5 people"), describe_absence("no events"), describe_absence(None)
    ('suppressed: fewer than 5 people', 'not known: no events', 'not known: not estimated')
    """
    if not reason:
        return "not known: not estimated"
    if reason.startswith(("suppressed", "insufficient", "not ")):
        return reason
    return f"not known: {reason}"


def _write_without_interval(value: float) -> str:
    """Write two significant digits, or that a number is too small for the decimals there are."""
    least = 10.0**-_MOST_DECIMALS
    if 0 < abs(value) < least / 2:
        return f"within {format_number(least, _MOST_DECIMALS)} of 0"
    return format_number(value, _decimals_without_interval(value))


def _decimals_without_interval(value: float) -> int:
    if value == 0 or not math.isfinite(value):
        return 0
    return min(max(_DIGITS_WITHOUT_INTERVAL - 1 - math.floor(math.log10(abs(value))), 0), _MOST_DECIMALS)
