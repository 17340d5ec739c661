"""The law from a diagnosis to its code against codes drawn for many people, quarter by quarter."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation.coded import coded_days
from evidens.simulation.coding import add_false_codings, coding_law
from evidens.simulation.diseases import DISEASES
from evidens.simulation.effects import CodingChange, Effects, SwitchGap
from evidens.simulation.lives import NEVER, draw_lives
from evidens.simulation.onset import draw_course
from evidens.simulation.people import draw_people
from evidens.simulation.quarters import Calendar
from evidens.simulation.world import ORIGINS, REGIONS

INDEX, SHARE, RATE, N = 52, 0.7, 0.1, 60_000  # the regions change their patient register in the quarter of the index
PLANTED = Effects(
    recorded_share={d.outcome: dict.fromkeys(ORIGINS, SHARE) for d in DISEASES},
    false_codings_per_year={d.outcome: RATE for d in DISEASES},
    coding_changes={d.outcome: CodingChange(dt.date(2018, 7, 1), 0.6) for d in DISEASES},
    switch_gap=SwitchGap(60, 0.9),
)


class People:
    """People diagnosed in a known quarter around the index, who never leave, and die only when told to."""

    def __init__(self, disease, effects):
        world = build_world(
            "tiny", n_persons=N, shard_persons=N, lpr_switch=dict.fromkeys(REGIONS, dt.date(2019, 1, 2))
        )
        self.world, self.disease = dataclasses.replace(world, effects=effects), disease
        self.calendar = Calendar.between(world.start_on, world.end_on)
        self.starts = self.calendar.starts.astype(np.int64)
        self.rng = np.random.default_rng(3)
        self.people = draw_people(self.world, self.calendar, 0)
        self.course = draw_course(disease, self.people, self.world, self.calendar, 0)
        self.lives = draw_lives(self.people, self.world, self.calendar, 0)
        self.there = np.flatnonzero(self.people.entry_day < self.starts[INDEX - 1])
        never = np.full(N, NEVER, dtype=np.int32)
        self.stay = dataclasses.replace(self.lives, death_day=never, left_day=never, returned_day=never)
        self.law = coding_law(disease, INDEX, self.world, self.calendar)
        self.end_day = int(self.starts[INDEX]) + 365 * disease.horizon_quarters // 4

    def diagnose(self, first, last):
        """Give everyone a diagnosis in a random quarter; 0 is the one before the index."""
        self.u = self.rng.integers(first, last + 1, N)
        quarter = INDEX - 1 + self.u
        day = self._any_day(quarter)
        self.diagnosed = dataclasses.replace(self.course, diagnosis_quarter=quarter, diagnosis_day=day)

    def shown(self, course, lives=None):
        return coded_days(self.disease.outcome, self.people, lives or self.stay, course, self.world, 0)

    def quarter_of(self, day):
        """Quarter of the horizon; -1 before the index or on its day, NEVER after the horizon's last day."""
        found = np.searchsorted(self.starts, day, side="right") - 1 - INDEX
        return np.where(day <= self.starts[INDEX], -1, np.where(day <= self.end_day, found, NEVER))

    def dying(self):
        """Lives that end in a random quarter of the horizon."""
        self.v = self.rng.integers(0, self.disease.horizon_quarters, N)
        return dataclasses.replace(self.stay, death_day=self._any_day(INDEX + self.v))

    def _any_day(self, quarter):
        usable = self.starts[quarter + 1] - self.starts[quarter] - 1
        return (self.starts[quarter] + 1 + (self.rng.random(N) * usable).astype(np.int64)).astype(np.int32)


@pytest.fixture(scope="module", params=DISEASES, ids=lambda d: d.outcome)
def drawn(request):
    return People(request.param, dataclasses.replace(PLANTED, false_codings_per_year={}))


def assert_shares(rows):
    """Binomial counts against planted shares: none more than 4.2 standard errors off, and as many off as by chance.

    Parameters
    ----------
    rows : list of (count, planted share, number of people)
    """
    found, planted, n = (np.concatenate([np.atleast_1d(row[i]) * np.ones_like(row[0]) for row in rows], dtype=float)
                         for i in range(3))  # fmt: skip
    assert (found[planted == 0] == 0).all()
    is_sure = planted > 1 - 1e-9
    assert (found[is_sure] == n[is_sure]).all()
    usual = (planted * n > 5) & ~is_sure
    z = (found - planted * n)[usual] / np.sqrt(planted * (1 - planted) * n)[usual]
    assert np.abs(z).max(initial=0.0) < 4.2
    assert (z**2).sum() < z.size + 4.2 * np.sqrt(2 * z.size) + 6


