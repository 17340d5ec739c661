"""Every planted effect against what is found: in what happens, in what is recorded, and in the true risks.

Where a risk is compared with a risk there is no sampling noise; counts are held within about three standard errors.
"""

import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation import OUTCOMES, simulate_shard
from evidens.simulation.coded import coded_days
from evidens.simulation.coding import add_false_codings
from evidens.simulation.diseases import COLORECTAL_CANCER, DISEASES, FRAILTY, TYPE_2_DIABETES
from evidens.simulation.effects import (
    CaseMix,
    CodingChange,
    Drift,
    Effects,
    InformativeEmigration,
    Leak,
    ReadingShift,
    SwitchGap,
)
from evidens.simulation.expected_calibration import expected_calibration
from evidens.simulation.lives import NEVER, draw_lives, emigration_from
from evidens.simulation.marginals import emigration_hazards
from evidens.simulation.onset import delay_shares, draw_course, emigration_factor
from evidens.simulation.oracle import risk_given_record
from evidens.simulation.people import draw_people
from evidens.simulation.quarters import Calendar, day_number
from evidens.simulation.shard import covered_quarters
from evidens.simulation.signals import draw_signals
from evidens.simulation.true_risk import find_at_risk, is_event
from evidens.simulation.world import ORIGINS, REGIONS

ALL_AT_ONCE = Effects(
    onset_trend={"type_2_diabetes": {"1995": 0.5, "2012": 1.0, "2018": 0.7}},
    region_log_hazard={"type_2_diabetes": {"83": 0.4}, "colorectal_cancer": {"83": 0.3}},
    case_mix={"81": CaseMix(0.25, -0.7)},
    drifts=(
        Drift("type_2_diabetes", "all", dt.date(2018, 1, 1), 0.5),
        Drift("colorectal_cancer", "NPU02319", dt.date(2018, 1, 1), 0.3),
    ),
    reading_shifts=(ReadingShift("NPU27300", 3.0, regions=("84",), from_on=dt.date(2018, 1, 1)),),
    testing_rise=1.5,
    testing_log_rate={"non_western": -0.4},
    delay_factor={"type_2_diabetes": {"81": 0.6}, "colorectal_cancer": {"81": 0.6}},
    recorded_share={
        "type_2_diabetes": {"danish": 0.9, "western": 0.8, "non_western": 0.6},
        "colorectal_cancer": {"danish": 0.95, "western": 0.9, "non_western": 0.7},
    },
    false_codings_per_year={"type_2_diabetes": 0.004, "colorectal_cancer": 0.004},
    coding_changes={
        "type_2_diabetes": CodingChange(dt.date(2018, 7, 1), 0.5),
        "colorectal_cancer": CodingChange(dt.date(2018, 7, 1), 0.7),
    },
    emigration=InformativeEmigration("type_2_diabetes", -0.6),
    leak=Leak("colorectal_cancer", 28),
    switch_gap=SwitchGap(60, 0.7),
)
APART = {"type_2_diabetes": 3, "colorectal_cancer": 1}  # years: horizons that do not overlap


def plant(n=25_000, seed=501, world="demo", **effects):
    """Build a world of one shard with the effects planted."""
    return dataclasses.replace(build_world(world, seed=seed, n_persons=n, shard_persons=n), effects=Effects(**effects))


class Layers:
    """The lives and diseases of one shard, without the registers."""

    def __init__(self, world):
        self.world, self.calendar = world, Calendar.between(world.start_on, world.end_on)
        self.people = draw_people(world, self.calendar, 0)
        self.courses = {d.outcome: draw_course(d, self.people, world, self.calendar, 0) for d in DISEASES}
        self.lives = draw_lives(self.people, world, self.calendar, 0, emigration_factor(self.courses, world))

    def signals(self, disease):
        covered = covered_quarters(self.lives, self.world, self.calendar)
        course = self.courses[disease.outcome]
        return draw_signals(disease, self.people, self.lives, course, covered, self.world, self.calendar, 0)

    def position(self, year):
        return self.calendar.position(dt.date(year, 1, 1))


