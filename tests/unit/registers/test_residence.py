"""Each test draws one life: a line of snapshots (31 December), moves, and what residence follows."""

import datetime as dt
import itertools

import polars as pl
import pytest

from evidens.contracts import check_table
from evidens.events import Residence
from evidens.registers.residence import build_residence

YEARS = range(2005, 2011)
SNAPSHOTS = {"person_id": pl.Int64, "snapshot_on": pl.Date, "region": pl.String}
MOVES = {"person_id": pl.Int64, "moved_on": pl.Date, "direction": pl.String}
LIVES = {"person_id": pl.Int64, "born_on": pl.Date, "died_on": pl.Date}


def live(regions, *moves, born="1950-05-05", died=None, calendar=None):
    """Where a person lived whose regions at the ends of 2005, 2006, ... are given ("-": not there, "?": unknown)."""
    days = [dt.date(year, 12, 31) for year in YEARS]
    seen = [(1, on, None if region == "?" else region) for on, region in zip(days, regions.split(), strict=False)
            if region != "-"]  # fmt: skip
    moved = [(1, dt.date.fromisoformat(on), direction) for on, direction in moves]
    lives = [(1, dt.date.fromisoformat(born), dt.date.fromisoformat(died) if died else None)]
    residence = build_residence(
        pl.DataFrame(seen, schema=SNAPSHOTS, orient="row"),
        pl.DataFrame(moved, schema=MOVES, orient="row"),
        pl.DataFrame(lives, schema=LIVES, orient="row"),
        days if calendar is None else calendar,
    )
    check_table(residence, Residence, place="residence")
    return [(region, str(start), str(end) if end else None) for _, region, start, end in residence.rows()]


def test_who_is_in_every_snapshot_lives_there_from_the_first_on():
    assert live("84 84 84 84 84 84") == [("84", "2005-12-31", None)]


def test_who_changes_region_moved_half_way_between_the_snapshots():
    # 2007-12-31 to 2008-12-31 are 366 days; half of it after 2007-12-31 is 2008-07-01.
    assert live("84 84 84 81 81 81") == [("84", "2005-12-31", "2008-07-01"), ("81", "2008-07-01", None)]


def test_a_move_abroad_and_back_cuts_residence_on_its_days():
    assert live("84 84 - - 84 84", ("2007-03-01", "out"), ("2009-04-01", "in")) == [
        ("84", "2005-12-31", "2007-03-01"),
        ("84", "2009-04-01", None),
    ]


def test_a_stay_abroad_between_two_snapshots_is_seen_by_its_moves_alone():
    assert live("84 84 84 84 84 84", ("2007-03-01", "out"), ("2007-09-01", "in")) == [
        ("84", "2005-12-31", "2007-03-01"),
        ("84", "2007-09-01", None),
    ]


def test_back_in_another_region_is_there_from_the_day_of_return():
    assert live("84 84 - 81 81 81", ("2007-03-01", "out"), ("2008-02-01", "in")) == [
        ("84", "2005-12-31", "2007-03-01"),
        ("81", "2008-02-01", None),
    ]


def test_without_moves_who_is_missing_left_and_came_half_way():
    # 2006-12-31 + 365 // 2 days; 2008-12-31 + 365 // 2 days.
    assert live("84 84 - - 84 84") == [("84", "2005-12-31", "2007-07-01"), ("84", "2009-07-01", None)]


def test_a_newborn_lives_there_from_birth_and_an_immigrant_from_arrival():
    assert live("- - 83 83 83 83", born="2007-04-02") == [("83", "2007-04-02", None)]
    assert live("- - 83 83 83 83", ("2007-04-02", "in")) == [("83", "2007-04-02", None)]


def test_who_appears_without_birth_or_move_came_half_way():
    assert live("- - 83 83 83 83") == [("83", "2007-07-01", None)]


def test_a_child_born_abroad_lives_there_from_arrival_and_not_from_birth():
    assert live("- - - - 83 83", ("2009-02-01", "in"), born="2006-06-06") == [("83", "2009-02-01", None)]
    assert live("- - 83 83 83 83", ("2007-08-01", "in"), born="2007-06-06") == [("83", "2007-08-01", None)]


