"""Tumours: when they are known, and what a stage is; the traps as rows are in test_register_cases."""

import dataclasses

import pytest
from tests.unit.registers.rows import SETTINGS, fates, moment, table, take_in

from evidens.contracts import check_table
from evidens.events import Event


def tumour(**columns):
    usual = {"person_id": 1, "tumour_number": "1", "diagnosed_on": "2018-03-04", "code": "C187"}
    return usual | columns


def cancer(*rows, settings=SETTINGS):
    intake = take_in(settings, t_tumor=table("t_tumor", *rows))
    check_table(intake.events, Event, place="events")
    return intake


@pytest.mark.parametrize(("years", "known"), [(1, "2019-01-01"), (2, "2020-01-01"), (3, "2021-01-01")])
def test_a_tumour_is_known_when_its_year_is_published(years, known):
    settings = dataclasses.replace(SETTINGS, cancer_published_after_years=years)
    for day in ("2018-01-01", "2018-12-31"):
        [event] = cancer(tumour(diagnosed_on=day), settings=settings).events.rows(named=True)
        assert event["event_at"] == moment(f"{day}T00:00")
        assert event["known_at"] == moment(f"{known}T00:00")


def test_a_tumour_that_is_known_before_it_is_diagnosed_is_no_setting():
    with pytest.raises(ValueError, match="at least 1"):
        dataclasses.replace(SETTINGS, cancer_published_after_years=0)


def test_of_two_tumours_with_one_number_the_same_counts_in_whatever_order_they_come():
    one, other = tumour(), tumour(code="C619")
    assert cancer(one, other).events.equals(cancer(other, one).events)
    assert fates(cancer(one, other), "t_tumor") == {"kept": 1, "tumour number of another tumour of the person": 1}


def test_a_register_that_is_not_delivered_leaves_no_trace():
    assert "t_tumor" not in set(take_in().account["table"])
