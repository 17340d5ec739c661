"""The oracle's pieces, and its sums done again the long way."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation.cells import diagnosis_tables, prior_of
from evidens.simulation.coding import coding_law
from evidens.simulation.diseases import COLORECTAL_CANCER, DISEASES, FRAILTY, FRAILTY_SHARES, TYPE_2_DIABETES
from evidens.simulation.effects import CodingChange, Drift, Effects, InformativeEmigration, SwitchGap
from evidens.simulation.likelihood import Onsets, log_likelihood
from evidens.simulation.lives import draw_lives
from evidens.simulation.marginals import death_hazards, emigration_hazards
from evidens.simulation.onset import cumulative_hazards, delay_shares, draw_course, emigration_factor
from evidens.simulation.oracle import risk_given_record
from evidens.simulation.people import draw_people
from evidens.simulation.quarters import Calendar
from evidens.simulation.shard import covered_quarters
from evidens.simulation.signals import draw_signals, mean_value
from evidens.simulation.world import ORIGINS, REGIONS

INDEX = 52  # 1 January 2019: the regions change their patient register in the quarter after
PLANTED = Effects(
    signal=0.8,
    onset_trend={"type_2_diabetes": {"2010": 1.5, "2018": 0.7}},
    region_log_hazard={"type_2_diabetes": {"84": 0.4}, "colorectal_cancer": {"82": -0.5}},
    drifts=(
        Drift("type_2_diabetes", "all", dt.date(2015, 1, 1), 0.5),
        Drift("type_2_diabetes", "all", dt.date(2017, 1, 1), 2.0),
        Drift("colorectal_cancer", "NPU02319", dt.date(2016, 4, 1), 0.3),
    ),
    testing_rise=1.4,
    testing_log_rate={"non_western": -0.7},
    delay_factor={"type_2_diabetes": {"82": 0.5}, "colorectal_cancer": {"84": 2.0}},
    emigration=InformativeEmigration("type_2_diabetes", -1.0),
)


@pytest.fixture(scope="module", params=[Effects(), PLANTED], ids=["plain", "planted"])
def drawn(request):
    world = build_world("tiny", n_persons=600, shard_persons=600)
    world = dataclasses.replace(world, effects=request.param)
    return draw(world)


def draw(world):
    calendar = Calendar.between(world.start_on, world.end_on)
    people = draw_people(world, calendar, 0)
    courses = {disease.outcome: draw_course(disease, people, world, calendar, 0) for disease in DISEASES}
    lives = draw_lives(people, world, calendar, 0, emigration_factor(courses, world))
    covered = covered_quarters(lives, world, calendar)
    found = {}
    for disease in DISEASES:
        course = courses[disease.outcome]
        found[disease.outcome] = course, draw_signals(disease, people, lives, course, covered, world, calendar, 0)
    return world, calendar, people, lives, found


def direct_risk(disease, drawn, person):
    """Sum over frailty and onset with every event and every value of the record taken one by one."""
    world, calendar, people, _, found = drawn
    course, _ = found[disease.outcome]
    born, male, region = people.born_quarter[person], int(people.is_male[person]), REGIONS[people.region[person]]
    effects, origin = world.effects, people.origin[person]
    per_quarter = world.diagnosed_per_quarter[disease.outcome][ORIGINS[origin]]
    delays = delay_shares(disease, per_quarter * effects.delay_factor.get(disease.outcome, {}).get(region, 1.0))
    factor = world.incidence_multiplier[disease.outcome] * disease.origin_ratios[origin]
    factor *= disease.male_ratio if male else 1.0
    factor *= np.exp(effects.region_log_hazard.get(disease.outcome, {}).get(region, 0.0))
    hazard, death = disease.hazards() * factor, death_hazards()[male]
    if disease.outcome in effects.onset_trend:
        years = (calendar.first + born + np.arange(hazard.size) + 0.5) / 4
        hazard = hazard * np.interp(years, (2010, 2018), (1.5, 0.7))
    window = range(INDEX - world.oracle_lookback_quarters, INDEX)
    numerator = denominator = 0.0
    for frailty, share in zip(FRAILTY, FRAILTY_SHARES, strict=True):
        survived = 1.0
        share = share * direct_stay(disease, drawn, person, frailty)
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


def direct_stay(disease, drawn, person, frailty):
    """Probability of staying in the country, or of leaving when the person did, quarter by quarter."""
    world, calendar, people, lives, _ = drawn
    if world.effects.emigration is None or world.effects.emigration.outcome != disease.outcome:
        return 1.0
    hazard = emigration_hazards()[int(people.ancestry[person] == 1)]
    hazard = hazard * np.exp(world.effects.emigration.log_ratio * frailty)
    entry = np.searchsorted(calendar.starts, people.entry_day[person], side="right") - 1
    first, chance = entry + (3 if people.entry[person] else 2), 1.0
    for quarter in range(first, INDEX):
        stays = np.exp(-hazard[quarter - people.born_quarter[person]])
        if calendar.starts[quarter] < lives.left_day[person] < calendar.starts[quarter + 1]:
            return chance * (1 - stays)
        chance *= stays
    return chance


def strength(disease, name, quarter, world, calendar):
    """What multiplies the rise of one stream in one quarter."""
    found = world.effects.signal
    for drift in world.effects.drifts:
        if drift.outcome == disease.outcome and drift.stream in ("all", name):
            found *= drift.factor if quarter >= calendar.position(drift.from_on) else 1.0
    return found


def direct_log_likelihood(disease, drawn, person, frailty, onset, window):
    world, calendar, people, lives, found = drawn
    _, signals = found[disease.outcome]
    total, signal = 0.0, world.effects.signal
    for counts in disease.counts:
        n, expected = 0, 0.0
        for quarter in window:
            rise = counts.rise * (world.effects.testing_rise if counts.is_laboratory else 1.0)
            rise *= strength(disease, counts.name, quarter, world, calendar)
            ratio = np.exp(rise * counts.ramp(np.array(quarter - onset)) + signal * counts.per_class * frailty)
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
        strengths = np.array([strength(disease, values.analysis, quarter, world, calendar) for quarter in at])
        mean = mean + signal * values.per_class * frailty + strengths * values.rise * values.ramp(at - onset)
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
    risk = risk_given_record(disease, people, lives, course, signals, rows, INDEX, world, calendar)
    assert risk.true == pytest.approx([direct_risk(disease, drawn, person) for person in rows], rel=2e-3)


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
    before = risk_given_record(TYPE_2_DIABETES, people, lives, course, signals, rows, INDEX, world, calendar)
    after = risk_given_record(TYPE_2_DIABETES, people, lives, blind, changed, rows, INDEX, world, calendar)
    assert (before.true == after.true).all()
    assert (before.coded == after.coded).all()


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
    assert diagnosed[:, 1:].tolist() == [[0.5, 0], [0.5, 0.5], [0, 0.5], [0, 0]]
    assert diagnosed[:, 0].tolist() == [0.5, 0, 0, 0]  # in the quarter before the index


def test_who_has_been_ill_for_so_long_that_all_signals_are_at_their_height_is_one_cell():
    """Where some diagnoses are never recorded, onset may be any time ago: the first cell holds all that was earlier."""
    world = build_world("tiny", n_persons=600, shard_persons=600)
    effects = Effects(recorded_share={"type_2_diabetes": {"danish": 0.5}})
    world, calendar, people, lives, found = draw(dataclasses.replace(world, effects=effects))
    course, signals = found["type_2_diabetes"]
    rows = np.flatnonzero((lives.age[:, INDEX] >= 18) & (lives.death_quarter >= INDEX) & (people.origin == 0))[:50]
    onsets = Onsets.before_and_after(TYPE_2_DIABETES, INDEX, INDEX - 20, is_recorded=False)
    longer = dataclasses.replace(onsets, quarters=np.arange(onsets.quarters[0] - 30, onsets.quarters[-1] + 1))
    hazards = cumulative_hazards(TYPE_2_DIABETES, people.born_quarter[rows], world, calendar)
    window, sums = slice(INDEX - 20, INDEX), []
    for cells in (onsets, longer):
        prior = prior_of(TYPE_2_DIABETES, people, course, rows, cells, *hazards, world)
        record = log_likelihood(TYPE_2_DIABETES, signals, rows, cells, window, world, calendar)
        sums.append((prior * np.exp(record.astype(np.float64))).sum(axis=(0, 2)))
    assert sums[0] == pytest.approx(sums[1], rel=1e-4)
    assert INDEX - 20 - 12 - 8 < onsets.quarters[0] <= INDEX - 20 - 12  # the rise of 32 quarters ends 12 on


def test_a_contact_lost_in_a_gap_is_lost_for_the_oracle_too():
    world = build_world("tiny", n_persons=600, shard_persons=600)
    gap = dataclasses.replace(world, effects=Effects(switch_gap=SwitchGap(days=60, share=1.0)))
    (*_, whole), (*_, lost) = draw(world), draw(gap)
    calendar, name = Calendar.between(world.start_on, world.end_on), "bowel_contact"
    before, after = whole["colorectal_cancer"][1], lost["colorectal_cancer"][1]
    during = slice(calendar.position(dt.date(2019, 1, 1)), calendar.position(dt.date(2019, 7, 1)))
    outside = np.r_[0 : during.start, during.stop : calendar.n_quarters]
    assert (before.expected[name][:, outside] == after.expected[name][:, outside]).all()
    assert (before.n_events[name][:, outside] == after.n_events[name][:, outside]).all()
    kept, all_of_them = after.expected[name][:, during].sum(), before.expected[name][:, during].sum()
    assert kept / all_of_them == pytest.approx(1 - 60 / 181, abs=0.02)  # days of the two quarters
    assert 0 < after.n_events[name][:, during].sum() < before.n_events[name][:, during].sum()
    assert (before.n_events["iron"] == after.n_events["iron"]).all()  # no contact, no loss


class TestCodingLaw:
    """The delay from a diagnosis to the coded outcome, summed over quarters."""

    def law(self, disease, **effects):
        world = dataclasses.replace(build_world("tiny"), effects=Effects(**effects))
        return coding_law(disease, INDEX, world, Calendar.between(world.start_on, world.end_on))

    def test_cancer_is_coded_on_the_day_of_its_diagnosis(self):
        law = self.law(COLORECTAL_CANCER)
        assert law.reach[1:, :-1] == pytest.approx(np.eye(4))
        assert law.reach[0].sum() == law.quiet == 0  # what was diagnosed before the index is shown by then
        assert law.loss[1:, :-1].diagonal() == pytest.approx([44.5 / 89, 45 / 90, 45.5 / 91, 45.5 / 91], abs=0.01)

    def test_diabetes_is_coded_in_the_quarter_of_its_diagnosis_or_the_next(self):
        law = self.law(TYPE_2_DIABETES)
        assert law.reach[1:-1].sum(axis=1) == pytest.approx(np.ones(11))
        # By 90 % the outcome comes after 7 days on average, else after 40: so many of 90 days are too late.
        late = 1 - law.reach[np.arange(1, 12), np.arange(11)]
        assert late == pytest.approx(np.full(11, (0.9 * 7 + 0.1 * 40) / 91), rel=0.03)
        assert law.reach[-1].sum() == pytest.approx(1 - (0.9 * 7 + 0.1 * 40) / 91, rel=0.01)  # the horizon ends
        # Not shown by the index: one in ten, of those diagnosed d days before only if d < wait (0 to 14 days).
        assert law.quiet == pytest.approx(0.1 * sum((14 - d) / 15 for d in range(1, 14)) / 91, rel=0.01)
        assert law.reach[0].sum() == pytest.approx(law.quiet)

    def test_a_changed_code_hides_cancer_and_delays_diabetes(self):
        change = CodingChange(dt.date(2019, 7, 1), 0.6)
        cancer = self.law(COLORECTAL_CANCER, coding_changes={"colorectal_cancer": change})
        assert cancer.reach.sum(axis=1) == pytest.approx([0, 1, 1, 0.6, 0.6])
        diabetes = self.law(TYPE_2_DIABETES, coding_changes={"type_2_diabetes": change})
        assert diabetes.reach[3].sum() == pytest.approx(1)
        assert diabetes.reach[3, 2] < self.law(TYPE_2_DIABETES).reach[3, 2] - 0.1

    def test_false_codes_come_at_their_rate(self):
        law = self.law(COLORECTAL_CANCER, false_codings_per_year={"colorectal_cancer": 0.2})
        assert law.false_reach.sum() == pytest.approx(1 - np.exp(-0.2))
        later = self.law(TYPE_2_DIABETES, false_codings_per_year={"type_2_diabetes": 0.2})
        assert later.false_reach.sum() == pytest.approx(1 - np.exp(-0.2 * (3 - 30 / 365)), rel=0.01)


def test_a_risk_that_is_never_recorded_is_never_coded():
    """With a tenth of the diagnoses recorded the coded risk is about a tenth of the true one."""
    world = build_world("tiny", n_persons=600, shard_persons=600)
    effects = Effects(recorded_share={"colorectal_cancer": dict.fromkeys(ORIGINS, 0.1)})
    world, calendar, people, lives, found = draw(dataclasses.replace(world, effects=effects))
    course, signals = found["colorectal_cancer"]
    for index, least in ((39, 0.09), (48, 0.0)):  # half a year after the first can be ill, and long after
        rows = np.flatnonzero((lives.age[:, index] >= 40) & (lives.death_quarter >= index))
        risk = risk_given_record(COLORECTAL_CANCER, people, lives, course, signals, rows, index, world, calendar)
        assert (risk.coded <= 0.1 * risk.true + 1e-9).all()
        assert risk.coded.sum() > least * risk.true.sum()
