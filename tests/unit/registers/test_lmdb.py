import pytest
from tests.unit.registers.rows import fates, moment, table, take_in

from evidens.contracts import check_table
from evidens.events import Event


def dispensed(**columns):
    usual = {"person_id": 1, "dispensed_on": "2018-03-04", "code": "A10BA02", "item": "012345", "n_packs": 2.0,
             "ddd_per_pack": 33.3}  # fmt: skip
    return usual | columns


def lmdb(*rows):
    intake = take_in(lmdb=table("lmdb", *rows))
    check_table(intake.events, Event, place="events")
    return intake


def test_a_dispensing_is_known_at_once_and_its_value_is_the_amount_in_daily_doses():
    [event] = lmdb(dispensed()).events.rows(named=True)
    assert event["event_at"] == event["known_at"] == moment("2018-03-04T00:00")
    assert (event["code"], event["value"], event["unit"]) == ("ATC/A10BA02", 66.6, "DDD")


def test_without_doses_per_pack_there_is_no_amount():
    assert lmdb(dispensed(ddd_per_pack=None)).events.select("value", "unit").rows() == [(None, None)]


def test_two_packages_of_one_drug_on_one_day_are_two_dispensings_and_a_half_year_file_repeats_none():
    intake = lmdb(dispensed(), dispensed(item="054321"), dispensed())
    assert fates(intake, "lmdb") == {"kept": 2, "row delivered twice": 1}


@pytest.mark.parametrize("flag", ["1", "K", "J"])
def test_a_correction_takes_one_row_of_as_many_packs_with_it(flag):
    correction = dispensed(n_packs=-2.0, correction=flag)
    assert fates(lmdb(dispensed(), dispensed(n_packs=3.0), correction), "lmdb") == {
        "kept": 1, "correction of another row": 1, "row undone by a correction": 1,
    }  # fmt: skip


@pytest.mark.parametrize("other", [{"person_id": 2}, {"dispensed_on": "2018-03-05"}, {"code": "A10BA01"},
                                   {"item": "054321"}, {"n_packs": 1.0}])  # fmt: skip
def test_a_correction_of_another_row_undoes_nothing(other):
    intake = lmdb(dispensed(), dispensed(n_packs=-2.0, correction="1") | {**other} | (
        {"n_packs": -1.0} if "n_packs" in other else {}))  # fmt: skip
    assert fates(intake, "lmdb") == {"kept": 1, "correction of another row": 1}


def test_a_correction_delivered_twice_undoes_one_row():
    correction = dispensed(n_packs=-2.0, correction="1")
    rows = (dispensed(ddd_per_pack=33.3), dispensed(ddd_per_pack=33.4), correction, correction)
    assert fates(lmdb(*rows), "lmdb") == {
        "kept": 1, "row delivered twice": 1, "correction of another row": 1, "row undone by a correction": 1,
    }  # fmt: skip


@pytest.mark.parametrize("flag", ["0", "N", None])
def test_rows_flagged_as_no_correction_stay(flag):
    assert fates(lmdb(dispensed(correction=flag)), "lmdb") == {"kept": 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (dispensed(code=None), "no code"),
        (dispensed(code="A10B02"), "code that is no ATC code"),
        (dispensed(n_packs=-1.0), "no packs or fewer"),
        (dispensed(n_packs=0.0), "no packs or fewer"),
        (dispensed(dispensed_on=None), "no date"),
        (dispensed(dispensed_on="1899-12-30"), "date before birth"),
        (dispensed(person_id=9), "person not in the population register"),
    ],
)
def test_a_row_that_cannot_be_right_is_quarantined_with_its_reason(row, reason):
    assert fates(lmdb(dispensed(), row), "lmdb") == {"kept": 1, reason: 1}
