"""Rules of the outcome at an index: moments, washout, blanking, competing events, and what was known when."""

import datetime as dt
import pickle
from dataclasses import replace
from functools import partial

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.cohort.histories import events, moment, persons, residence, store

from evidens.cohort import CalendarLandmark, Cohort, CohortSettings, EventLandmark, HistoryRule, build_cohort
from evidens.cohort.eligibility import (
    AT_INDEX,
    BLANKED,
    COMPETED,
    IMMATURE,
    NO_INDEX,
    NOT_ALIVE,
    NOT_COVERED,
    OUTSIDE,
    PREVALENT,
    PREVALENT_AT,
    UNKNOWN,
)
from evidens.contracts import ContractError, check_table
from evidens.foundation import Horizon
from evidens.phenotypes import Qualifier, load_phenotype

HB, CANCER_CODE, STROKE = "NPU/NPU02319", "ICD10/DC187", "ICD10/DC209"
CANCER = load_phenotype("colorectal_cancer")
INDEX = {"at": "2018-03-01T10:00", "code": HB}
AT_HB = CohortSettings(
    landmark=EventLandmark((HB,), dt.date(2005, 1, 1), dt.date(2030, 12, 31), at="event"),
    min_age=40, max_age=84, data_from_on=dt.date(2006, 1, 1),
)  # fmt: skip
YEARLY = replace(AT_HB, landmark=CalendarLandmark((2018,)))
LOCK = dt.date(2025, 6, 30)


def cancer(at: str, **more) -> dict:
    return {"at": at, "code": CANCER_CODE, "text": "A", **more}


def ask(*rows: dict, settings=AT_HB, phenotype=CANCER, days=30, lock=LOCK, died=None):
    return build_cohort(store(*rows), persons(1, died=died), residence(1), phenotype=phenotype, settings=settings,
                        horizon=Horizon(days), data_lock_on=lock)  # fmt: skip


def labels(*rows: dict, **more) -> list[tuple] | str:
    """Status and days of the rows that enter, or the rule that leaves the person out."""
    part = ask(*rows, **more)
    left = part.flow.filter(pl.col("n_left_out") > 0)["rule"].to_list()
    return left[0] if left else part.cohort.select("status", "followup_days").rows()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2018-03-01T09:59:59.999999", PREVALENT_AT),
        ("2018-03-01T10:00", AT_INDEX),
        ("2018-03-01T10:00:00.000001", [("event", 1)]),  # the same day, after the moment
        ("2018-03-02T10:00", [("event", 1)]),
        ("2018-03-02T10:00:00.000001", [("event", 2)]),
        ("2018-03-31T10:00", [("event", 30)]),  # 30 times 24 hours
        ("2018-03-31T10:00:00.000001", [("event_free", 30)]),
    ],
)
def test_windows_of_a_moment_are_counted_in_microseconds_from_it(at: str, expected: list | str) -> None:
    assert labels(INDEX, cancer(at)) == expected


@pytest.mark.parametrize(
    ("died", "expected"),
    [
        ("2018-03-01", NOT_ALIVE),  # before or after ten o'clock: nobody knows
        ("2018-03-02", [("death", 1)]),
        ("2018-03-31", [("death", 30)]),
        ("2018-04-01", [("event_free", 30)]),
    ],
)
def test_death_is_known_by_the_day(died: str, expected: list | str) -> None:
    assert labels(INDEX, died=died) == expected


def test_an_outcome_on_the_day_of_death_goes_before_it_whatever_the_hour_of_the_index() -> None:
    assert labels(INDEX, cancer("2018-03-04T23:00"), died="2018-03-04") == [("event", 4)]


def test_the_moment_is_kept_and_says_so() -> None:
    row = ask(INDEX).cohort.row(0, named=True)
    assert (row["index_at"], row["landmark"]) == (moment("2018-03-01T10:00"), "event")


def test_only_the_index_of_a_day_has_to_be_a_midnight() -> None:
    cohort = ask(INDEX).cohort
    check_table(cohort, Cohort, place="cohort")
    with pytest.raises(ContractError, match="midnight"):
        check_table(cohort.with_columns(landmark=pl.lit("calendar")), Cohort, place="cohort")


