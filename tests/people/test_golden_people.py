"""The golden people: every life gives exactly the rows, the outcomes and the verdicts that stand beside it."""

import datetime as dt

import polars as pl
import pytest
from tests.people.golden import count_rows, find_outcomes, judge, take_in
from tests.unit.simulation.worlds import build_world

from evidens.cohort import CalendarLandmark, CohortSettings
from evidens.foundation import Horizon
from evidens.phenotypes import AdmissionSettings, find_admissions
from evidens.registers.emission import emit_delivery
from evidens.simulation.golden import golden_shard, load_golden_people

PEOPLE = load_golden_people()
NAMES = [person.name for person in PEOPLE]
COHORTS = {  # ages, horizon, and how long a confirmation may take, as in conf/
    "type_2_diabetes": (30, 79, 1095, 180),
    "colorectal_cancer": (40, 84, 365, 90),
}


@pytest.fixture(scope="module")
def world():
    return build_world("demo", delivered={}, golden_persons=True)


@pytest.fixture(scope="module")
def files(world):
    return emit_delivery(golden_shard(world), world)[0]


@pytest.fixture(scope="module")
def rows(files):
    return count_rows(files)


@pytest.fixture(scope="module")
def taken(files, world):
    return take_in(files, world)


@pytest.fixture(scope="module")
def outcomes(taken):
    return find_outcomes(taken)


def test_there_are_sixty_of_them_and_each_shows_something_else():
    assert len(PEOPLE) >= 60
    assert len(set(NAMES)) == len({person.shows for person in PEOPLE}) == len(PEOPLE)


@pytest.mark.parametrize("person", PEOPLE, ids=NAMES)
def test_the_delivery_has_exactly_the_rows_that_a_life_gives(rows, person):
    assert rows.get(person.name, {}) == person.rows


@pytest.mark.parametrize("person", PEOPLE, ids=NAMES)
def test_the_outcomes_are_found_on_their_day_and_no_others(outcomes, person):
    assert outcomes.get(person.name, {}) == person.outcomes


@pytest.mark.parametrize("outcome", COHORTS)
@pytest.mark.parametrize("person", PEOPLE, ids=NAMES)
def test_the_cohort_takes_or_leaves_them_as_written(taken, world, person, outcome):
    min_age, max_age, days, lag = COHORTS[outcome]
    settings = CohortSettings(landmark=CalendarLandmark((2018,)), min_age=min_age, max_age=max_age,
                              data_from_on=dt.date(2006, 1, 1), confirm_lag_days=lag)  # fmt: skip
    verdict = person.verdicts.get(outcome)
    expected = (verdict.status, verdict.followup_days, verdict.left_out) if verdict else ("event_free", days, None)
    assert judge(taken, outcome, person.name, settings, Horizon(days), world.end_on) == expected


def test_every_kind_of_verdict_is_among_them():
    told = [verdict for person in PEOPLE for verdict in person.verdicts.values()]
    assert {verdict.status for verdict in told} == {None, "event", "death", "censored"}
    assert len({verdict.left_out for verdict in told}) >= 6


def test_nothing_of_a_golden_life_is_quarantined(taken):
    left = taken.account.filter((pl.col("fate") == "quarantined") & (pl.col("n_rows") > 0))
    assert left.is_empty()


def history(taken, name):
    mine = [number for number, of in taken.names.items() if of == name]
    return taken.events.filter(pl.col("person_id").is_in(mine)).sort("event_at", "code")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("an_admission_over_midnight", ["CONTACT/inpatient", "ICD10/DJ189"]),
        ("a_long_stay_in_lpr3_is_an_admission", ["CONTACT/inpatient", "ICD10/DJ189"]),
        ("an_emergency_in_2013", ["CONTACT/emergency", "ICD10/DS610"]),
        ("an_emergency_in_2014", ["CONTACT/emergency", "ICD10/DS610"]),
        ("an_older_row_inside_lpr_a", ["CONTACT/outpatient", "ICD10/DL409"]),
        ("a_dispensing_is_taken_back", []),
        ("a_service_for_her_child", ["SSSY/800101"]),
        ("dies_without_the_page_of_causes", []),
        ("a_procedure_that_belongs_to_a_course_only", ["CONTACT/outpatient", "ICD10/DM171", "SKS/UXRC00"]),
    ],
)
def test_what_an_edge_becomes(taken, name, codes):
    assert history(taken, name)["code"].to_list() == codes


def test_a_course_over_the_switch_has_every_visit_once(taken):
    visits = history(taken, "a_course_is_open_over_the_switch").filter(code="CONTACT/outpatient")
    assert [at.date().isoformat() for at in visits["event_at"]] == [
        "2019-01-10", "2019-01-24", "2019-02-07", "2019-03-07",
    ]  # fmt: skip


def test_who_moved_lives_in_the_new_region_on_the_index_day(taken):
    mine = [number for number, of in taken.names.items() if of == "moves_between_regions_before_the_index"]
    on = dt.date(2018, 1, 1)
    here = taken.residence.filter(
        pl.col("person_id").is_in(mine)
        & (pl.col("from_on") <= on)
        & (pl.col("to_on").is_null() | (pl.col("to_on") > on))
    )
    assert here["region"].to_list() == ["85"]


def test_who_changed_number_is_one_person(taken):
    assert len(set(taken.names)) == len(PEOPLE)
    assert taken.persons.height == len(PEOPLE)


def test_acute_admissions_end_with_their_day_in_lpr2_and_with_their_hour_in_lpr3(taken):
    found = find_admissions(taken.events, AdmissionSettings())
    ends = {taken.names[person]: end.isoformat() for person, end in found.select("person_id", "discharged_at").rows()}
    assert ends == {
        "an_admission_over_midnight": "2017-03-05T00:00:00",  # discharged on 4 March, at an hour that nobody knows
        "a_long_stay_in_lpr3_is_an_admission": "2021-03-04T18:00:00",
    }
