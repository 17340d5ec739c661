"""The oracle's pieces, and its sums done again the long way."""

import dataclasses

import numpy as np
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation.diseases import COLORECTAL_CANCER, DISEASES, FRAILTY, FRAILTY_SHARES, TYPE_2_DIABETES
from evidens.simulation.likelihood import Onsets
from evidens.simulation.lives import draw_lives
from evidens.simulation.marginals import death_hazards
from evidens.simulation.onset import delay_shares, draw_course
from evidens.simulation.oracle import diagnosis_tables, risk_given_record
from evidens.simulation.people import draw_people
from evidens.simulation.quarters import Calendar
from evidens.simulation.shard import covered_quarters
from evidens.simulation.signals import draw_signals, mean_value
from evidens.simulation.world import ORIGINS

INDEX = 48  # 1 January 2018


@pytest.fixture(scope="module")
def drawn():
    world = build_world("tiny", n_persons=600, shard_persons=600)
    calendar = Calendar.between(world.start_on, world.end_on)
    people = draw_people(world, calendar, 0)
    lives = draw_lives(people, world, calendar, 0)
    covered = covered_quarters(lives, world, calendar)
    found = {}
    for disease in DISEASES:
        course = draw_course(disease, people, world, calendar, 0)
        keys = {"seed": world.seed, "shard": 0, "signal": 1.0}
        found[disease.outcome] = course, draw_signals(disease, people, lives, course, covered, **keys)
    return world, calendar, people, lives, found


def direct_risk(disease, drawn, person):
    """Sum over frailty and onset with every event and every value of the record taken one by one."""
    world, calendar, people, _, found = drawn
    course, _ = found[disease.outcome]
    born, male = people.born_quarter[person], int(people.is_male[person])
    delays = delay_shares(disease, world.diagnosed_per_quarter[disease.outcome][ORIGINS[people.origin[person]]])
    hazard, death = disease.hazards() * course.hazard_factor[person], death_hazards()[male]
    window = range(INDEX - world.oracle_lookback_quarters, INDEX)
    numerator = denominator = 0.0
    for frailty, share in zip(FRAILTY, FRAILTY_SHARES, strict=True):
        survived = 1.0
        first = born + course.at_risk_from[person]
        last = INDEX + disease.longest_lead + 3  # later onsets are one cell: nothing can announce them
        for onset in range(first, last + 1):
            step = 1 - np.exp(-hazard[onset - born] * np.exp(disease.frailty_log_ratio * frailty))
            prior = share * survived * (1.0 if onset == last else step)
            survived *= 1 - step
            if onset < INDEX - delays.size:
                continue
            weight = prior * np.exp(direct_log_likelihood(disease, drawn, person, frailty, onset, window))
            alive, diagnosed, waiting = 1.0, 0.0, 1.0 - delays[: max(INDEX - onset - 1, 0)].sum()
            for quarter in range(INDEX, INDEX + disease.horizon_quarters):
                dies = 1 - np.exp(-death[quarter - born])
                usable = calendar.starts[quarter + 1] - calendar.starts[quarter] - 1
                delay = quarter - onset
                if 1 <= delay <= delays.size:
                    diagnosed += delays[delay - 1] * alive * (1 - dies * (usable - 1) / (2 * usable))
                alive *= 1 - dies
            numerator += weight * diagnosed
            denominator += weight * waiting
    return numerator / denominator


