"""A year of a register is the same whatever other years it is taken in with, and rests on nothing else."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.registers.rows import LOCK, RESIDENTS, SETTINGS, bef, table
from tests.unit.registers.test_register_cases import CASES, PEOPLE, read_case

from evidens.events import EVENT_ORDER
from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key
from evidens.registers import (
    SOURCES,
    TABLES,
    Window,
    add_accounts,
    complete,
    intake_people,
    intake_register,
    lives_by_year,
    pseudonymise_batch,
    year_of,
)

WINDOW = Window(dt.date(2005, 12, 31), LOCK)
DIVIDED = [path for path in CASES if SOURCES.get(path.parts[-3]) and SOURCES[path.parts[-3]].day]


def take_in_years(source, tables, persons, *, window=WINDOW, of=SETTINGS):
    return intake_register(source, tables, persons, window=window, settings=of, delivery="test")


def year_by_year(source, tables, persons, **kwargs):
    """Take in each year alone, with nothing of people and window but what the year rests on."""
    [(name, rows)] = tables.items()
    parts = {}
    for year in rows.select(year=year_of(pl.col(source.day)))["year"].unique():
        own = rows.filter(year_of(pl.col(source.day)).eq_missing(year))
        whose = own.select("person_id", year=year_of(pl.col(source.day)))
        lives = lives_by_year(source, persons, whose).get(year, persons.clear())
        parts |= take_in_years(source, {name: own}, lives, window=source.window(year, WINDOW), **kwargs)
    return parts


def check_equal(one, other):
    assert one.keys() == other.keys()
    for year in one:
        assert one[year].events.equals(other[year].events)
        assert add_accounts([one[year].account]).equals(add_accounts([other[year].account]))
        bad, also = (
            {name: rows.sort(pl.all()) for name, rows in part[year].quarantined.items()} for part in (one, other)
        )
        assert bad.keys() == also.keys()
        assert all(bad[name].equals(also[name]) for name in bad)


def persons_of(tables):
    return intake_people(complete(tables, [TABLES[name] for name in ("bef", "dod", "vnds", "vnds_ind", "vnds_ud")]),
                         SETTINGS, window=WINDOW).persons  # fmt: skip


@pytest.mark.parametrize("path", DIVIDED, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_the_years_of_every_case_are_together_what_the_register_is_at_once(path):
    name, rows, _, _, of = read_case(path)
    persons = PseudonymMap(demonstration_key(1), "person")
    kept = pseudonymise_batch(
        rows, TABLES[name], persons=persons, contacts=PseudonymMap(demonstration_key(1), "contact"), links=None,
        simulated=True, settings=PseudonymSettings(),
    ).kept  # fmt: skip
    residents = table("bef", *(row for person in persons.ids(PEOPLE) for row in bef(person, *range(2005, 2025))))
    people, source = persons_of({"bef": residents}), SOURCES[TABLES[name].register]
    check_equal(take_in_years(source, {name: kept}, people, of=of), year_by_year(source, {name: kept}, people, of=of))


DAYS = ["2016-12-30", "2016-12-31", "2017-01-01", "2018-12-31", "2019-01-01", "1850-01-01", "2099-05-05", "2025-07-01",
        "2025-12-31", None]  # fmt: skip
MONDAYS = ["2016-12-26", "2018-12-31", "2019-01-07", "2024-12-30", "2025-06-30", None]
ROWS = {
    "lab_dm_forsker": {"sampled_on": DAYS, "sampled_time": ["08:00:00", None], "code": ["NPU27300", "NPU02319", "X"],
                       "value": ["41", "<20", "??", "Aflyst"], "unit": ["mmol/mol", None]},
    "lmdb": {"dispensed_on": DAYS, "code": ["A10BA02", "X"], "n_packs": [1.0, -1.0, 2.0],
             "ddd_per_pack": [1.0, 30.0], "correction": [None, None, "K"]},
    "sssy": {"billed_on": MONDAYS, "service": ["801101", "54001"], "n_services": [1.0, 2.0], "for_child": ["0", "1"]},
}  # fmt: skip
DEATHS = ["2016-12-31", "2017-01-01", "2017-01-07", "2018-12-31", "2019-01-06", "2025-06-30", None]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(ROWS)), st.randoms(use_true_random=False), st.integers(1, 60))
def test_a_year_rests_on_its_own_rows_and_on_nothing_later(name, random, n_rows):
    """Births within a week of billing, deaths and locks around the turn of a year, corrections and repeated rows."""
    rows = [
        {"person_id": random.choice([1, 2, 3, 9])}
        | {column: random.choice(pool) for column, pool in ROWS[name].items()}
        for _ in range(n_rows)
    ]
    people = persons_of({"bef": RESIDENTS}).with_columns(
        died_on=pl.Series([random.choice(DEATHS) for _ in range(3)], dtype=pl.String).str.to_date(),
        born_on=pl.Series([random.choice(["1950-05-05", "2019-01-02", "2016-12-31"]) for _ in range(3)]).str.to_date(),
    )
    source, tables = SOURCES[TABLES[name].register], {name: table(name, *rows)}
    at_once = take_in_years(source, tables, people)
    check_equal(at_once, year_by_year(source, tables, people))
    shuffled = {name: tables[name].sample(fraction=1.0, shuffle=True, seed=random.randrange(99))}
    again = take_in_years(source, shuffled, people)
    assert all(again[year].events.equals(at_once[year].events) for year in at_once)
    assert all(part.events.equals(part.events.sort(EVENT_ORDER)) for part in at_once.values())


def test_registers_whose_rules_reach_over_years_are_one_segment():
    """A contact has versions in several years, one tumour number counts once, IND tells what FAIK does."""
    assert {name for name, source in SOURCES.items() if source.day} == {"lab", "lmdb", "sssy"}


def test_impossible_days_have_one_segment_together():
    days = pl.DataFrame({"day": [dt.date(1899, 1, 1), dt.date(2099, 1, 1), None, dt.date(2019, 12, 31)]})
    years = days.select(year_of(pl.col("day")))["day"].to_list()
    assert [SOURCES["lab"].segment(year) for year in years] == ["lab-undated"] * 3 + ["lab-2019"]