def close(found, planted, n_events, within=3.0):
    """Whether a ratio of counts is the planted one, within standard errors of its logarithm."""
    return abs(np.log(found / planted)) < within / np.sqrt(n_events)


@pytest.fixture(scope="module")
def everything():
    """The true risks of a shard with all effects at once, horizons not overlapping, with who people are."""
    shard = simulate_shard(dataclasses.replace(plant(seed=907), effects=ALL_AT_ONCE), 0)
    first = shard.residence.sort("pnr", "from_on").group_by("pnr", maintain_order=True).first()
    rows = shard.truth_risk.join(shard.persons, on="pnr").join(first.select("pnr", "region"), on="pnr")
    rows = rows.with_columns(
        year=pl.col("index_on").dt.year(), age=pl.col("index_on").dt.year() - pl.col("born_on").dt.year() - 1
    )
    apart = pl.col("outcome").replace_strict(APART, return_dtype=pl.Int32)
    return rows.filter((pl.col("year") - 2016) % apart == 0, pl.col("age") >= 30)


class TestEverythingAtOnce:
    """All effects in one world: every risk still comes true."""

    @pytest.mark.parametrize("outcome", OUTCOMES)
    @pytest.mark.parametrize(
        ("risk", "event"), [("risk_true", "is_event"), ("risk_features", "is_event"), ("risk_coded", "is_coded_event")]
    )
    def test_risks_come_true_in_every_twentieth(self, outcome, risk, event, everything):
        rows = everything.filter(pl.col("outcome") == outcome, pl.col(risk).is_not_null())
        p, y = rows[risk].to_numpy(), rows[event].to_numpy().astype(float)
        twentieth = np.searchsorted(np.quantile(p, np.arange(1, 20) / 20), p)
        excess, variance = np.bincount(twentieth, y - p), np.bincount(twentieth, p * (1 - p))
        assert y.sum() > 1_000
        assert np.abs(excess / np.sqrt(variance)).max() < 3
        assert abs(excess.sum() / np.sqrt(variance.sum())) < 3

    @pytest.mark.parametrize("outcome", OUTCOMES)
    @pytest.mark.parametrize("by", ["origin", "region", "year", "sex"])
    @pytest.mark.parametrize(
        ("risk", "event"), [("risk_true", "is_event"), ("risk_features", "is_event"), ("risk_coded", "is_coded_event")]
    )
    def test_risks_come_true_in_every_group(self, outcome, by, risk, event, everything):
        rows = everything.filter(pl.col("outcome") == outcome, pl.col(risk).is_not_null())
        z = rows.group_by(by).agg(
            (pl.col(event).cast(pl.Float64) - pl.col(risk)).sum() / (pl.col(risk) * (1 - pl.col(risk))).sum().sqrt()
        )
        assert z[event].abs().max() < 3.3

    def test_onset_in_the_horizon_and_undiagnosed_disease_explain_every_event(self, everything):
        events = everything.filter(pl.col("is_event"))
        assert (events["is_prevalent"] | events["is_onset"]).all()
        assert 0 < everything.filter(pl.col("is_event").is_not_null())["is_prevalent"].mean() < 0.2

    def test_who_is_diagnosed_but_not_shown_has_a_coded_risk_only(self, everything):
        hidden = everything.filter(pl.col("is_event").is_null())
        assert hidden.height > 500
        assert hidden.select("risk_true", "risk_latent").null_count().row(0) == (hidden.height, hidden.height)
        assert hidden["risk_coded"].is_between(0, 1).all()


def test_the_incidence_of_onset_follows_its_trend():
    trend = {"1995": 0.5, "2012": 1.0, "2018": 0.7}
    layers = Layers(plant(n=60_000, onset_trend={"type_2_diabetes": trend}))
    course = layers.courses["type_2_diabetes"]
    frail = course.hazard_factor * np.exp(TYPE_2_DIABETES.frailty_log_ratio * FRAILTY[course.frailty_class])
    hazards = TYPE_2_DIABETES.hazards()
    for year in (2007, 2012, 2015, 2020):
        observed = expected = 0.0
        for quarter in range(layers.position(year), layers.position(year) + 4):
            life = quarter - layers.people.born_quarter
            at_risk = (life >= course.at_risk_from) & (course.onset_quarter >= quarter)
            expected += -np.expm1(-hazards[np.clip(life, 0, 499)] * frail)[at_risk].sum()
            observed += (course.onset_quarter == quarter).sum()
        planted = np.interp(year + 0.5, (1995, 2012, 2018), (0.5, 1.0, 0.7))
        assert close(observed / expected, planted, observed)