def direct_log_likelihood(disease, drawn, person, frailty, onset, window):
    _, calendar, people, lives, found = drawn
    _, signals = found[disease.outcome]
    total = 0.0
    for counts in disease.counts:
        n, expected = 0, 0.0
        for quarter in window:
            ratio = np.exp(counts.rise * counts.ramp(np.array(quarter - onset)) + counts.per_class * frailty)
            n += signals.n_events[counts.name][person, quarter]
            expected += signals.expected[counts.name][person, quarter] * ratio
            total += signals.n_events[counts.name][person, quarter] * np.log(ratio)
        total -= (counts.dispersion + n) * np.log(counts.dispersion + expected)
    for values in disease.values:
        events = signals.events[values.test]
        quarter = np.searchsorted(calendar.starts, events.day, side="right") - 1
        mine = (events.person == person) & (quarter >= window.start) & (quarter < window.stop)
        seen = signals.values[values.analysis][mine]
        if not seen.size:
            continue
        at = quarter[mine]
        shown = np.log(seen) if values.is_log else seen
        mean = mean_value(values, people.is_male[person], lives.age[person, at])
        mean = mean + values.per_class * frailty + values.rise * values.ramp(at - onset)
        step = values.step / np.exp(values.female_mean) if values.is_log else values.step
        covariance = np.eye(seen.size) * (values.sd**2 + step**2 / 12) + values.person_sd**2
        residual = shown - mean
        total -= residual @ np.linalg.solve(covariance, residual) / 2
    return total


@pytest.mark.parametrize("disease", DISEASES, ids=lambda d: d.outcome)
def test_the_matrix_form_equals_the_sum_over_every_event(disease, drawn):
    world, calendar, people, lives, found = drawn
    course, signals = found[disease.outcome]
    at_risk = (lives.age[:, INDEX] >= 30) & (lives.death_quarter >= INDEX) & (course.diagnosis_quarter >= INDEX)
    n_values = sum(signals.n_events[v.test][:, INDEX - 20 : INDEX].sum(axis=1) for v in disease.values)
    rows = np.flatnonzero(at_risk)
    rows = rows[np.argsort(-n_values[rows], kind="stable")][[0, rows.size // 3, rows.size - 1]]
    risk = risk_given_record(disease, people, course, signals, rows, INDEX, world, calendar)
    assert risk == pytest.approx([direct_risk(disease, drawn, person) for person in rows], rel=2e-3)


def test_the_oracle_looks_at_nothing_hidden_and_nothing_later(drawn):
    """Shuffling frailty, onset and the future changes no risk."""
    world, calendar, people, lives, found = drawn
    course, signals = found["type_2_diabetes"]
    rows = np.flatnonzero((lives.age[:, INDEX] >= 18) & (course.diagnosis_quarter >= INDEX))
    blind = dataclasses.replace(
        course, frailty_class=course.frailty_class[::-1], onset_quarter=course.onset_quarter[::-1],
        diagnosis_quarter=course.diagnosis_quarter[::-1],
    )  # fmt: skip
    later = {name: n.copy() for name, n in signals.n_events.items()}
    for n in later.values():
        n[:, INDEX:] = 99
    changed = dataclasses.replace(signals, n_events=later)
    before = risk_given_record(TYPE_2_DIABETES, people, course, signals, rows, INDEX, world, calendar)
    after = risk_given_record(TYPE_2_DIABETES, people, blind, changed, rows, INDEX, world, calendar)
    assert (before == after).all()


def test_a_delay_is_a_quarter_at_least_and_its_shares_sum_to_one():
    shares = delay_shares(COLORECTAL_CANCER, 0.45)
    assert shares.size == COLORECTAL_CANCER.max_delay
    assert shares.sum() == pytest.approx(1)
    assert shares[1] / shares[0] == pytest.approx(0.55)


def test_given_the_onset_the_diagnosis_comes_before_within_or_after_the_horizon():
    # Delays of 1 or 2 quarters, half each; index quarter 10, horizon 2 quarters (10 and 11).
    onsets = Onsets(10, np.array([8, 9, 10, 11]))
    diagnosed, waiting = diagnosis_tables(np.array([0.5, 0.5]), onsets, 2)
    assert waiting.tolist() == [0.5, 1, 1, 1]  # onset in 8: diagnosed in 9 already, or waits for 10
    assert diagnosed.tolist() == [[0.5, 0], [0.5, 0.5], [0, 0.5], [0, 0]]
