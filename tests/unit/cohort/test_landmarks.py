"""Index dates: each kind where it says, within its period, and never by what comes later."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.unit.cohort.histories import events, moment, persons

from evidens.cohort import AdmissionLandmark, CohortSettings, DischargeLandmark, EventLandmark, RandomLandmark
from evidens.cohort.indices import find_indices
from evidens.cohort.landmarks import Period
from evidens.foundation import SettingsError, build_settings

FROM, TO = dt.date(2018, 1, 1), dt.date(2019, 12, 31)
HB = "NPU/NPU02319"
SAMPLES = tuple(
    {"at": at, "known": known, "code": HB, "value": value}
    for at, known, value in [
        ("2017-12-31T08:00", "2018-01-01T08:00", 8.0),
        ("2018-03-01T08:00", "2018-03-02T08:00", 7.0),
        ("2018-03-11T08:00", "2018-03-12T08:00", 6.0),
        ("2019-05-01T08:00", "2019-05-02T08:00", 9.0),
        ("2019-12-31T08:00", "2020-01-01T08:00", 5.0),
    ]
)


def indices(landmark, *rows: dict, people=(1,)) -> list[str]:
    found = find_indices(persons(*people), events(*rows), landmark)
    return [at.isoformat(timespec="minutes") for at in found["index_at"]]


def at_samples(**changes) -> list[str]:
    return indices(EventLandmark((HB,), FROM, TO, **changes), *SAMPLES)


def test_an_event_is_an_index_when_it_was_known_and_the_index_lies_in_the_period() -> None:
    assert at_samples() == ["2018-01-01T08:00", "2018-03-02T08:00", "2018-03-12T08:00", "2019-05-02T08:00"]


def test_or_when_it_happened() -> None:
    assert at_samples(at="event") == ["2018-03-01T08:00", "2018-03-11T08:00", "2019-05-01T08:00", "2019-12-31T08:00"]


def test_or_a_minute_later_so_that_it_can_be_read() -> None:
    assert at_samples(after_minutes=1)[0] == "2018-01-01T08:01"


@pytest.mark.parametrize(
    ("which", "per", "expected"),
    [
        ("first", "year", ["2018-01-01T08:00", "2019-05-02T08:00"]),
        ("last", "year", ["2018-03-12T08:00", "2019-05-02T08:00"]),
        ("first", "period", ["2018-01-01T08:00"]),
        ("last", "period", ["2019-05-02T08:00"]),
        ("last", "record", []),  # it was known after the period
        ("first", "record", ["2018-01-01T08:00"]),
    ],
)
def test_the_first_or_last_of_a_year_of_the_period_or_ever(which: str, per: str, expected: list[str]) -> None:
    assert at_samples(which=which, per=per) == expected


def test_a_first_event_ever_that_lies_before_the_period_leaves_none() -> None:
    early = {"at": "2010-01-01", "code": HB, "value": 8.0}
    assert indices(EventLandmark((HB,), FROM, TO, which="first", per="record"), early, *SAMPLES) == []


def test_dates_too_close_to_the_one_kept_before_are_passed_over() -> None:
    days = ["2018-01-01", "2018-01-06", "2018-01-11", "2018-01-12", "2018-01-21", "2018-02-01"]
    rows = [{"at": on, "code": HB, "person": person} for on in days for person in (1, 2)]
    found = find_indices(persons(1, 2), events(*rows), EventLandmark((HB,), FROM, TO, min_gap_days=10))
    kept = ["2018-01-01", "2018-01-11", "2018-01-21", "2018-02-01"]  # ten days are enough, nine are not
    assert found.rows() == [(person, moment(on)) for person in (1, 2) for on in kept]


def test_values_and_types_narrow_what_counts() -> None:
    assert at_samples(below=7.0, at_least=6.0) == ["2018-03-12T08:00"]
    typed = [{"at": "2018-02-01", "code": "ICD10/DD509", "text": text} for text in ("A", "H")]
    assert indices(EventLandmark(("ICD10/DD50*",), FROM, TO, types=("B",)), *typed) == []
    assert indices(EventLandmark(("ICD10/DD50*",), FROM, TO, types=("A",)), *typed) == ["2018-02-01T00:00"]


def test_two_events_known_at_one_moment_are_one_index() -> None:
    twice = [{"at": "2018-02-01", "code": HB, "value": value} for value in (6.0, 7.0)]
    assert indices(EventLandmark((HB,), FROM, TO), *twice) == ["2018-02-01T00:00"]


RANDOM = RandomLandmark(FROM, TO, salt="s")


def test_everyone_has_one_random_day_of_the_period() -> None:
    found = find_indices(persons(*range(5000)), events(), RANDOM)["index_at"]
    assert (found.dt.date().min(), found.dt.date().max()) == (FROM, TO)
    assert (found == found.dt.truncate("1d")).all()
    # 730 days, about 7 people on each: chi-square with 729 degrees of freedom
    counts = np.bincount((found.dt.date() - FROM).dt.total_days().to_numpy(), minlength=730)
    assert ((counts - 5000 / 730) ** 2 / (5000 / 730)).sum() < 860


def test_the_random_day_depends_on_nothing_but_person_and_salt() -> None:
    alone = find_indices(persons(7), events(*SAMPLES), RANDOM)
    assert find_indices(persons(3, 7, 9), events(), RANDOM).filter(person_id=7).equals(alone)
    other = find_indices(persons(*range(100)), events(), RandomLandmark(FROM, TO, salt="t"))
    assert not other.equals(find_indices(persons(*range(100)), events(), RANDOM))


def stay(begin: str, end: str | None, text: str | None = "acute", **more) -> dict:
    return {"at": begin, "code": "CONTACT/inpatient", "text": text, **({"end": end} if end else {}), **more}


def test_a_day_after_admission_of_those_who_are_still_there() -> None:
    landmark = AdmissionLandmark(FROM, TO)
    rows = [
        stay("2018-01-01T10:00", "2018-01-05T10:00"),
        stay("2018-02-01T10:00", "2018-02-02T10:00"),  # leaves at the very moment
        stay("2018-03-01T10:00", "2018-03-02T10:01"),
        stay("2018-04-01T10:00", None),
        stay("2019-12-31T10:00", "2020-02-01T10:00"),  # the index lies after the period
    ]
    assert indices(landmark, *rows) == ["2018-01-02T10:00", "2018-03-02T10:00", "2018-04-02T10:00"]


def test_every_discharge_is_an_index_but_those_of_days_left_out() -> None:
    rows = [stay("2018-01-01T10:00", "2018-01-05T10:00"), stay("2018-07-01T10:00", "2018-07-05T10:00")]
    assert indices(DischargeLandmark(FROM, TO), *rows) == ["2018-01-05T10:00", "2018-07-05T10:00"]
    summer = Period(dt.date(2018, 7, 5), dt.date(2018, 7, 5))
    assert indices(DischargeLandmark(FROM, TO, without=(summer,)), *rows) == ["2018-01-05T10:00"]


def test_only_people_of_the_population_have_an_index() -> None:
    assert indices(EventLandmark((HB,), FROM, TO), *SAMPLES, people=(2,)) == []


@pytest.mark.parametrize("kind", ["random", "event", "admission", "discharge"])
def test_nobody_and_nothing_give_no_index(kind: str) -> None:
    landmark = {
        "random": RANDOM, "event": EventLandmark((HB,), FROM, TO, min_gap_days=5),
        "admission": AdmissionLandmark(FROM, TO), "discharge": DischargeLandmark(FROM, TO),
    }[kind]  # fmt: skip
    found = find_indices(persons(), events(), landmark)
    assert found.is_empty()
    assert found.schema == {"person_id": pl.Int64, "index_at": pl.Datetime("us")}


@pytest.mark.parametrize(
    ("landmark", "finding"),
    [
        ({"kind": "random", "from_on": "2019-01-01", "to_on": "2018-12-31", "salt": "s"}, "before it begins"),
        ({"kind": "event", "codes": [HB], "from_on": "2019-01-01", "to_on": "2018-12-31"}, "before it begins"),
        ({"kind": "event", "codes": [], "from_on": "2018-01-01", "to_on": "2018-12-31"}, "at least one code"),
        ({"kind": "event", "codes": ["B12"], "from_on": "2018-01-01", "to_on": "2018-12-31"}, "'B12' names no system"),
        ({"kind": "event", "codes": ["ICD9/250*"], "from_on": "2018-01-01", "to_on": "2018-12-31"},
         "no code system 'ICD9'"),
        ({"kind": "event", "codes": [HB], "from_on": "2018-01-01", "to_on": "2018-12-31", "min_gap_days": -1},
         "negative"),
        ({"kind": "admission", "from_on": "2018-01-01", "to_on": "2018-12-31", "after_hours": -1}, "negative"),
        ({"kind": "discharge", "from_on": "2018-01-01", "to_on": "2018-12-31", "admission": {"gap_hours": -1}},
         "negative"),
        ({"kind": "discharge", "from_on": "2018-01-01", "to_on": "2018-12-31",
          "without": [{"from_on": "2018-02-01", "to_on": "2018-01-01"}]}, "before it begins"),
    ],
)  # fmt: skip
def test_landmarks_that_cannot_be_are_refused(landmark: dict, finding: str) -> None:
    plain = {"landmark": landmark, "min_age": 18, "max_age": 90, "data_from_on": "2006-01-01"}
    with pytest.raises(SettingsError, match=finding):
        build_settings(CohortSettings, plain, place="conf/cohort/test.yaml")
