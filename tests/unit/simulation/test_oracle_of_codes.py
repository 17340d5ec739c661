"""The risk that the registers show the outcome, summed again: every day of a diagnosis, every wait, every death.

The classes of frailty, the onsets and their weights are those of the oracle (`test_oracle` sums these again); what
comes of them is enumerated here from the words of decision 7, with none of the oracle's tables.
"""

import dataclasses
import datetime as dt
import math
from collections import Counter

import numpy as np
import pytest
from tests.unit.simulation.test_oracle import INDEX, draw
from tests.unit.simulation.worlds import build_world

from evidens.simulation.cells import divide_into_cells
from evidens.simulation.diseases import DISEASES
from evidens.simulation.effects import CodingChange, Effects
from evidens.simulation.likelihood import log_likelihood
from evidens.simulation.marginals import death_hazards
from evidens.simulation.oracle import risk_from_log_record, risk_given_record
from evidens.simulation.world import ORIGINS

CHANGED_ON, KNOWN, RECORDED, FALSE = dt.date(2019, 7, 1), 0.6, 0.7, 0.1
PLANTED = Effects(
    recorded_share={d.outcome: dict.fromkeys(ORIGINS, RECORDED) for d in DISEASES},
    coding_changes={d.outcome: CodingChange(CHANGED_ON, KNOWN) for d in DISEASES},
    false_codings_per_year={d.outcome: FALSE for d in DISEASES},
)


@pytest.fixture(scope="module", params=[Effects(), PLANTED], ids=["plain", "planted"])
def drawn(request):
    world = build_world("tiny", n_persons=600, shard_persons=600)
    return draw(dataclasses.replace(world, effects=request.param))


def paths(disease, days, known):
    """Yield chance, first day on which a register shows the disease, and day of the coded outcome (None: never).

    A recorded diagnosis falls on any of `days`. Cancer is coded on that day, or otherwise. Of diabetes a hospital codes
    nine in ten on that day, with a code of the definition or otherwise; metformin is bought 0 to 14 days later, and
    again 25 to 40 days after that; the second qualifying event is the outcome.
    """
    for day in days:
        each = 1 / len(days)
        if disease.outcome == "colorectal_cancer":
            yield each * known, day, day
            yield each * (1 - known), day, None
            continue
        for bought in range(day, day + 15):
            yield each / 15 * 0.9 * known, day, bought
            for again in range(bought + 25, bought + 41):
                yield each / 15 / 16 * 0.9 * (1 - known), day, again
                yield each / 15 / 16 * 0.1, bought, again


def enumerate_codes(disease, weights, drawn, person):
    """Return P(coded on each day, death aside | no register shows anything by the index) from the onsets' weights."""
    world, calendar, people, _, _ = drawn
    starts, is_planted = calendar.starts.tolist(), world.effects == PLANTED
    rate = world.diagnosed_per_quarter[disease.outcome][ORIGINS[people.origin[person]]]
    delays = [rate * (1 - rate) ** waited for waited in range(disease.max_delay)]
    recorded, end = (RECORDED if is_planted else 1.0), INDEX + disease.horizon_quarters
    hidden, diagnosed = (1 - recorded) * sum(weights.values()), Counter()
    for onset, weight in weights.items():
        for delay, chance in enumerate(delays, start=1):
            diagnosed[min(onset + delay, end)] += weight * recorded * chance / sum(delays)
    hidden += diagnosed.pop(end)  # diagnosed after the horizon, or never
    coded = Counter()
    for quarter, weight in diagnosed.items():
        if quarter < INDEX - 1:
            continue  # the first event comes within two weeks
        changed = is_planted and quarter >= calendar.position(CHANGED_ON)
        for chance, first, day in paths(
            disease, range(starts[quarter] + 1, starts[quarter + 1]), KNOWN if changed else 1.0
        ):
            if first > starts[INDEX]:
                hidden += weight * chance
                coded[day] += weight * chance
    return {day: chance / hidden for day, chance in coded.items() if day is not None}


def enumerate_false_codes(disease, drawn):
    """Return P(first false code, or its second contact, on each day)."""
    world, calendar, *_ = drawn
    hazard = world.effects.false_codings_per_year.get(disease.outcome, 0.0) / 4
    coded, starts = Counter(), calendar.starts.tolist()
    for waited in range(disease.horizon_quarters):
        days = range(starts[INDEX + waited] + 1, starts[INDEX + waited + 1])
        for day in days:
            gap = 30 if disease.outcome == "type_2_diabetes" else 0
            coded[day + gap] += math.exp(-hazard * waited) * (1 - math.exp(-hazard)) / len(days)
    return dict(coded)


def enumerate_risk(disease, weights, drawn, person):
    """Return P(coded in the horizon, alive on that day): each pair of days, each death."""
    _, calendar, people, _, _ = drawn
    starts = calendar.starts.tolist()
    last = starts[INDEX] + 365 * disease.horizon_quarters // 4
    quarters = range(INDEX, INDEX + disease.horizon_quarters + 1)
    by_disease, falsely = (
        {q: [(day, p) for day, p in coded.items() if starts[q] <= day < min(starts[q + 1], last + 1)] for q in quarters}
        for coded in (enumerate_codes(disease, weights, drawn, person), enumerate_false_codes(disease, drawn))
    )

    def alive_on(day, quarter):
        hazard = death_hazards()[int(people.is_male[person])]
        born, alive = people.born_quarter[person], 1.0
        for passed in range(INDEX, quarter):
            alive *= math.exp(-hazard[passed - born])
        dying, days = 1 - math.exp(-hazard[quarter - born]), range(starts[quarter] + 1, starts[quarter + 1])
        return alive * (1 - dying * sum(death < day for death in days) / len(days))

    def no_sooner(others, quarter):
        """P(the other code does not come first); of two in one quarter each does half the time."""
        sooner = sum(p for q in quarters if q < quarter for _, p in others[q])
        return 1 - sooner - sum(p for _, p in others[quarter]) / 2

    return sum(
        p * alive_on(day, q) * no_sooner(others, q)
        for these, others in ((by_disease, falsely), (falsely, by_disease))
        for q in quarters
        for day, p in these[q]
    )


@pytest.mark.parametrize("disease", DISEASES, ids=lambda d: d.outcome)
def test_the_risk_of_a_code_equals_the_sum_over_every_day(disease, drawn):
    world, calendar, people, lives, found = drawn
    course, signals = found[disease.outcome]
    at_risk = np.flatnonzero((lives.age[:, INDEX] >= 60) & (lives.death_quarter >= INDEX))[:1]
    about = (people, lives, course, at_risk, INDEX, world, calendar)
    (cells,) = divide_into_cells(disease, *about)
    log_record = log_likelihood(disease, signals, at_risk, cells.onsets, cells.window, world, calendar)
    log_record = log_record.astype(np.float64)
    weights = (cells.prior * np.exp(log_record - log_record.max())).sum(axis=0, dtype=np.float64)[0]
    weights = dict(zip(cells.onsets.quarters.tolist(), weights.tolist(), strict=True))
    found_risk = enumerate_risk(disease, weights, drawn, at_risk[0])
    assert risk_from_log_record(log_record, cells).coded == pytest.approx([found_risk], rel=1e-9)
    whole = risk_given_record(disease, people, lives, course, signals, *about[3:])
    assert whole.coded == pytest.approx([found_risk], rel=1e-4)
    assert found_risk > 1e-3
