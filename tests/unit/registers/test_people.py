import datetime as dt

import pytest
from tests.unit.registers.rows import SETTINGS, bef, day, fates, table, take_in

from evidens.contracts import check_table
from evidens.events import Person, Residence


def people(*snapshots, dod=(), vnds=()):
    tables = {"bef": table("bef", *snapshots), "dod": table("dod", *dod), "vnds": table("vnds", *vnds)}
    intake = take_in(**tables)
    check_table(intake.persons, Person, place="persons")
    check_table(intake.residence, Residence, place="residence")
    return intake


def test_a_person_is_described_by_the_latest_that_is_not_missing():
    [person] = people(
        *bef(1, 2005, sex="1", born_on="1950-05-05", origin_type="9"),
        *bef(1, 2006, sex="2", born_on="1950-05-06", origin_type="1"),
        *bef(1, 2007, sex="9", born_on=None, origin_type="9"),
    ).persons.rows(named=True)
    assert person == {
        "person_id": 1, "sex": "female", "born_on": day("1950-05-06"), "origin": "danish", "died_on": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("origin_type", "country", "origin"),
    [
        ("1", "5100", "danish"),
        ("1", "5172", "danish"),  # of Danish origin, born abroad
        ("2", "5180", "western"),  # Germany
        ("3", "5390", "western"),  # the United States
        ("2", "5172", "non_western"),  # Turkey
        ("3", "5436", "non_western"),  # a country that is on no list is not western
        ("2", "5102", "unknown"),
        ("2", "0000", "unknown"),
        ("2", None, "unknown"),
        ("9", "5180", "unknown"),
    ],
)
def test_origin_follows_from_kind_and_country(origin_type, country, origin):
    intake = people(*bef(1, 2005, origin_type=origin_type, country=country))
    assert intake.persons["origin"].to_list() == [origin]


def test_a_death_ends_residence_and_later_snapshots_are_not_believed():
    intake = people(*bef(1, 2005, 2006, 2007), dod=[{"person_id": 1, "died_on": "2006-03-01"}])
    assert intake.persons["died_on"].to_list() == [day("2006-03-01")]
    assert intake.residence.rows() == [(1, "84", day("2005-12-31"), day("2006-03-02"))]
    assert fates(intake, "bef") == {"kept": 1, "date after death": 2}


def test_of_two_dates_of_death_the_earliest_possible_one_is_kept():
    intake = people(
        *bef(1, 2005), dod=[{"person_id": 1, "died_on": d} for d in ("2006-09-01", "1949-01-01", "2006-03-01", None)]
    )
    assert intake.persons["died_on"].to_list() == [day("2006-03-01")]
    assert fates(intake, "dod") == {"kept": 1, "date before birth": 1, "no date": 1, "second date of death": 1}


def test_impossible_rows_of_the_population_register_are_quarantined_with_their_reason():
    intake = people(
        *bef(1, 2005),
        *bef(1, 2030),
        *bef(1, 2006, born_on="2010-01-01"),
        *bef(1, 2007, born_on="1800-01-01"),
        {"person_id": 1, "sex": "2"},
        *bef(2, 2005, sex="9"),
        *bef(3, 2005, born_on=None),
    )
    assert intake.persons["person_id"].to_list() == [1]
    assert fates(intake, "bef") == {
        "kept": 1, "date after the data lock": 1, "date before birth": 1, "impossible date of birth": 1, "no date": 1,
        "sex never registered": 1, "birth date never registered": 1,
    }  # fmt: skip
    assert intake.quarantined["bef"].columns == [*table("bef").columns, "reason"]


def test_a_snapshot_delivered_twice_counts_once_even_where_the_two_differ():
    intake = people(*bef(1, 2005), *bef(1, 2005), *bef(1, 2005, region="81"))
    assert fates(intake, "bef") == {"kept": 1, "row delivered twice": 1, "second row of one person and snapshot": 1}
    assert intake.residence["region"].to_list() == ["81"]  # the first in order, whichever came first
    assert people(*bef(1, 2005, region="81"), *bef(1, 2005), *bef(1, 2005)).residence.equals(intake.residence)


def test_quarterly_snapshots_are_no_more_people_and_no_more_residence():
    [row] = bef(1, 2018)
    quarters = [row | {"snapshot_on": f"2018-{end}"} for end in ("03-31", "06-30", "09-30", "12-31")]
    intake = people(*quarters)
    assert intake.persons.height == 1
    assert intake.residence.rows() == [(1, "84", day("2018-03-31"), None)]


def test_moves_are_kept_with_their_direction_and_the_impossible_ones_are_not():
    moves = [
        {"person_id": 1, "moved_on": "2006-03-01", "direction": "U"},
        {"person_id": 1, "moved_on": "2006-03-01", "direction": "U"},  # the old table had duplicates
        {"person_id": 1, "moved_on": "2006-06-01", "direction": "I"},
        {"person_id": 1, "moved_on": "2006-07-01", "direction": "I"},
        {"person_id": 1, "moved_on": "2006-07-01", "direction": "U"},  # out and in on one day is no move
        {"person_id": 1, "moved_on": "2006-08-01", "direction": "X"},
        {"person_id": 1, "moved_on": None, "direction": "I"},
        {"person_id": 9, "moved_on": "2006-08-01", "direction": "I"},
    ]
    intake = people(*bef(1, 2005, 2006, 2007), vnds=moves)
    assert fates(intake, "vnds") == {
        "kept": 2, "row delivered twice": 1, "out and in on one day": 2, "neither into nor out of the country": 1,
        "no date": 1, "person not in the population register": 1,
    }  # fmt: skip
    assert intake.residence.select("from_on", "to_on").rows() == [
        (day("2005-12-31"), day("2006-03-01")), (day("2006-06-01"), None),
    ]  # fmt: skip


def test_who_is_in_no_snapshot_is_nobody():
    intake = people(*bef(1, 2005), dod=[{"person_id": 9, "died_on": "2006-03-01"}])
    assert fates(intake, "dod") == {"person not in the population register": 1}
    assert intake.persons["person_id"].to_list() == [1]


def test_a_bucket_without_anybody_gives_empty_tables():
    intake = people()
    assert intake.persons.is_empty()
    assert intake.residence.is_empty()
    assert intake.events.is_empty()


def test_absence_needs_all_snapshots_of_the_delivery():
    from evidens.registers import intake_bucket

    rows = {"bef": table("bef", *bef(1, 2005, 2007))}
    kwargs = {"delivery": "test", "data_lock_on": dt.date(2025, 6, 30)}
    alone = intake_bucket(rows, SETTINGS, **kwargs)
    assert alone.residence.height == 1
    every = [dt.date(year, 12, 31) for year in (2005, 2006, 2007)]
    together = intake_bucket(rows, SETTINGS, **kwargs, snapshots_on=every)
    assert together.residence.height == 2


def test_rows_in_another_order_give_the_same_result():
    rows = [*bef(2, 2005, 2006), *bef(1, 2005, 2006, region="81"), *bef(1, 2007)]
    forward, backward = people(*rows), people(*reversed(rows))
    assert forward.persons.equals(backward.persons)
    assert forward.residence.equals(backward.residence)