@pytest.mark.parametrize(("disease", "delta"), [*zip(DISEASES, (0.405, 0.3), strict=True)], ids=OUTCOMES)
def test_a_prevalence_shift_is_the_hazard_ratio_of_onset_in_its_region_and_nowhere_else(disease, delta):
    layers = Layers(plant(n=60_000, region_log_hazard={disease.outcome: {"83": delta}}))
    course, people = layers.courses[disease.outcome], layers.people
    is_here = people.region == REGIONS.index("83")
    rate = course.hazard_factor * np.where(is_here, np.exp(-delta), 1.0)
    rate = rate * np.exp(disease.frailty_log_ratio * FRAILTY[course.frailty_class])
    total = np.append(0.0, np.cumsum(disease.hazards()))
    start, stop = (np.clip(quarter, 0, total.size - 2) for quarter in (
        course.at_risk_from, np.minimum(course.onset_quarter, layers.calendar.n_quarters) - people.born_quarter
    ))  # fmt: skip
    is_ill = course.onset_quarter < layers.calendar.n_quarters
    until = total[stop] + np.where(is_ill, (total[stop + 1] - total[stop]) / 2, 0.0)  # ill half-way through a quarter
    load = rate * np.maximum(until - total[start], 0.0)
    for mine, planted in ((is_here, np.exp(delta)), (~is_here, 1.0)):
        n_onsets = is_ill[mine].sum()
        assert n_onsets > 500
        assert close(n_onsets / load[mine].sum(), planted, n_onsets)


def unaware_of_region(disease, delta, n, **changes):
    """True risks in region 83, those of one who does not know of its hazard, and what then happened."""
    world = dataclasses.replace(plant(n=n, region_log_hazard={disease.outcome: {"83": delta}}), **changes)
    layers = Layers(world)
    course, signals, index = layers.courses[disease.outcome], layers.signals(disease), layers.position(2018)
    is_here = layers.people.region == REGIONS.index("83")
    blind = dataclasses.replace(course, hazard_factor=course.hazard_factor * np.where(is_here, np.exp(-delta), 1.0))
    rows = find_at_risk(layers.people, layers.lives, np.full(layers.people.n, NEVER), dt.date(2018, 1, 1))
    rows = rows[course.diagnosis_quarter[rows] >= index]
    true, ignorant = (
        risk_given_record(
            disease, layers.people, layers.lives, c, signals, rows, index, layers.world, layers.calendar
        ).true.clip(1e-9)
        for c in (course, blind)
    )
    here = is_here[rows]
    assert (true[~here] == ignorant[~here]).all()
    return true[here], ignorant[here], is_event(disease, layers.lives, course, rows, index)[here]


@pytest.mark.parametrize(("disease", "delta"), [*zip(DISEASES, (0.405, 0.3), strict=True)], ids=OUTCOMES)
def test_a_prevalence_shift_raises_what_happens_over_what_is_expected_by_less_than_itself(disease, delta):
    """As the shipped world of shifts plants it: whom the record gives away is ill here and there."""
    true, ignorant, happened = unaware_of_region(disease, delta, n=40_000)
    expected = true.sum() / ignorant.sum()  # noise-free
    assert 1.1 < expected < np.exp(delta) - 0.1
    se = np.sqrt((true * (1 - true)).sum()) / ignorant.sum()
    assert abs(happened.sum() / ignorant.sum() - expected) < 3 * se


