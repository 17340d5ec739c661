"""Counts by month on both sides of the change of system."""

import datetime as dt

import polars as pl
import pytest

from evidens.registers.switch import count_contacts_by_month, count_first_diagnoses_by_quarter


@pytest.fixture
def tables():
    old = pl.DataFrame({
        "pnr": ["a", "a", "b"],
        "d_inddto": [dt.date(2019, 1, 5), dt.date(2019, 1, 9), dt.date(2019, 2, 1)],
        "c_adiag": ["DE119", "DI10", "DE110"],
    })  # fmt: skip
    new = pl.DataFrame({
        "pnr": ["a", "c", "b"],
        "kont_starttidspunkt": [dt.date(2019, 3, 5), dt.date(2019, 3, 6), dt.date(2019, 1, 9)],
        "adiag": ["DE119", "DE119", "DE119"],
        "lprindberetningssystem": ["LPR3", "LPR3", "LPR2"],
    }).with_columns(pl.col("kont_starttidspunkt").cast(pl.Datetime("us")))  # fmt: skip
    return {("lpr2", "lpr_adm", 2019): old, ("lpr3", "lpr_a_kontakt", 2019): new, ("dod", "dod", 2019): old}


def test_rows_are_counted_in_the_system_that_reported_them(tables):
    counted = count_contacts_by_month(tables)
    assert counted.rows() == [
        ("LPR2", dt.date(2019, 1, 1), 2), ("LPR2", dt.date(2019, 2, 1), 1), ("LPR3", dt.date(2019, 3, 1), 2),
    ]  # fmt: skip


def test_a_person_is_counted_once_in_the_quarter_of_the_first_diagnosis_whichever_system_has_it(tables):
    counted = count_first_diagnoses_by_quarter(tables, "DE11")
    assert counted.rows() == [("either", dt.date(2019, 1, 1), 3)]


def test_nothing_delivered_is_nothing_counted():
    assert count_contacts_by_month({}).is_empty()
