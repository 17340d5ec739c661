"""Who enters, what became of them, and that the flow chart adds up."""

import datetime as dt

import polars as pl
import pytest

from evidens.cohort import CalendarLandmark, Cohort, CohortSettings, build_cohort, merge_flows
from evidens.cohort.eligibility import IMMATURE, NOT_ALIVE, NOT_COVERED, NOT_RESIDENT, SHORT_RESIDENCE, WRONG_AGE
from evidens.contracts import Flow, check_table, schema_of
from evidens.events import BucketEvents, Event, Person, Residence
from evidens.foundation import Horizon, SettingsError, build_settings
from evidens.phenotypes import load_phenotype

CANCER = load_phenotype("colorectal_cancer")
ONE_YEAR = Horizon(365)
LOCK = dt.date(2025, 6, 30)
SETTINGS = CohortSettings(landmark=CalendarLandmark((2018,)), min_age=40, max_age=84, data_from_on=dt.date(2006, 1, 1))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def frames(*people: dict) -> tuple[BucketEvents, pl.DataFrame, pl.DataFrame]:
    """Tables of people given as mappings: born, died, spells [(region, from, to)], cancer (day of diagnosis)."""
    events, persons, residence = [], [], []
    for number, person in enumerate(people, start=1):
        persons.append((number, "female", day(person.get("born", "1958-01-01")), "danish", _day(person.get("died"))))
        for region, start, end in person.get("spells", [("84", "1990-01-01", None)]):
            residence.append((number, region, day(start), _day(end)))
        if "cancer" in person:
            at = dt.datetime.fromisoformat(person["cancer"])
            events.append({"person_id": number, "event_at": at, "known_at": at, "code": "ICD10/DC189", "text": "A",
                           "register": "lpr3", "delivery": "test"})  # fmt: skip
    return (
        BucketEvents.of(pl.DataFrame(events, schema=schema_of(Event))),
        pl.DataFrame(persons, schema=schema_of(Person), orient="row"),
        pl.DataFrame(residence, schema=schema_of(Residence), orient="row"),
    )


def _day(text: str | None) -> dt.date | None:
    return day(text) if text else None


def ask(*people: dict, settings: CohortSettings = SETTINGS, lock: dt.date = LOCK, horizon: Horizon = ONE_YEAR):
    return build_cohort(*frames(*people), phenotype=CANCER, settings=settings, horizon=horizon, data_lock_on=lock)


def left_by(part) -> list[str]:
    return part.flow.filter(pl.col("n_left_out") > 0)["rule"].to_list()


@pytest.mark.parametrize(
    ("person", "age_or_rule"),
    [
        # the fortieth birthday on the index day counts, the day after does not
        ({"born": "1978-01-01"}, 40),
        ({"born": "1978-01-02"}, WRONG_AGE),
        ({"born": "1977-12-31"}, 40),
        ({"born": "1978-06-15"}, WRONG_AGE),
        # someone is 84 until the day before the eighty-fifth birthday
        ({"born": "1933-01-02"}, 84),
        ({"born": "1933-01-01"}, WRONG_AGE),
        # death the day before or on the index day; the day after is follow-up
        ({"died": "2017-12-31"}, NOT_ALIVE),
        ({"died": "2018-01-01"}, NOT_ALIVE),
        ({"died": "2018-01-02"}, 60),
        ({"born": "2018-06-01"}, NOT_ALIVE),
        # residence is half-open: gone on the index day is not resident on it
        ({"spells": [("84", "1990-01-01", "2018-01-01")]}, NOT_RESIDENT),
        ({"spells": [("84", "1990-01-01", "2018-01-02")]}, 60),
        ({"spells": [("84", "2018-01-02", None)]}, NOT_RESIDENT),
        ({"spells": []}, NOT_RESIDENT),
        # 730 days of unbroken residence: 2 January 2016 to 1 January 2018
        ({"spells": [("84", "2016-01-02", None)]}, 60),
        ({"spells": [("84", "2016-01-03", None)]}, SHORT_RESIDENCE),
        # a move between regions breaks nothing, a day abroad does
        ({"spells": [("81", "2010-01-01", "2017-06-01"), ("84", "2017-06-01", None)]}, 60),
        ({"spells": [("81", "2010-01-01", "2017-06-01"), ("84", "2017-06-02", None)]}, SHORT_RESIDENCE),
    ],
)
def test_the_days_on_which_eligibility_turns(person: dict, age_or_rule: int | str) -> None:
    part = ask(person)
    if isinstance(age_or_rule, int):
        assert part.cohort["age"].to_list() == [age_or_rule]
    else:
        assert (part.cohort.height, left_by(part)) == (0, [age_or_rule])