@pytest.mark.parametrize("disease", DISEASES, ids=lambda d: d.outcome)
def test_a_prevalence_shift_multiplies_the_odds_where_disease_is_rare_and_leaves_the_slope(disease):
    """Against the risk of one who does not know of it the odds are exp(delta) times as high; noise-free.

    So is O/E where the risk is low.
    """
    delta, as_in_denmark = 0.4, dict.fromkeys(OUTCOMES, 1.0)
    true, ignorant, _ = unaware_of_region(disease, delta, n=8_000, incidence_multiplier=as_in_denmark)
    odds, blind_odds = (p / (1 - p) for p in (true, ignorant))
    assert np.median(odds / blind_odds) == pytest.approx(np.exp(delta), rel=0.01)
    low = ignorant < 0.05
    assert true[low].sum() / ignorant[low].sum() == pytest.approx(np.exp(delta), rel=0.03)
    slope = np.polyfit(np.log(blind_odds), np.log(odds), 1, w=np.sqrt(ignorant))[0]
    assert slope == pytest.approx(1, abs=0.05)


def test_case_mix_moves_people_and_no_risk(everything):
    people = draw_people(world := plant(n=60_000, case_mix={"81": CaseMix(0.25, -0.7)}), Layers(world).calendar, 0)
    plain = draw_people(plant(n=60_000), Layers(world).calendar, 0)
    age = np.maximum((day_number(world.start_on) - people.born_day) / 365.25, 0)
    odds = []
    for low in (25, 65):
        band = (age >= low) & (age < low + 10) & (people.origin == 0) & (people.entry == 0)
        there = (people.region[band] == 0).sum()
        odds.append((there / (band.sum() - there), there))
    assert close(odds[1][0] / odds[0][0], np.exp(0.25 * 4), min(odds[0][1], odds[1][1]))
    foreign = [((p.region == 0) & (p.origin == 2)).sum() / (p.origin == 2).sum() for p in (people, plain)]
    assert foreign[0] < 0.65 * foreign[1]
    here = everything.filter(pl.col("region") == "81", pl.col("risk_true").is_not_null())
    ratio = here["is_event"].sum() / here["risk_true"].sum()
    assert close(ratio, 1.0, here["is_event"].sum())


def far_off(found, expected, dispersion):
    """Standard errors between counts per person and their means, negative binomial: one multiplier per person."""
    return (found.sum() - expected.sum()) / np.sqrt((expected + expected**2 / dispersion).sum())


def test_a_drift_weakens_values_and_tests_from_its_date():
    drift = Drift("type_2_diabetes", "all", dt.date(2016, 1, 1), 0.4)
    layers = Layers(plant(n=40_000, drifts=(drift,)))
    course, signals, disease = layers.courses["type_2_diabetes"], layers.signals(TYPE_2_DIABETES), TYPE_2_DIABETES
    values, counts = disease.values[0], disease.counts[0]
    n, sums = signals.n_events[values.test], signals.residual_sums[values.analysis]
    quarters = np.arange(layers.calendar.n_quarters)
    r = quarters - course.onset_quarter[:, None]
    usual = (quarters <= course.diagnosis_quarter[:, None]) & (r >= -4) & (r < 0)
    frailty = FRAILTY[course.frailty_class][:, None]
    for years, strength, other in (((2008, 2016), 1.0, 0.4), ((2016, 2025), 0.4, 1.0)):
        first, stop = (layers.position(year) for year in years)
        inside = usual & (quarters >= first) & (quarters < stop)
        tests = np.where(inside, n, 0)
        moved = np.where(inside, sums - n * values.per_class * frailty, 0.0).sum()
        rise, of_person = (tests * values.rise * values.ramp(r)).sum(), tests.sum(axis=1).astype(float)
        variance = (of_person * (values.sd**2 + values.step**2 / 12) + (of_person * values.person_sd) ** 2).sum()
        assert abs(moved - strength * rise) < 3 * np.sqrt(variance)
        assert abs(moved - other * rise) > 5 * np.sqrt(variance)
        base = np.where(inside, signals.expected[counts.name] * np.exp(counts.per_class * frailty), 0.0)
        planted, without = ((base * np.exp(s * counts.rise * counts.ramp(r))).sum(axis=1) for s in (strength, other))
        assert abs(far_off(of_person, planted, counts.dispersion)) < 3
        assert abs(far_off(of_person, without, counts.dispersion)) > 3