def test_the_day_of_death_is_the_last_day_lived_there():
    assert live("84 84 84 - - -", died="2008-05-05") == [("84", "2005-12-31", "2008-05-06")]
    assert live("84 84 84 84 84 84", died="2011-02-02") == [("84", "2005-12-31", "2011-02-03")]


def test_who_emigrates_and_dies_abroad_left_when_they_left():
    assert live("84 84 84 - - -", ("2008-02-02", "out"), died="2010-05-05") == [("84", "2005-12-31", "2008-02-02")]


def test_a_move_out_after_the_last_snapshot_ends_residence():
    assert live("84 84 84 84 84 84", ("2011-02-02", "out")) == [("84", "2005-12-31", "2011-02-02")]


def test_a_return_after_the_last_snapshot_is_to_the_region_last_lived_in():
    assert live("84 84 84 84 84 -", ("2010-02-02", "out"), ("2011-02-02", "in")) == [
        ("84", "2005-12-31", "2010-02-02"),
        ("84", "2011-02-02", None),
    ]


def test_repeated_moves_in_one_direction_change_nothing():
    assert live("84 84 - - 84 84", ("2007-03-01", "out"), ("2007-05-01", "out"), ("2009-04-01", "in"),
                ("2009-06-01", "in")) == [("84", "2005-12-31", "2007-03-01"), ("84", "2009-04-01", None)]  # fmt: skip


def test_out_of_which_nothing_follows_counts_only_until_the_next_snapshot():
    # Out in March 2007, and in the snapshot of 2007 all the same: back half-way, on a day that nobody wrote down.
    assert live("84 84 84 84 84 84", ("2007-03-01", "out")) == [
        ("84", "2005-12-31", "2007-03-01"),
        ("84", "2007-07-31", None),
    ]


def test_moves_on_the_day_of_a_snapshot_agree_with_it():
    assert live("84 84 - - - -", ("2006-12-31", "out")) == [("84", "2005-12-31", "2006-12-31")]
    assert live("- 84 84 84 84 84", ("2006-12-31", "in")) == [("84", "2006-12-31", None)]


@pytest.mark.parametrize("regions", ["84 ? 84 84 84 84", "? ? 84 84 84 84", "84 84 84 84 84 ?"])
def test_an_unknown_region_is_the_one_before_or_after(regions):
    assert live(regions) == [("84", "2005-12-31", None)]


def test_without_any_known_region_there_is_no_residence():
    assert live("? ? ? ? ? ?") == []


def test_absence_is_seen_even_if_nobody_of_the_bucket_was_in_that_snapshot():
    days = [dt.date(year, 12, 31) for year in YEARS]
    present = [day for day in days if day.year != 2007]
    assert live("84 84 - 84 84 84", calendar=present) == [("84", "2005-12-31", None)]  # nobody knows of 2007
    assert live("84 84 - 84 84 84", calendar=days) == [("84", "2005-12-31", "2007-07-01"), ("84", "2008-07-01", None)]


def test_without_a_calendar_there_is_no_residence():
    assert live("- - - - - -", calendar=[]) == []


def test_the_inside_of_a_run_of_snapshots_may_be_left_out():
    """Every life of six snapshots, as it is and with a move in that changes nothing but keeps all snapshots."""
    days = [dt.date(year, 12, 31) for year in YEARS]
    lives = list(enumerate(itertools.product(("84", "81", "?", "-"), repeat=len(days))))
    seen = [(person, day, None if region == "?" else region)
            for person, life in lives for day, region in zip(days, life, strict=True) if region != "-"]  # fmt: skip
    runs = [(person, place) for person, life in lives for place in range(1, 5)
            if life[place] != "-" and life[place - 1] == life[place] == life[place + 1]]  # fmt: skip
    moved = [(person, days[place], "in") for person, place in runs]
    people = pl.DataFrame([(p, dt.date(1950, 5, 5), None) for p, _ in lives], schema=LIVES, orient="row")
    snapshots = pl.DataFrame(seen, schema=SNAPSHOTS, orient="row")
    thinned = build_residence(snapshots, pl.DataFrame(schema=MOVES), people, days)
    whole = build_residence(snapshots, pl.DataFrame(moved, schema=MOVES, orient="row"), people, days)
    assert len(runs) > 500
    assert thinned.equals(whole)