@pytest.mark.parametrize(
    ("person", "status", "followup_days"),
    [
        ({}, "event_free", 365),
        ({"cancer": "2018-01-02T00:00"}, "event", 1),
        ({"cancer": "2018-01-02T13:37"}, "event", 1),  # days are counted in days, not in hours
        ({"cancer": "2019-01-01T23:59"}, "event", 365),
        ({"cancer": "2019-01-02T00:00"}, "event_free", 365),
        ({"died": "2018-01-31"}, "death", 30),
        ({"died": "2019-01-01"}, "death", 365),
        ({"died": "2019-01-02"}, "event_free", 365),
        ({"cancer": "2018-01-31", "died": "2018-01-31"}, "event", 30),
        ({"died": "2018-01-31", "spells": [("84", "1990-01-01", "2018-01-31")]}, "death", 30),
        ({"spells": [("84", "1990-01-01", "2018-01-31")]}, "censored", 30),
        ({"cancer": "2018-02-01", "spells": [("84", "1990-01-01", "2018-01-31")]}, "censored", 30),
        ({"cancer": "2018-02-01", "spells": [("84", "1990-01-01", "2018-01-31"), ("84", "2018-01-31", None)]},
         "event", 31),
        # who emigrates and dies abroad was gone first
        ({"died": "2018-03-01", "spells": [("84", "1990-01-01", "2018-01-31")]}, "censored", 30),
        # leaving to another region is no censoring
        ({"spells": [("84", "1990-01-01", "2018-01-31"), ("81", "2018-01-31", None)]}, "event_free", 365),
    ],
)  # fmt: skip
def test_what_happens_first_is_the_status(person: dict, status: str, followup_days: int) -> None:
    assert ask(person).cohort.select("status", "followup_days").rows() == [(status, followup_days)]


def test_region_is_where_they_live_on_the_index_day() -> None:
    moved = {
        "spells": [("81", "2000-01-01", "2018-01-01"), ("84", "2018-01-01", "2018-01-02"), ("85", "2018-01-02", None)]
    }
    assert ask(moved).cohort["region"].to_list() == ["84"]


def test_a_birthday_on_29_february_is_on_1_march_in_other_years() -> None:
    landmark = CalendarLandmark((2018,), month=2, day=28)
    settings = CohortSettings(landmark=landmark, min_age=0, max_age=120, data_from_on=day("2006-01-01"))
    assert ask({"born": "1976-02-29"}, settings=settings).cohort["age"].to_list() == [41]


@pytest.mark.parametrize(
    ("lock", "n_rows"),
    [(day("2019-04-01"), 1), (day("2019-03-31"), 0)],  # 1 January 2018 + 365 + 90 days = 1 April 2019
)
def test_an_index_enters_when_its_follow_up_and_reporting_are_complete(lock: dt.date, n_rows: int) -> None:
    part = ask({}, lock=lock)
    assert part.cohort.height == n_rows
    assert left_by(part) == ([] if n_rows else [IMMATURE])


def test_an_immature_index_can_be_censored_at_the_end_of_the_data_instead() -> None:
    settings = CohortSettings(
        landmark=CalendarLandmark((2018,)), min_age=40, max_age=84, data_from_on=day("2006-01-01"), immature="censor"
    )
    part = ask({}, {"cancer": "2018-03-01"}, {"cancer": "2018-01-15"}, settings=settings, lock=day("2018-01-31"))
    assert part.cohort.select("status", "followup_days").rows() == [("censored", 30), ("censored", 30), ("event", 14)]


def test_an_index_whose_lookback_begins_before_the_data_is_left_out() -> None:
    # 1 January 2018 - 1825 days = 2 January 2013
    late = CohortSettings(landmark=CalendarLandmark((2018,)), min_age=40, max_age=84, data_from_on=day("2013-01-03"))
    assert left_by(ask({}, settings=late)) == [NOT_COVERED]
    in_time = CohortSettings(landmark=CalendarLandmark((2018,)), min_age=40, max_age=84, data_from_on=day("2013-01-02"))
    assert ask({}, settings=in_time).cohort.height == 1


YEARS = CohortSettings(
    landmark=CalendarLandmark((2016, 2017, 2018)), min_age=40, max_age=84, data_from_on=day("2006-01-01")
)
MIXED = (
    {},
    {"cancer": "2017-03-01"},
    {"born": "1977-06-01"},
    {"died": "2016-06-01"},
    {"spells": []},
    {"born": "1990-01-01"},
)


