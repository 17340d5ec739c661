"""The oracle of a few features: its likelihood done the long way, and its risks against those given all events."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from scipy import integrate, stats
from tests.unit.simulation.worlds import build_world

from evidens.simulation.diseases import DISEASES, FRAILTY
from evidens.simulation.drawn import Drawn
from evidens.simulation.effects import REGIONS, Drift, Effects, SwitchGap
from evidens.simulation.expected import expected_auroc
from evidens.simulation.feature_oracle import (
    FEATURE_ANALYSES,
    feature_log_likelihood,
    find_analysis,
    summarise_tests,
)
from evidens.simulation.likelihood import Onsets
from evidens.simulation.lives import NEVER, draw_lives
from evidens.simulation.onset import draw_course
from evidens.simulation.oracle import risk_given_record
from evidens.simulation.people import draw_people
from evidens.simulation.quarters import Calendar
from evidens.simulation.shard import covered_quarters
from evidens.simulation.signals import draw_signals, mean_value
from evidens.simulation.true_risk import work_out_risks

INDEX = 52  # 1 January 2019
WINDOW = slice(INDEX - 20, INDEX)


def draw_world(effects, seed=31):
    """Everything that the oracles read, of a world with these effects."""
    world = build_world("demo", n_persons=10_000, shard_persons=10_000, seed=seed)
    world = dataclasses.replace(world, effects=effects)
    calendar = Calendar.between(world.start_on, world.end_on)
    people = draw_people(world, calendar, 0)
    lives = draw_lives(people, world, calendar, 0)
    covered = covered_quarters(lives, world, calendar)
    found = {}
    for disease in DISEASES:
        course = draw_course(disease, people, world, calendar, 0)
        found[disease.outcome] = course, draw_signals(disease, people, lives, course, covered, world, calendar, 0)
    return world, calendar, people, lives, found


@pytest.fixture(scope="module")
def drawn():
    return draw_world(Effects())


def at_risk(drawn, disease):
    _, calendar, people, lives, found = drawn
    course, _ = found[disease.outcome]
    there = lives.is_resident(people, int(calendar.starts[INDEX]))
    return np.flatnonzero((lives.age[:, INDEX] >= 30) & there & (course.diagnosis_quarter >= INDEX))


def work_out(disease, drawn, rows, signals=None):
    """The risks given the record and given its features, as the truth tables have them."""
    world, calendar, people, lives, found = drawn
    course, as_drawn = found[disease.outcome]
    whole = Drawn(people, lives, {disease.outcome: course}, {disease.outcome: signals or as_drawn},
                  np.zeros(people.n), covered_quarters(lives, world, calendar), calendar, world, 0)  # fmt: skip
    record, features, _ = work_out_risks(disease, whole, np.full(people.n, NEVER), rows, INDEX)
    return record, features


@pytest.fixture(scope="module", params=DISEASES, ids=lambda d: d.outcome)
def risks(request, drawn):
    rows = at_risk(drawn, request.param)
    record, features = work_out(request.param, drawn, rows)
    return request.param, rows, features, record


def test_the_truth_tables_and_the_oracle_of_the_record_say_the_same(risks, drawn):
    disease, rows, _, record = risks
    world, calendar, people, lives, found = drawn
    some = slice(0, None, 20)
    alone = risk_given_record(disease, people, lives, *found[disease.outcome], rows[some], INDEX, world, calendar)
    assert alone.true == pytest.approx(record[some], rel=1e-4)


@pytest.mark.parametrize("disease", DISEASES, ids=lambda d: d.outcome)
def test_the_summary_is_that_of_the_events_one_by_one(disease, drawn):
    _, calendar, people, lives, found = drawn
    _, signals = found[disease.outcome]
    values = find_analysis(disease)
    assert values.analysis == FEATURE_ANALYSES[disease.outcome]
    events, shown = signals.events[values.test], signals.values[values.analysis]
    first, last = calendar.starts[WINDOW.start], calendar.starts[WINDOW.stop]
    rows = np.arange(0, people.n, 50)
    history = summarise_tests(values, signals, people, lives, rows, WINDOW, calendar)
    for i, person in enumerate(rows):
        mine = np.flatnonzero((events.person == person) & (events.day >= first) & (events.day < last))
        assert history.n_tests[i] == mine.size
        if not mine.size:
            assert (history.latest[i], history.residual[i]) == (-1, 0)
            continue
        days = events.day[mine]
        quarter = np.searchsorted(calendar.starts, days.max(), side="right") - 1
        mean = mean_value(values, people.is_male[person], lives.age[person, quarter])
        assert history.latest[i] == quarter
        assert history.residual[i] + mean in shown[mine[days == days.max()]]


@pytest.mark.parametrize("disease", DISEASES, ids=lambda d: d.outcome)
def test_the_likelihood_equals_the_integral_over_the_persons_multiplier(disease, drawn):
    world, calendar, people, lives, found = drawn
    _, signals = found[disease.outcome]
    values = find_analysis(disease)
    counts = next(c for c in disease.counts if c.name == values.test)
    everyone = at_risk(drawn, disease)
    n_tests = signals.n_events[counts.name][everyone, WINDOW].sum(axis=1)
    rows = everyone[[np.flatnonzero(n_tests == n)[0] for n in (0, 1, 2, n_tests.max())]]
    onsets = Onsets.before_and_after(disease, INDEX, WINDOW.start, is_recorded=True)
    history = summarise_tests(values, signals, people, lives, rows, WINDOW, calendar)
    found_log = feature_log_likelihood(disease, signals, history, rows, onsets, WINDOW, world, calendar)
    variance = values.sd**2 + values.person_sd**2 + values.step**2 / 12
    cells = [(k, o) for k in (0, 2, 4) for o in (0, disease.max_delay, onsets.quarters.size - 1)]
    for i, person in enumerate(rows):
        direct = []
        for k, o in cells:
            rise = np.exp(counts.rise * counts.ramp(np.arange(WINDOW.start, WINDOW.stop) - onsets.quarters[o]))
            load = signals.expected[counts.name][person, WINDOW] * rise * np.exp(counts.per_class * FRAILTY[k])
            n, latest = int(history.n_tests[i]), int(history.latest[i]) - WINDOW.start
            direct.append(np.log(_mixed_poisson(n, latest, load, counts.dispersion)))
            if n:
                moved = values.rise * values.ramp(np.array(history.latest[i] - onsets.quarters[o]))
                shift = moved + values.per_class * FRAILTY[k]
                direct[-1] += stats.norm.logpdf(history.residual[i], shift, np.sqrt(variance))
        mine = np.array([found_log[k, i, o] for k, o in cells])
        assert mine - mine[0] == pytest.approx(np.array(direct) - direct[0], abs=2e-4)


def _mixed_poisson(n, latest, load, shape):
    """P(n tests, the latest in quarter `latest`), by quadrature over the gamma multiplier."""
    if n == 0:
        return integrate.quad(lambda m: stats.gamma.pdf(m, shape, scale=1 / shape) * np.exp(-m * load.sum()), 0, 60)[0]
    before, here, after = load[:latest].sum(), load[latest], load[latest + 1 :].sum()

    def given(m):
        pairs = stats.poisson.pmf(n, m * (before + here)) - stats.poisson.pmf(n, m * before) * np.exp(-m * here)
        return stats.gamma.pdf(m, shape, scale=1 / shape) * pairs * np.exp(-m * after)

    return integrate.quad(given, 0, 60, limit=400)[0]


@pytest.mark.parametrize("disease", DISEASES, ids=lambda d: d.outcome)
def test_it_is_the_mean_of_the_records_risk_among_people_with_such_features(disease):
    """The tower property, which needs no outcomes: both have one mean, among those at high and at low risk."""
    worlds = [draw_world(Effects(), seed=seed) for seed in range(31, 37)]  # six, so that half a percent shows
    found = [work_out(disease, world, at_risk(world, disease)) for world in worlds]
    record, features = (np.concatenate(risks) for risks in zip(*found, strict=True))
    assert_same_means(features, record)


@pytest.mark.parametrize("disease", DISEASES, ids=lambda d: d.outcome)
def test_it_is_so_in_a_world_with_everything_planted_that_touches_tests(disease):
    name, regions = disease.outcome, dict.fromkeys(REGIONS[:2], 0.5)
    drawn = draw_world(
        Effects(
            drifts=(Drift(name, "all", dt.date(2017, 1, 1), 0.4),),
            testing_rise=1.6,
            testing_log_rate={"non_western": -0.7},
            delay_factor={name: regions},
            recorded_share={name: {"danish": 0.8}},
            region_log_hazard={name: {REGIONS[4]: 0.4}},
            switch_gap=SwitchGap(30, 0.5),
        )
    )
    record, features = work_out(disease, drawn, at_risk(drawn, disease))
    assert_same_means(features, record)


def assert_same_means(features, record):
    is_high = features > np.quantile(features, 0.8)
    for chosen in (np.ones(features.size, bool), is_high, ~is_high):
        difference = (record - features)[chosen]
        assert abs(difference.mean()) < 3.5 * difference.std() / np.sqrt(difference.size)


def test_features_know_more_than_age_and_less_than_the_record(risks, drawn):
    _, rows, features, record = risks
    lives = drawn[3]
    age = lives.age[rows, INDEX].astype(float)
    by_age, by_features, by_record = (expected_auroc(score, record) for score in (age, features, record))
    assert by_age + 0.03 < by_features < by_record - 0.005


def test_it_looks_at_nothing_after_the_index(risks, drawn):
    disease, rows, features, _ = risks
    calendar, signals = drawn[1], drawn[4][disease.outcome][1]
    values = find_analysis(disease)
    later = signals.values[values.analysis].copy()
    later[signals.events[values.test].day >= calendar.starts[INDEX]] = 1e6
    changed = type(signals)(signals.events, signals.values | {values.analysis: later}, signals.expected,
                            signals.n_events, signals.residual_sums)  # fmt: skip
    assert (work_out(disease, drawn, rows, changed)[1] == features).all()


def test_the_truth_has_it_for_whom_a_diagnosis_may_still_come(shard):
    risk = shard.truth_risk
    assert (risk["risk_features"].is_null() == risk["risk_true"].is_null()).all()
    assert risk["risk_features"].drop_nulls().is_between(0, 1).all()
