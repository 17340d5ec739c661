import datetime as dt

import numpy as np
import pytest

from evidens.simulation.person_numbers import (
    PersonNumberError,
    assign_person_numbers,
    fits_first_of_january,
    has_valid_checksum,
    is_first_of_january,
    snap_birthdays,
)
from evidens.simulation.quarters import day_number


def days(*dates):
    return np.array([day_number(dt.date.fromisoformat(date)) for date in dates], dtype=np.int32)


def test_the_day_is_raised_by_60_so_that_no_living_person_has_the_number():
    numbers = assign_person_numbers(days("1960-02-29", "1985-12-31"), np.array([True, False]), 0, 1)
    assert [str(n)[:6] for n in numbers] == ["890260", "911285"]


def test_the_last_digit_is_odd_for_men_and_even_for_women():
    numbers = assign_person_numbers(days(*["1975-06-01"] * 40), np.arange(40) % 2 == 0, 0, 1)
    assert (numbers % 2 == (np.arange(40) % 2 == 0)).all()


@pytest.mark.parametrize(
    ("born", "digits"),
    [("1936-05-05", "0123"), ("1937-05-05", "012349"), ("1999-12-30", "012349"), ("2005-05-05", "456789")],
)
def test_the_seventh_digit_agrees_with_the_century(born, digits):
    numbers = assign_person_numbers(days(*[born] * 150), np.zeros(150, bool), 0, 1)
    assert {str(n)[6] for n in numbers} <= set(digits)


def test_the_checksum_holds_except_for_some_born_on_1_january():
    ordinary = assign_person_numbers(days(*["1950-03-07"] * 300), np.arange(300) % 2 == 0, 0, 1)
    heaped = assign_person_numbers(days(*["1964-01-01"] * 300), np.arange(300) % 2 == 0, 0, 1)
    assert has_valid_checksum(ordinary).all()
    assert 0 < has_valid_checksum(heaped).mean() < 0.5


def test_a_known_checksum():
    # Worked by hand, weights 4 3 2 7 6 5 4 3 2 1: 6101000018 -> 24+3+0+7+0+0+0+0+2+8 = 44 = 4 * 11; one more is 45.
    assert has_valid_checksum(np.array([6101000018, 6101000019])).tolist() == [True, False]


def test_numbers_are_unique_within_and_between_shards():
    rng, numbers = np.random.default_rng(3), []
    for shard in range(5):
        born = snap_birthdays(rng.integers(-25_000, 18_000, 4_000).astype(np.int32), shard, 5, not_before=-25_000)
        born[:200] = days(*["1970-01-01"] * 200)
        numbers.append(assign_person_numbers(born, rng.random(4_000) < 0.5, shard, 5))
    numbers = np.concatenate(numbers)
    assert np.unique(numbers).size == numbers.size


def test_a_national_world_has_room_on_every_day():
    # 6 million people over 36,525 days are 164 a day; the fullest years have a quarter more, of which half per sex.
    born = np.repeat(days("1925-07-01", "1966-07-01", "2010-07-01"), 2 * 150)
    numbers = assign_person_numbers(born, np.arange(born.size) % 2 == 0, 0, 240)
    assert has_valid_checksum(numbers).all()
    assert np.unique(numbers).size == numbers.size


def test_more_births_than_numbers_are_refused():
    with pytest.raises(PersonNumberError, match="more births than serials"):
        assign_person_numbers(days(*["1925-07-01"] * 200), np.zeros(200, bool), 0, 1)


def test_birthdays_move_to_the_shards_own_days_but_not_to_1_january_nor_before_the_start():
    born = np.arange(-5_000, 15_000, dtype=np.int32)
    for shard in range(7):
        moved = snap_birthdays(born, shard, 7, not_before=-5_000)
        assert (moved % 7 == shard).all()
        assert not is_first_of_january(moved).any()
        assert moved.min() >= -5_000
        assert np.abs(moved - born).max() <= 14


def test_of_many_people_registered_as_born_on_one_1_january_as_many_are_as_the_shard_has_numbers_for():
    shards, born = 240, days(*["1991-01-01"] * 40, *["1990-01-01"] * 5)
    male = np.zeros(45, bool)
    fits = fits_first_of_january(born, male, 7, shards)
    assert fits.sum() == 13 - 1 + 5  # of 3,000 serials 240 shards have 12 or 13 each; one is kept for an old number
    assign_person_numbers(born[fits], male[fits], 7, shards)
    with pytest.raises(PersonNumberError):
        assign_person_numbers(born, male, 7, shards)
    assert fits_first_of_january(born, male, 0, 1).all()
    assert fits_first_of_january(born[:0], male[:0], 0, 1).size == 0