def test_a_person_has_one_row_per_index_date_until_the_outcome() -> None:
    cohort = ask(*MIXED, settings=YEARS).cohort
    rows = cohort.select("person_id", pl.col("index_at").dt.year(), "status").rows()
    assert rows == [
        (1, 2016, "event_free"), (1, 2017, "event_free"), (1, 2018, "event_free"),
        (2, 2016, "event_free"), (2, 2017, "event"),
        (3, 2018, "event_free"),
        (4, 2016, "death"),
    ]  # fmt: skip


def test_the_flow_chart_adds_up_step_by_step() -> None:
    part = ask(*MIXED, settings=YEARS)
    flow = part.flow
    assert flow.row(0, named=True)["n_rows"] == len(MIXED) * 3
    gone = flow["n_people"].shift(1).fill_null(flow["n_people"][0]) - flow["n_people"]
    assert gone.to_list() == flow["n_left_out"].to_list()
    assert flow.select("n_people", "n_rows").row(-1) == (part.cohort["person_id"].n_unique(), part.cohort.height)
    assert (flow["n_rows"].diff().drop_nulls() <= 0).all()


def test_flows_of_buckets_add_up_to_the_flow_of_all() -> None:
    events, persons, residence = frames(*MIXED)

    def part_of(bucket: int):
        mine = [frame.filter(pl.col("person_id") % 2 == bucket) for frame in (events.frame(), persons, residence)]
        return build_cohort(
            BucketEvents.of(mine[0]), *mine[1:], phenotype=CANCER, settings=YEARS, horizon=ONE_YEAR, data_lock_on=LOCK
        )

    parts = [part_of(0), part_of(1)]
    whole = ask(*MIXED, settings=YEARS)
    assert merge_flows(part.flow for part in parts).equals(whole.flow)
    assert pl.concat([part.cohort for part in parts]).sort("person_id", "index_at").equals(whole.cohort)


def test_the_flow_chart_bears_the_name_of_the_study_where_one_is_given() -> None:
    part = build_cohort(
        *frames({}), phenotype=CANCER, settings=SETTINGS, horizon=ONE_YEAR, data_lock_on=LOCK, outcome="bowel_cancer"
    )
    assert part.flow["outcome"].unique().to_list() == ["bowel_cancer"]


def test_nobody_is_a_result() -> None:
    part = ask()
    assert part.cohort.equals(Cohort.create_empty())
    assert part.flow["n_people"].sum() == 0
    assert part.flow.height == len(ask({}).flow)


def test_people_of_whom_none_is_eligible_are_a_result() -> None:
    part = ask({"born": "2010-01-01"})
    assert part.cohort.is_empty()
    assert check_table(part.flow, Flow, place="flow")["n_people"].to_list()[-1] == 0


def test_the_order_of_the_rows_does_not_matter() -> None:
    events, *others = frames(*MIXED)
    shuffled = [frame.sample(fraction=1.0, shuffle=True, seed=3) for frame in others]
    part = build_cohort(events, *shuffled, phenotype=CANCER, settings=YEARS, horizon=ONE_YEAR, data_lock_on=LOCK)
    assert part.cohort.equals(ask(*MIXED, settings=YEARS).cohort)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"landmark": {"kind": "calendar", "years": []}}, "at least one year"),
        ({"landmark": {"kind": "calendar", "years": [2016, 2016]}}, "each of them once"),
        ({"landmark": {"kind": "birthday"}}, "One of: calendar, random, event, admission, discharge"),
        ({"min_age": 85}, "leave no one"),
        ({"lookback_days": 0}, "at least one day"),
        ({"landmark": {"kind": "calendar", "years": [2016], "month": 2, "day": 30}}, "landmark"),
        ({"confirm_lag_days": -1}, "negative"),
        ({"washout": 1}, "no such setting"),
        ({"washout_days": -1}, "negative"),
        ({"blanking_hours": -1}, "negative"),
        ({"history": [{"leaves": "w", "days": 0, "at_least": 1}]}, "at least one day"),
        ({"history": [{"leaves": "w", "days": 9}]}, "at_least or at_most"),
        ({"history": [{"leaves": "w", "days": 9, "at_least": 2, "at_most": 1}]}, "between 0 and at_most"),
        ({"history": [{"leaves": "w", "days": 9, "at_most": 0, "codes": ["NPU/B12"]}]}, "'B12' is no code of NPU"),
    ],
)
def test_settings_that_cannot_be_are_refused(change: dict, finding: str) -> None:
    good = {
        "landmark": {"kind": "calendar", "years": [2016]},
        "min_age": 40,
        "max_age": 84,
        "data_from_on": "2006-01-01",
    }
    with pytest.raises(SettingsError, match=finding):
        build_settings(CohortSettings, good | change, place="conf/cohort/test.yaml")
