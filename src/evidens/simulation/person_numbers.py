"""Civil registration numbers that can never be a living person's.

A number is `DDMMYY` and a serial of four digits. The day is raised by 60, so that no number printed here can
be in use; all else follows the rules: the serial's first digit agrees with the century, its last with the
sex (odd: male), and the weighted sum of the digits is divisible by 11. Numbers for 1 January may break the
last rule, as they do in Denmark for people whose birthday is not known.

A number is unique in the whole world without any shard knowing of another: each day of birth belongs to one
shard (`day number modulo shards`), except for 1 January, whose serials are dealt to the shards in turn.

A few people change their number. The one they had before has the same birthday and sex, and was never another's.
"""

import numpy as np

from evidens.foundation import EvidensError, Fault
from evidens.simulation.arrays import Flags, Ints

DAY_OFFSET = 60
WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_FIRST_DIGITS = {"1900": (0, 1, 2, 3), "1937": (0, 1, 2, 3, 4, 9), "2000": (4, 5, 6, 7, 8, 9)}
_STRIDE = 1009  # prime, so that steps of it visit every serial of a list whose length it does not divide


class PersonNumberError(EvidensError):
    """More people are born on one day than there are numbers for."""


def is_first_of_january(days: Ints) -> Flags:
    """Whether each day (since 1970-01-01) is a 1 January."""
    dates = days.astype("datetime64[D]")
    return dates == dates.astype("datetime64[Y]").astype("datetime64[D]")


