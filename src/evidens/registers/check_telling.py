"""How a delivery's counts and years are told: a count below five as "<5", and no sum that gives one away."""

from collections.abc import Iterable

SMALLEST_TOLD = 5


def tell(n_rows: int) -> int | str:
    """Return a count as it may be told.

    >>> tell(0), tell(4), tell(5)
    (0, '<5', 5)
    """
    return f"<{SMALLEST_TOLD}" if 0 < n_rows < SMALLEST_TOLD else n_rows


def tell_total(counts: Iterable[int]) -> int | str:
    """Return the sum of the counts that are told, with a plus where others are left out: no difference gives one away.

    >>> tell_total([1_200, 0]), tell_total([1_200, 3]), tell_total([3]), tell_total([3, 4])
    (1200, '1,200+', '<5', '<5')
    """
    counts = list(counts)
    told = [n for n in counts if tell(n) == n]
    if len(told) == len(counts):
        return sum(told)
    return f"{sum(told):,}+" if any(told) else tell(1)


def as_ranges(years: Iterable[int]) -> str:
    """Write years shortly.

    >>> as_ranges([2006, 2007, 2008, 2012])
    '2006-2008, 2012'
    """
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