@pytest.mark.parametrize(
    ("at", "rule"),
    [("2005-12-31T10:00", OUTSIDE), ("2006-06-01T10:00", NOT_COVERED), ("2025-06-30T10:00", IMMATURE),
     ("2025-07-01T10:00", OUTSIDE)],
)  # fmt: skip
def test_an_index_outside_the_data_is_left_out_for_that_reason(at: str, rule: str) -> None:
    assert labels({"at": at, "code": HB}) == rule


def test_who_has_no_index_is_counted_and_left_out_first() -> None:
    part = ask(cancer("2018-03-02"))
    assert part.flow.select("rule", "n_people", "n_rows", "n_left_out").rows()[:2] == [
        ("in the extract", 1, 0, 0), (NO_INDEX, 0, 0, 1)]  # fmt: skip
    assert part.cohort.is_empty()
    assert part.attrition.is_empty()


def test_a_washout_forgets_what_lies_before_it() -> None:
    # [index - 365 days, index): 1 January 2017 is in it, 31 December 2016 is not
    last_year, older = cancer("2017-01-01"), cancer("2016-12-31")
    settings = replace(YEARLY, washout_days=365)
    assert labels(last_year, settings=settings) == PREVALENT
    assert labels(older, settings=settings) == [("event_free", 30)]
    assert labels(older, cancer("2018-01-05"), settings=settings) == [("event", 4)]
    assert labels(older, settings=YEARLY) == PREVALENT


def test_what_recurs_is_never_prevalent() -> None:
    settings = replace(YEARLY, washout_days=0)
    assert labels(cancer("2017-12-31"), cancer("2018-01-01"), settings=settings) == [("event_free", 30)]
    assert labels(cancer("2017-12-31"), cancer("2018-01-05"), settings=settings) == [("event", 4)]


def test_an_outcome_within_the_blanking_leaves_out_or_is_passed_over_where_it_recurs() -> None:
    blanked, recurring = replace(AT_HB, blanking_hours=48), replace(AT_HB, blanking_hours=48, washout_days=0)
    early, late = cancer("2018-03-03T09:59"), cancer("2018-03-03T10:00")  # 48 hours count
    assert labels(INDEX, early, settings=blanked) == BLANKED
    assert labels(INDEX, late, settings=blanked) == [("event", 2)]
    assert labels(INDEX, early, settings=recurring) == [("event_free", 30)]
    assert labels(INDEX, early, late, settings=recurring) == [("event", 2)]


COMPETING = replace(
    CANCER,
    settings=replace(CANCER.settings, qualifies=(Qualifier("diagnosis"),), competes=(Qualifier("other"),)),
    codes=replace(
        CANCER.codes,
        entries=pl.DataFrame(
            [("ICD10", "DC187", "exact", "diagnosis", "d", "s"), ("ICD10", "DC209", "exact", "other", "d", "s")],
            schema=CANCER.codes.entries.schema, orient="row",
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"at": "2018-01-11", "code": STROKE}], [("competing", 10)]),
        ([{"at": "2018-01-11", "code": STROKE}, cancer("2018-01-12")], [("competing", 10)]),
        ([{"at": "2018-01-11", "code": STROKE}, cancer("2018-01-11")], [("event", 10)]),  # the outcome goes first
        ([{"at": "2018-02-01", "code": STROKE}], [("event_free", 30)]),
        ([{"at": "2017-12-31", "code": STROKE}], COMPETED),
        (
            [{"at": "2018-01-01", "code": STROKE}],
            COMPETED,
        ),  # the index day lies in neither window, but who has it has it
    ],
)
def test_a_competing_event_ends_follow_up_and_rules_out_who_had_it(rows: list[dict], expected: list | str) -> None:
    assert labels(*rows, settings=YEARLY, phenotype=COMPETING) == expected


def test_a_competing_event_goes_before_death_on_one_day() -> None:
    rows = [{"at": "2018-01-11", "code": STROKE}]
    assert labels(*rows, settings=YEARLY, phenotype=COMPETING, died="2018-01-11") == [("competing", 10)]


