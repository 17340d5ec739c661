"""Rows are put in order by person, day, what and place, whatever their numbers."""

import numpy as np
import pytest

from evidens.simulation.drawn import order_rows, repeats_previous


@pytest.mark.parametrize(("n", "n_persons", "n_what"), [(0, 1, 1), (1, 1, 1), (5_000, 40, 5), (5_000, 3_000_000, 900)])
def test_the_order_is_that_of_a_stable_sort_by_all_columns(n, n_persons, n_what):
    rng = np.random.default_rng(1)
    person = rng.integers(0, n_persons, n, dtype=np.int32)
    day = rng.integers(13_149, 13_149 + 7_120, n, dtype=np.int32)
    what = rng.integers(0, n_what, n).astype(np.int16)
    expected = np.lexsort((what, day, person))
    assert np.array_equal(order_rows(person, day, what, start_day=13_149), expected)


def test_equal_rows_stay_in_the_order_they_came_in():
    same = np.zeros(100, dtype=np.int64)
    assert np.array_equal(order_rows(same, same, same, start_day=0), np.arange(100))


@pytest.mark.parametrize(
    ("person", "day", "what"),
    [([-1, 0], [5, 5], [0, 0]), ([0, 0], [4, 5], [0, 0]), ([0, 1], [5, 5], [0, -2]), ([2**61, 0], [5, 9], [0, 1])],
)
def test_numbers_that_do_not_fit_are_refused_and_never_mixed_up(person, day, what):
    with pytest.raises(ValueError, match="out of range; make the shards smaller"):
        order_rows(np.array(person), np.array(day), np.array(what), start_day=5)


def test_a_row_repeats_the_previous_one_when_all_columns_are_equal():
    assert repeats_previous(np.array([1, 1, 1, 2]), np.array([7, 7, 8, 8])).tolist() == [False, True, False, False]