@pytest.mark.parametrize("disease", DISEASES, ids=lambda d: d.outcome)
def test_who_does_not_know_of_a_drift_is_right_before_it_and_too_extreme_after_it(disease):
    """Noise-free: the true risk against that of one who reads the record as if signals were what they were."""
    drift = Drift(disease.outcome, "all", dt.date(2018, 1, 1), 0.4)
    layers = Layers(plant(n=8_000, drifts=(drift,)))
    course, signals = layers.courses[disease.outcome], layers.signals(disease)
    unaware = dataclasses.replace(layers.world, effects=Effects())
    slopes = []
    for year in (2018, 2021):
        day, index = dt.date(year, 1, 1), layers.position(year)
        rows = find_at_risk(layers.people, layers.lives, np.full(layers.people.n, NEVER), day)
        rows = rows[course.diagnosis_quarter[rows] >= index]
        true, blind = (
            risk_given_record(
                disease, layers.people, layers.lives, course, signals, rows, index, world, layers.calendar
            ).true
            for world in (layers.world, unaware)
        )
        slopes.append(expected_calibration(blind, true)[1])
        if year == 2018:  # the record ends where the drift begins
            assert (true == blind).all()
    assert slopes[0] == pytest.approx(1, abs=1e-3)
    assert slopes[1] < 0.97


def test_tests_are_taken_as_often_as_planted():
    layers = Layers(plant(n=40_000, testing_rise=2.0, testing_log_rate={"non_western": -0.5}))
    plain = Layers(plant(n=40_000))
    disease, course = COLORECTAL_CANCER, layers.courses["colorectal_cancer"]
    signals, without = layers.signals(disease), plain.signals(disease)
    counts = disease.counts[0]
    r = np.arange(layers.calendar.n_quarters) - course.onset_quarter[:, None]
    base = without.expected[counts.name] * np.exp(counts.per_class * FRAILTY[course.frailty_class])[:, None]
    far, near = r < -8, (r >= -4) & (r <= 0)
    for origin, log_rate in ((2, -0.5), (0, 0.0)):
        for cells in (far, near):
            inside = cells & (layers.people.origin == origin)[:, None]
            found = np.where(inside, signals.n_events[counts.name], 0).sum(axis=1)
            planted, neither = (
                np.where(inside, base * np.exp(rate + rise * counts.rise * counts.ramp(r)), 0.0).sum(axis=1)
                for rate, rise in ((log_rate, 2.0), (0.0, 1.0))
            )
            assert abs(far_off(found, planted, counts.dispersion)) < 3
            if (origin == 2) == (cells is far):  # one of the two alone
                assert abs(far_off(found, neither, counts.dispersion)) > 5
    assert (signals.n_events["iron"] == without.n_events["iron"]).all()  # no test


def test_a_reading_that_is_off_is_off_where_and_in_whom_it_was_planted_and_moves_no_risk():
    shift = ReadingShift("NPU27300", 3.0, regions=("84",), sexes=("male",), from_on=dt.date(2018, 1, 1))
    plain = simulate_shard(plant(n=2_000), 0)
    off = simulate_shard(plant(n=2_000, reading_shifts=(shift,)), 0)
    keys = ["pnr", "sampled_on", "minute"]
    rows = plain.results.filter(pl.col("analysis") == "NPU27300").select(*keys, "value")
    pairs = rows.join(off.results.filter(pl.col("analysis") == "NPU27300").select(*keys, read="value"), on=keys)
    assert pairs.height == rows.height
    pairs = pairs.join(plain.persons.select("pnr", "sex"), on="pnr")
    spells = plain.residence.select("pnr", "from_on", "region").sort("from_on")
    pairs = pairs.sort("sampled_on").join_asof(
        spells, left_on="sampled_on", right_on="from_on", by="pnr", check_sortedness=False
    )
    is_off = (pl.col("region") == "84") & (pl.col("sex") == "male") & (pl.col("sampled_on") >= shift.from_on)
    moved = pairs.group_by(is_off=is_off).agg((pl.col("read") - pl.col("value")).unique()).sort("is_off")
    assert moved["read"].to_list() == [[0.0], [3.0]]
    assert off.truth_risk.equals(plain.truth_risk)