def snap_birthdays(days: Ints, shard: int, n_shards: int, *, not_before: Ints | int) -> Ints:
    """Move days of birth to the nearest earlier day that belongs to the shard and is no 1 January.

    Parameters
    ----------
    days : int array
        Days since 1970-01-01.
    shard, n_shards : int
        Which shard, of how many.
    not_before : int or int array
        First day allowed; a day that would fall before is moved forward instead.
    """
    snapped = days - (days - shard) % n_shards
    snapped = np.where(is_first_of_january(snapped), snapped - n_shards, snapped)
    snapped = np.where(snapped < not_before, snapped + n_shards * (1 + (not_before - snapped - 1) // n_shards), snapped)
    return np.where(is_first_of_january(snapped), snapped + n_shards, snapped).astype(np.int32)


def fits_first_of_january(days: Ints, is_male: Flags, shard: int, n_shards: int) -> Flags:
    """Whether the shard still has a serial for each of the people registered as born on 1 January, in order.

    Parameters
    ----------
    days : int array of length n
        The 1 January of each person's year of birth.
    is_male : bool array of length n
    shard, n_shards : int
        Which shard, of how many: each has its part of the day's serials.

    Returns
    -------
    bool array of length n
        False for those who must be registered under their true birthday. One serial is left for an old number.
    """
    order = np.lexsort((is_male, days))
    rank = np.empty(days.size, dtype=np.int64)
    rank[order] = _ranks(days[order], is_male[order])
    sizes = np.array([serials.size for serials in _serial_tables()[0]])
    n_serials = (sizes[_kinds(_date_digits(days)[1], is_male)] - shard - 1) // n_shards + 1
    return rank < n_serials - 1


def assign_person_numbers(born_days: Ints, is_male: Flags, shard: int, n_shards: int) -> Ints:
    """Give every person of a shard a number of ten digits.

    Parameters
    ----------
    born_days : int array of length n
        Days since 1970-01-01; from `snap_birthdays`, or 1 January.
    is_male : bool array of length n
    shard, n_shards : int
        Which shard, of how many.

    Returns
    -------
    int64 array of length n
        The number read as an integer; its first digit is at least 6, so none has a leading zero.

    Raises
    ------
    PersonNumberError
        When a day has more births of one sex than serials.
    """
    order = np.lexsort((is_male, born_days))
    day, male = born_days[order], is_male[order]
    rank = _ranks(day, male)
    front, year = _date_digits(day)
    serials, valid, n_valid = _serial_tables()
    kind = _kinds(year, male)
    row = kind * 11 + _weighted_sum(front, WEIGHTS[:6]) % 11
    is_shared = is_first_of_january(day)
    slot = np.where(is_shared, rank * n_shards + shard, rank)
    if np.any(slot >= np.where(is_shared, np.array([s.size for s in serials])[kind], n_valid[row])):
        place = "the simulated world's person numbers"
        raise PersonNumberError(Fault(place, "a day has more births than serials.", "Simulate fewer persons."))
    serial = valid[row, (slot + day) % n_valid[row]]
    for group, pool in enumerate(serials):
        mine = is_shared & (kind == group)
        serial[mine] = pool[(slot[mine] * _STRIDE + day[mine]) % pool.size]
    numbers = np.empty(day.size, dtype=np.int64)
    numbers[order] = front * 10_000 + serial
    return numbers


def assign_old_numbers(born_days: Ints, is_male: Flags, changed: Ints, shard: int, n_shards: int) -> Ints:
    """Give people who changed their number the one they had before.

    Parameters
    ----------
    born_days, is_male, shard, n_shards
        Of everyone in the shard, as for `assign_person_numbers`.
    changed : int array of length m
        Positions of those who changed.

    Returns
    -------
    int64 array of length m
        Numbers that `assign_person_numbers` gave to nobody: the next free ones of each day.
    """
    days, males = np.r_[born_days, born_days[changed]], np.r_[is_male, is_male[changed]]
    return assign_person_numbers(days, males, shard, n_shards)[born_days.size :]


def spare_numbers(born_days: Ints, is_male: Flags, place: int) -> Ints:
    """Return numbers from the far end of each day's list, which no shard comes near: for people beside all shards.

    Parameters
    ----------
    born_days : int array of length n
        Days since 1970-01-01.
    is_male : bool array of length n
    place : int
        0 for the last of the list, 1 for the one before.

    Notes
    -----
    Of 1 January of a year in which many immigrants are registered as born a large world may use up the list.
    """
    front, year = _date_digits(born_days)
    serials, valid, n_valid = _serial_tables()
    kind = _kinds(year, is_male)
    row = kind * 11 + _weighted_sum(front, WEIGHTS[:6]) % 11
    serial = valid[row, (n_valid[row] - 1 - place + born_days) % n_valid[row]]
    for group, pool in enumerate(serials):
        mine = is_first_of_january(born_days) & (kind == group)
        serial[mine] = pool[((pool.size - 1 - place) * _STRIDE + born_days[mine]) % pool.size]
    return front * 10_000 + serial


def has_valid_checksum(numbers: Ints) -> Flags:
    """Whether the weighted sum of each number's ten digits is divisible by 11."""
    return _weighted_sum(numbers, WEIGHTS) % 11 == 0


def _ranks(day: Ints, male: Flags) -> Ints:
    """Return the place of each person among those of one day and sex; both are sorted."""
    place = np.arange(day.size)
    is_new = np.r_[True, (day[1:] != day[:-1]) | (male[1:] != male[:-1])][: day.size]
    return place - np.maximum.accumulate(np.where(is_new, place, 0))


def _kinds(year: Ints, male: Flags) -> Ints:
    """Return which list of serials a person's number is taken from, by century and sex."""
    return np.where(year < 1937, 0, np.where(year < 2000, 1, 2)) * 2 + male


def _date_digits(days: Ints) -> tuple[Ints, Ints]:
    """Return DDMMYY with the raised day as an integer, and the year."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    day = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    month, year = months.astype(np.int64) % 12 + 1, months.astype(np.int64) // 12 + 1970
    return (day + DAY_OFFSET) * 10_000 + month * 100 + year % 100, year


def _weighted_sum(numbers: Ints, weights: tuple[int, ...]) -> Ints:
    """Sum of digits times weights, the last weight for the last digit."""
    total = np.zeros(np.shape(numbers), dtype=np.int64)
    rest = np.asarray(numbers, dtype=np.int64)
    for weight in reversed(weights):
        total += rest % 10 * weight
        rest = rest // 10
    return total


def _serial_tables() -> tuple[list[Ints], Ints, Ints]:
    """Return the serials by century and sex, and those that complete each residue modulo 11."""
    lists = []
    for digits in _FIRST_DIGITS.values():
        every = np.concatenate([np.arange(1000) + 1000 * digit for digit in digits])
        lists += [every[every % 2 == parity] for parity in (0, 1)]
    rows = [serials[(residue + _weighted_sum(serials, WEIGHTS[6:])) % 11 == 0]
            for serials in lists for residue in range(11)]  # fmt: skip
    table = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for i, row in enumerate(rows):
        table[i, : row.size] = row
    return lists, table, np.array([row.size for row in rows])