def test_status_at_the_index_is_judged_by_dates_or_as_known() -> None:
    late = cancer("2017-12-01", known="2018-01-01")  # what becomes known at the index is not known before it
    as_known = replace(YEARLY, as_known=True)
    assert labels(late, settings=YEARLY) == PREVALENT
    assert labels(late, settings=as_known) == UNKNOWN
    assert labels(cancer("2017-12-01", known="2017-12-31T23:59"), settings=as_known) == PREVALENT


def test_as_known_the_outcome_is_judged_when_horizon_and_lag_are_over() -> None:
    # 1 January 2018 + 30 + 90 days = 1 May 2018, through its end
    as_known = replace(YEARLY, as_known=True)
    assert labels(cancer("2018-01-11", known="2018-05-01T23:59"), settings=as_known) == [("event", 10)]
    assert labels(cancer("2018-01-11", known="2018-05-02"), settings=as_known) == [("event_free", 30)]
    assert labels(cancer("2018-01-11", known="2018-05-02"), settings=YEARLY) == [("event", 10)]


def test_history_counts_what_lies_before_and_was_known() -> None:
    tested = replace(YEARLY, history=(HistoryRule("no test in the year before", 365, (HB,), at_least=2),))
    first = {"at": "2017-01-01", "code": HB, "known": "2017-01-02"}
    last = {"at": "2017-12-31T23:00", "code": HB, "known": "2017-12-31T23:59"}
    unknown = {"at": "2017-06-01", "code": HB, "known": "2018-01-01"}
    assert labels(first, last, settings=tested) == [("event_free", 30)]
    assert labels(first, unknown, settings=tested) == "no test in the year before"
    never = replace(YEARLY, history=(HistoryRule("a test", 365, ("NPU/NPU0*",), at_most=0),))
    assert labels(first, settings=never) == "a test"
    assert labels(unknown, settings=never) == [("event_free", 30)]
    assert labels({"at": "2018-01-01", "code": HB}, settings=never) == [("event_free", 30)]


def test_any_event_is_history_where_no_codes_are_named() -> None:
    seen = replace(AT_HB, history=(HistoryRule("nothing before", 365, at_least=1),))
    assert labels(INDEX, settings=seen) == "nothing before"
    assert labels(INDEX, {"at": "2018-02-01", "code": "CONTACT/outpatient"}, settings=seen) == [("event_free", 30)]


def test_a_part_that_goes_to_another_process_gives_the_same() -> None:
    build = partial(build_cohort, phenotype=CANCER, settings=AT_HB, horizon=Horizon(30), data_lock_on=LOCK)
    there = pickle.loads(pickle.dumps(build))(store(INDEX), persons(1), residence(1))
    assert_frame_equal(there.cohort, ask(INDEX).cohort)


def test_several_index_dates_of_a_person_are_judged_each_for_itself() -> None:
    days = [{"at": f"2018-0{month}-01T10:00", "code": HB} for month in (1, 2, 3)]
    part = ask(*days, cancer("2018-02-20T12:00"))
    assert part.cohort.select("status", "followup_days").rows() == [("event_free", 30), ("event", 20)]
    assert part.flow.select("n_people", "n_rows").row(0) == (1, 3)
    assert part.flow.select("n_people", "n_rows").row(-1) == (1, 2)


def test_the_events_may_lie_in_any_runs() -> None:
    rows = [INDEX, cancer("2018-03-20"), {"at": "2017-06-01", "code": "CONTACT/outpatient"}]
    settings = replace(AT_HB, history=(HistoryRule("nothing before", 365, at_least=1),))
    one = ask(*rows, settings=settings)
    parts = type(store())(frames=tuple(events(row) for row in rows))
    apart = build_cohort(parts, persons(1), residence(1), phenotype=CANCER, settings=settings, horizon=Horizon(30),
                         data_lock_on=LOCK)  # fmt: skip
    assert_frame_equal(one.cohort, apart.cohort)
    assert_frame_equal(one.flow, apart.flow)