def test_who_leaves_is_as_healthy_as_planted():
    layers = Layers(plant(n=100_000, emigration=InformativeEmigration("type_2_diabetes", -0.6)))
    lives, people, last = layers.lives, layers.people, layers.calendar.n_quarters
    frailty = layers.courses["type_2_diabetes"].frailty_class
    starts, total = layers.calendar.starts, np.append(0.0, np.cumsum(emigration_hazards(), axis=1)[0])
    first = emigration_from(people, np.searchsorted(starts, people.entry_day, side="right") - 1)
    left = np.where(lives.left_day < NEVER, np.searchsorted(starts, lives.left_day, side="right") - 1, last)
    stop = np.minimum(np.minimum(left, lives.death_quarter), last) - people.born_quarter
    stop, has_left = np.clip(stop, 0, total.size - 2), (left < last) & (people.ancestry != 1)
    until = total[stop] + np.where(has_left, (total[stop + 1] - total[stop]) / 2, 0.0)  # half-way through a quarter
    load = np.maximum(until - total[np.clip(first, 0, total.size - 1)], 0.0) * (people.ancestry != 1)
    n_left, loads = (np.bincount(frailty, weights, minlength=5) for weights in (has_left, load))
    slope = np.polyfit(FRAILTY, np.log(n_left / loads), 1, w=np.sqrt(n_left))[0]
    spread = FRAILTY - np.average(FRAILTY, weights=n_left)
    assert abs(slope - -0.6) < 3 / np.sqrt((n_left * spread**2).sum())  # counts given the load are Poisson


@pytest.mark.parametrize("disease", DISEASES, ids=lambda d: d.outcome)
def test_the_diagnosis_takes_as_long_as_planted(disease):
    layers = Layers(plant(n=60_000, delay_factor={disease.outcome: {"81": 0.5}}))
    course, people = layers.courses[disease.outcome], layers.people
    delay = course.diagnosis_quarter - course.onset_quarter
    for region, factor in (("81", 0.5), ("82", 1.0)):
        mine = (people.region == REGIONS.index(region)) & (people.origin == 0) & (course.onset_quarter < 1_000)
        shares = delay_shares(disease, layers.world.diagnosed_per_quarter[disease.outcome]["danish"] * factor)
        quarters = np.arange(1, shares.size + 1)
        mean = (shares * quarters).sum()
        sd = np.sqrt((shares * quarters**2).sum() - mean**2)
        assert abs(delay[mine].mean() - mean) < 3 * sd / np.sqrt(mine.sum())