def test_codes_reach_each_quarter_as_often_as_the_law_says(drawn):
    """Row 0 is of those of whom no register shows anything by the index."""
    horizon, law, index_day = drawn.disease.horizon_quarters, drawn.law, drawn.starts[INDEX]
    drawn.diagnose(0, horizon)
    shown = drawn.shown(drawn.diagnosed)
    quarter = drawn.quarter_of(shown.coded_day)
    is_hidden = (shown.first_day > index_day) & (shown.otherwise_day > index_day)
    rows = []
    for u in range(horizon + 1):
        mine = drawn.there[drawn.u[drawn.there] == u]
        hidden = mine[is_hidden[mine]]
        n_in = np.array([(quarter[hidden] == v).sum() for v in range(horizon)])
        rows.append((n_in, SHARE * law.reach[u, :-1], mine.size))
    assert_shares(rows)


def test_who_dies_in_the_quarter_of_the_code_is_lost_as_often_as_the_law_says(drawn):
    horizon, law = drawn.disease.horizon_quarters, drawn.law
    drawn.diagnose(1, horizon)
    quarter = drawn.quarter_of(drawn.shown(drawn.diagnosed, drawn.dying()).coded_day)
    rows = []
    for u in range(1, horizon + 1):
        for v in range(u - 1, min(u + 1, horizon)):
            mine = drawn.there[(drawn.u[drawn.there] == u) & (drawn.v[drawn.there] == v)]
            n_in = np.array([(quarter[mine] == v).sum()])
            rows.append((n_in, SHARE * (law.reach[u, v] - law.loss[u, v]), mine.size))
    assert_shares(rows)


def test_who_is_not_shown_by_the_index_is_as_rare_as_the_law_says_and_follows_the_days_waited(drawn):
    index_day, horizon = int(drawn.starts[INDEX]), drawn.disease.horizon_quarters
    drawn.diagnose(0, 0)
    shown = drawn.shown(drawn.diagnosed)
    mine = drawn.there[drawn.course.is_recorded[drawn.there]]
    hidden = mine[shown.first_day[mine] > index_day]
    quiet = hidden[shown.otherwise_day[hidden] > index_day]
    if drawn.law.quiet:
        assert_shares([(np.array([quiet.size]), drawn.law.quiet, mine.size)])
    else:
        assert not quiet.size
    seen = hidden[shown.otherwise_day[hidden] <= index_day]
    waited, quarter = index_day - shown.otherwise_day[seen], drawn.quarter_of(shown.coded_day[seen])
    if drawn.law.seen_reach.size:  # by the second dispensing; of cancer, coded otherwise, nothing is ever shown
        days, n_in = np.unique(waited, return_counts=True)
        assert seen.size > 300
        planted = (drawn.law.seen_reach[days, :-1] * n_in[:, None]).sum(axis=0) / seen.size
        assert_shares([(np.array([(quarter == v).sum() for v in range(horizon)]), planted, seen.size)])
    else:
        assert seen.size > 300
        assert (quarter == NEVER).all()


@pytest.mark.parametrize("disease", DISEASES, ids=lambda d: d.outcome)
def test_false_codes_reach_each_quarter_as_often_as_the_law_says(disease):
    found = People(disease, PLANTED)
    well = dataclasses.replace(found.course, diagnosis_quarter=np.full(N, NEVER), diagnosis_day=np.full(N, NEVER))
    course = add_false_codings(well, disease, found.lives, found.world, found.calendar, 0)
    shown = found.shown(course)
    stays = (np.minimum(found.lives.death_day, found.lives.left_day) > found.end_day)[found.there]
    mine = found.there[stays & (course.false_day[found.there] > found.starts[INDEX])]
    quarter = found.quarter_of(shown.coded_day[mine])
    n_in = np.array([(quarter == v).sum() for v in range(disease.horizon_quarters)])
    assert_shares([(n_in, found.law.false_reach[:-1], mine.size)])
