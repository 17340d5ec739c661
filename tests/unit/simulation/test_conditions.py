"""The other illnesses come as often as their hazards say, and leave contacts and packs where the person is."""

import numpy as np
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation.background import INPATIENT
from evidens.simulation.care import is_there
from evidens.simulation.conditions import draw_condition_contacts, draw_condition_dispensings, draw_onsets
from evidens.simulation.illnesses import ILLNESS_DRUGS, ILLNESSES
from evidens.simulation.lives import draw_lives
from evidens.simulation.people import draw_people
from evidens.simulation.pools import DIAGNOSES, PACKS
from evidens.simulation.quarters import Calendar

BY_NAME = {illness.name: illness for illness in ILLNESSES}


@pytest.fixture(scope="module")
def drawn():
    world = build_world("national", n_persons=30_000, shard_persons=30_000)
    calendar = Calendar.between(world.start_on, world.end_on)
    people = draw_people(world, calendar, 0)
    return people, draw_lives(people, world, calendar, 0), calendar


def expected_within(illness, people, calendar):
    """Probability (or expected number, of episodes) of onset within the calendar, per person."""
    cumulative = np.concatenate([np.zeros((2, 1)), np.cumsum(illness.hazards(), axis=1)], axis=1)
    sex = people.is_male.astype(int)
    low = cumulative[sex, np.clip(-people.born_quarter, 0, 500)]
    high = cumulative[sex, np.clip(calendar.n_quarters - people.born_quarter, 0, 500)]
    return high - low if illness.is_episode else np.exp(-low) - np.exp(-high)


@pytest.mark.parametrize("illness", ILLNESSES, ids=lambda i: i.name)
def test_onsets_come_as_often_as_the_hazard_says(drawn, illness):
    people, _, calendar = drawn
    ill = draw_onsets(illness, people, calendar, seed=3, shard=0)
    person, day, end = ill.person, ill.day, ill.end
    inside = (day >= calendar.starts[0]) & (day < calendar.starts[-1])
    expected = expected_within(illness, people, calendar)
    assert abs(inside.sum() - expected.sum()) < 3.5 * np.sqrt(expected.sum())
    men = people.is_male[person[inside]].sum()
    assert abs(men - expected[people.is_male].sum()) < 3.5 * np.sqrt(expected.sum())
    assert (day >= people.born_day[person] - 92).all()  # days before the calendar are rough
    assert (end >= day).all()


def test_only_episodes_come_twice(drawn):
    people, _, calendar = drawn
    for illness in ILLNESSES:
        ill = draw_onsets(illness, people, calendar, seed=3, shard=0)
        assert (np.bincount(ill.person).max() > 1) == illness.is_episode


def test_contacts_and_packs_fall_on_days_on_which_the_person_is_there(drawn):
    people, lives, calendar = drawn
    contacts = draw_condition_contacts(people, lives, calendar, seed=3, shard=0)
    packs = draw_condition_dispensings(people, lives, calendar, seed=3, shard=0)
    for rows in (*contacts.values(), packs):
        assert rows.person.size > 1_000
        assert rows.person.size == rows.day.size == rows.what.size
        assert is_there(rows.person, rows.day, people, lives).all()
        assert (rows.day > calendar.starts[0]).all()
        assert (rows.day < calendar.starts[-1]).all()


def test_a_condition_is_coded_at_its_onset_by_the_share_that_a_hospital_codes(drawn):
    people, lives, calendar = drawn
    admitted = draw_condition_contacts(people, lives, calendar, seed=3, shard=0)[INPATIENT]
    ill = draw_onsets(BY_NAME["sepsis"], people, calendar, seed=3, shard=0)
    n_there = is_there(ill.person, ill.day, people, lives).sum()
    n_coded = (admitted.what == DIAGNOSES.index("A419")).sum()
    assert n_coded / n_there == pytest.approx(BY_NAME["sepsis"].coded_share, abs=0.03)


def test_packs_are_those_of_the_illnesses_and_none_of_a_signal(drawn):
    people, lives, calendar = drawn
    packs = draw_condition_dispensings(people, lives, calendar, seed=3, shard=0)
    assert {PACKS[item].atc for item in np.unique(packs.what)} == set(ILLNESS_DRUGS)


def test_signals_of_the_two_diseases_share_no_code_with_the_illnesses():
    from evidens.simulation.diseases import DISEASES
    from evidens.simulation.illnesses import ILLNESS_CODES

    used = {code for disease in DISEASES for counts in disease.counts for code in counts.codes}
    assert not used & {*ILLNESS_CODES, *ILLNESS_DRUGS}


def test_a_shard_is_drawn_the_same_whichever_call_comes_first(drawn):
    people, lives, calendar = drawn
    packs = draw_condition_dispensings(people, lives, calendar, seed=3, shard=0)
    draw_condition_contacts(people, lives, calendar, seed=3, shard=0)
    again = draw_condition_dispensings(people, lives, calendar, seed=3, shard=0)
    assert np.array_equal(packs.day, again.day)
    other = draw_condition_dispensings(people, lives, calendar, seed=3, shard=1)
    assert not np.array_equal(packs.day[:100], other.day[:100])