class TestCoding:
    """What the registers show of the diagnosed, and of others."""

    def days(self, outcome, n=60_000, **effects):
        layers = Layers(plant(n=n, **effects))
        disease = next(d for d in DISEASES if d.outcome == outcome)
        course = add_false_codings(layers.courses[outcome], disease, layers.lives, layers.world, layers.calendar, 0)
        found = coded_days(outcome, layers.people, layers.lives, course, layers.world, 0)
        there = (course.diagnosis_day > day_number(dt.date(2008, 1, 1))) & (
            course.diagnosis_day < np.minimum(layers.lives.death_day, layers.lives.left_day) - 60
        ) & (course.diagnosis_day < day_number(dt.date(2025, 1, 1)))  # fmt: skip
        return layers, course, found, there

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_of_each_origin_the_planted_share_is_ever_shown(self, outcome):
        shares = {"danish": 0.9, "western": 0.8, "non_western": 0.5}
        layers, _, found, there = self.days(outcome, recorded_share={outcome: shares})
        for place, origin in enumerate(ORIGINS):
            mine = there & (layers.people.origin == place)
            shown = (found.coded_day[mine] < NEVER).mean()
            error = np.sqrt(shares[origin] * (1 - shares[origin]) / mine.sum())
            assert abs(shown - shares[origin]) < 3.3 * error

    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_people_without_the_disease_get_its_code_at_the_planted_rate(self, outcome):
        layers, course, found, _ = self.days(outcome, false_codings_per_year={outcome: 0.01})
        well = course.diagnosis_quarter >= layers.calendar.n_quarters
        coded = (found.coded_day[well] < NEVER).sum()
        shown_by = np.minimum(course.false_day[well], layers.calendar.starts[-1])[:, None] - layers.calendar.starts[:-1]
        years = (layers.lives.exposure[well] * np.clip(shown_by / 91.3, 0, 1)).sum() / 4
        assert close(coded / years, 0.01, coded)

    def test_codes_change_at_their_date_and_the_diagnoses_do_not(self):
        change = CodingChange(dt.date(2018, 7, 1), 0.6)
        for outcome, after in (("colorectal_cancer", 0.6), ("type_2_diabetes", 1.0)):
            _, course, found, there = self.days(outcome, coding_changes={outcome: change})
            late = course.diagnosis_day >= day_number(change.from_on)
            for mine, share in ((there & ~late, 1.0), (there & late, after)):
                shown = found.coded_day[mine] < NEVER
                assert abs(shown.mean() - share) < 3.3 * np.sqrt(0.25 / mine.sum())
            if outcome == "type_2_diabetes":  # the second dispensing shows those whom the hospital codes otherwise
                delay = (found.coded_day - course.diagnosis_day)[there & (found.coded_day < NEVER)]
                slow = delay > 20
                late = late[there & (found.coded_day < NEVER)]
                assert slow[~late].mean() == pytest.approx(0.1, abs=0.02)
                assert slow[late].mean() == pytest.approx(1 - 0.9 * 0.6, abs=0.03)

    def test_a_coded_label_hides_how_much_more_ill_a_group_is(self, everything):
        """Of the same true risk, people of non-western origin have less coded risk: the gap that labels hide."""
        rows = everything.filter(pl.col("is_event").is_not_null(), pl.col("outcome") == "type_2_diabetes")
        ratio = rows.group_by("origin").agg(ratio=pl.col("risk_coded").sum() / pl.col("risk_true").sum())
        ratio = dict(ratio.iter_rows())
        assert ratio["non_western"] < ratio["danish"] - 0.15


def test_a_leak_is_dated_before_the_diagnosis_of_all_who_are_there_and_of_no_one_else():
    shard = simulate_shard(plant(n=2_500, world="tiny", leak=Leak("colorectal_cancer", 28)), 0)
    leaked = shard.dispensings.filter(pl.col("atc") == "V03AX99")
    cancer = shard.truth_persons.filter(pl.col("outcome") == "colorectal_cancer", pl.col("diagnosed_on").is_not_null())
    pairs = leaked.join(cancer, on="pnr", how="left")
    assert pairs.height > 500
    assert set((pairs["diagnosed_on"] - pairs["dispensed_on"]).dt.total_days().drop_nulls().unique()) == {28}
    # Who died between the leak and the diagnosis has no diagnosis in life.
    assert pairs["diagnosed_on"].null_count() < 0.01 * pairs.height
    there = cancer.join(shard.migrations, on="pnr", how="anti")
    assert there.join(leaked, on="pnr", how="anti").height == 0


def test_a_gap_loses_its_share_of_contacts_and_no_coded_outcome():
    gap = SwitchGap(60, 0.5)
    plain, lost = (simulate_shard(plant(n=6_000, switch_gap=g), 0) for g in (None, gap))
    on = pl.col("start_at").dt.date()
    first = pl.col("region").replace_strict(build_world("demo").lpr_switch, return_dtype=pl.Date)
    inside = on.is_between(first, first + pl.duration(days=gap.days - 1))
    care = pl.col("code").str.contains("^(E11|C18|C19|C20|Z511)")  # what follows a diagnosis is not lost
    contacts = [
        s.contacts.join(s.diagnoses.filter(pl.col("kind") == "A"), on="contact_number").filter(~care)
        for s in (lost, plain)
    ]
    kept, whole = (frame.filter(inside).height for frame in contacts)
    outside = [frame.filter(~inside).height for frame in contacts]
    assert outside[0] == outside[1]
    assert abs(kept / whole - (1 - gap.share)) < 3.3 * np.sqrt(0.25 / whole)
    assert lost.truth_persons.equals(plain.truth_persons)
    assert lost.dispensings.equals(plain.dispensings)
