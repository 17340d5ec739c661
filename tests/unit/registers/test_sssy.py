"""Services outside hospital: weeks, and when they are known; the traps as rows are in test_register_cases."""

import datetime as dt

import polars as pl
import pytest
from tests.unit.registers.rows import RESIDENTS, bef, fates, moment, table, take_in

from evidens.contracts import check_table
from evidens.events import Event
from evidens.registers import normalise
from evidens.registers.sssy.contract import SSSY


def service(**columns):
    usual = {"person_id": 1, "billed_on": "2018-03-05", "service": "800101", "n_services": 1.0, "for_child": "0"}
    return usual | columns


def sssy(*rows, **tables):
    intake = take_in(sssy=table("sssy", *rows), **tables)
    check_table(intake.events, Event, place="events")
    return intake


def test_a_service_is_known_a_week_after_the_monday_of_its_week_of_billing():
    [event] = sssy(service()).events.rows(named=True)
    assert (event["event_at"], event["known_at"]) == (moment("2018-03-05T00:00"), moment("2018-03-12T00:00"))
    assert (event["code"], event["value"], event["register"]) == ("SSSY/800101", 1.0, "sssy")


def test_a_service_in_the_week_of_birth_is_not_before_it():
    child = table("bef", *bef(4, 2018, 2019, born_on="2018-03-08"))
    residents = pl.concat([RESIDENTS, child])
    intake = sssy(service(person_id=4), service(person_id=4, billed_on="2018-02-26"), bef=residents)
    assert intake.events["event_at"].to_list() == [moment("2018-03-08T00:00")]
    assert fates(intake, "sssy") == {"kept": 1, "date before birth": 1}


def test_a_register_that_is_not_delivered_leaves_no_trace():
    assert "sssy" not in set(take_in().account["table"])


@pytest.mark.parametrize(
    ("week", "monday"),
    [("0601", "2006-01-02"), ("2053", "2020-12-28"), ("2001", "2019-12-30"), (1552, "2015-12-21"), (601, "2006-01-02")],
)
def test_weeks_are_those_of_iso_8601_also_where_a_number_has_lost_its_zero(week, monday):
    frame = pl.DataFrame(
        {"pnr": ["6802701234"], "honuge": [week], "speciale": ["800101"], "ydlant": [1], "barnmak": ["0"]}
    )
    assert normalise(frame, SSSY)["billed_on"].to_list() == [dt.date.fromisoformat(monday)]
