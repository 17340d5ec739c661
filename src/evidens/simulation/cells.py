"""What is known of people before their record is read: classes and onsets, delays, survival.

A cell is a class of frailty and a quarter of onset, see `oracle`. People who share a distribution of delays are
read in blocks that fit the processor's cache.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.coding import CodingLaw, coding_law
from evidens.simulation.diseases import FRAILTY, FRAILTY_SHARES, Disease
from evidens.simulation.hazards import cumulate
from evidens.simulation.likelihood import Onsets
from evidens.simulation.lives import Lives, emigration_from
from evidens.simulation.marginals import death_hazards, emigration_hazards
from evidens.simulation.onset import (
    Course,
    cumulative_hazards,
    delay_groups,
    frailty_log_ratio,
    recorded_shares,
)
from evidens.simulation.people import People
from evidens.simulation.quarters import Calendar
from evidens.simulation.world import WorldSettings

_ROWS_AT_A_TIME = 2_000  # keeps a block of cells within the processor's cache


@dataclass(frozen=True)
class Cells:
    """What is known of a block of people at one index before their record is read, and what it will mean for them.

    Parameters
    ----------
    block : int array
        Positions in the `rows` that were asked for.
    onsets : Onsets
        The onset quarters told apart: the o below.
    window : slice
        Quarters of the record.
    prior : float32 array of shape (k, block, o)
        P(class of frailty, onset), including what emigration says of the class; up to a factor per person.
    diagnosed : float array of shape (o, 1 + u)
        P(diagnosis in the quarter before the index, and in each quarter u of the horizon | o).
    eligible : float array of length o
        P(not diagnosed before the index | o).
    recorded_share : float
        P(a register ever shows a diagnosis).
    alive : float array of shape (block, u)
        P(alive on the day of a diagnosis in quarter u).
    survival, dying : float arrays of shape (block, u + 1)
        P(alive at the start of quarter u of the horizon and of the one after), P(death in it | alive).
    law : CodingLaw
    """

    block: Ints
    onsets: Onsets
    window: slice
    prior: Floats
    diagnosed: Floats
    eligible: Floats
    recorded_share: float
    alive: Floats
    survival: Floats
    dying: Floats
    law: CodingLaw


def divide_into_cells(
    disease: Disease, people: People, lives: Lives, course: Course, rows: Ints, index: int, world: WorldSettings,
    calendar: Calendar,
) -> Iterator[Cells]:  # fmt: skip
    """Divide people into blocks that share a distribution of delays, with prior and tables for each."""
    law = coding_law(disease, index, world, calendar)
    hazards, hazard_row = cumulative_hazards(disease, people.born_quarter[rows], world, calendar)
    shares = recorded_shares(disease, world)
    first = max(index - world.oracle_lookback_quarters, 0)
    for mine, delays in delay_groups(disease, people, rows, world):
        share = float(shares[people.origin[rows[mine[0]]]])
        onsets = Onsets.before_and_after(disease, index, first, is_recorded=share == 1.0, waits=law.quiet > 0)
        diagnosed, eligible = diagnosis_tables(delays, onsets, disease.horizon_quarters)
        for start in range(0, mine.size, _ROWS_AT_A_TIME):
            block = mine[start : start + _ROWS_AT_A_TIME]
            who = rows[block]
            prior = prior_of(disease, people, course, who, onsets, hazards, hazard_row[block], world)
            if world.effects.emigration and world.effects.emigration.outcome == disease.outcome:
                prior *= stay_weights(people, lives, who, index, world, calendar)[:, :, None]
            survival, dying = survival_tables(people, who, index, disease.horizon_quarters)
            alive = alive_when_diagnosed(survival, dying, index, calendar)
            yield Cells(
                block, onsets, slice(first, index), prior, diagnosed, eligible, share, alive, survival, dying, law
            )


def diagnosis_tables(delays: Floats, onsets: Onsets, horizon_quarters: int) -> tuple[Floats, Floats]:
    """Return P(diagnosis in quarter u after the index | o), shape (o, 1 + u), and P(no diagnosis before | o).

    Notes
    -----
    The first column is the quarter before the index.
    """
    delay = onsets.index + np.arange(-1, horizon_quarters) - onsets.quarters[:, None]
    padded = np.concatenate([[0.0], delays, [0.0]])
    diagnosed = padded[np.clip(delay, 0, delays.size + 1)]
    waited = np.clip(onsets.index - onsets.quarters - 1, 0, delays.size)
    before = np.concatenate([[0.0], np.cumsum(delays)])[waited]
    before = np.where(waited == delays.size, 1.0, before)
    return diagnosed, np.where(onsets.quarters < onsets.index, 1 - before, 1.0)


def survival_tables(people: People, rows: Ints, index: int, horizon_quarters: int) -> tuple[Floats, Floats]:
    """P(alive at the start of each quarter from the index), P(death in it | alive), one quarter past the horizon."""
    quarters = index + np.arange(horizon_quarters + 1)
    hazard = death_hazards()[people.is_male[rows].astype(np.int64)[:, None], quarters - people.born_quarter[rows, None]]
    return np.exp(-cumulate(hazard)[:, :-1]), -np.expm1(-hazard)


def alive_when_diagnosed(survival: Floats, dying: Floats, index: int, calendar: Calendar) -> Floats:
    """P(alive on the day of a diagnosis in each quarter u of the horizon), shape (rows, u), from `survival_tables`.

    Notes
    -----
    Both days are uniform over the m days after the quarter's first: a death in the quarter comes before the
    diagnosis with probability (m - 1) / (2 m).
    """
    usable = np.diff(calendar.starts)[index : index + survival.shape[1] - 1] - 1
    return survival[:, :-1] * (1 - dying[:, :-1] * (usable - 1) / (2 * usable))


def prior_of(
    disease: Disease, people: People, course: Course, rows: Ints, onsets: Onsets, hazards: Floats, hazard_row: Ints,
    world: WorldSettings,
) -> Floats:  # fmt: skip
    """P(k) P(onset in each quarter | k), shape (k, rows, o), float32.

    Parameters
    ----------
    hazards : array of shape (any, quarters of life + 1)
        Cumulative hazards of onset over life, see `onset.cumulative_hazards`.
    hazard_row : int array of length rows
        Which of them a person has.
    """
    last = hazards.shape[1] - 1
    edges = np.append(onsets.quarters, onsets.quarters[-1])  # the last cell has no end
    life = np.clip(edges - people.born_quarter[rows, None], 0, last)
    if onsets.holds_earlier:
        life[:, 0] = 0
    from_hazard = hazards[hazard_row, np.minimum(course.at_risk_from[rows], last)]
    cumulative = np.maximum(hazards[hazard_row[:, None], life] - from_hazard[:, None], 0)
    cumulative *= course.hazard_factor[rows, None]
    step = np.diff(cumulative, axis=1)
    step[:, -1] = np.inf  # the last cell holds every later onset, and none at all
    prior = np.empty((FRAILTY.size, rows.size, onsets.quarters.size), dtype=np.float32)
    for k, frail in enumerate(np.exp(frailty_log_ratio(disease, world) * FRAILTY)):
        prior[k] = FRAILTY_SHARES[k] * np.exp(-frail * cumulative[:, :-1]) * -np.expm1(-frail * step)
    return prior


def stay_weights(
    people: People, lives: Lives, rows: Ints, index: int, world: WorldSettings, calendar: Calendar
) -> Floats:
    """P(stayed as long as they did, and left when they did | k), shape (k, rows), where frailty moves people."""
    effect = world.effects.emigration
    if effect is None:
        return np.ones((FRAILTY.size, rows.size))
    hazard, row = cumulate(emigration_hazards()), (people.ancestry[rows] == 1).astype(np.int64)
    starts, born = calendar.starts, people.born_quarter[rows]
    entry = np.searchsorted(starts, people.entry_day, side="right") - 1
    has_left = lives.left_day[rows] < starts[index]
    left = np.searchsorted(starts, np.where(has_left, lives.left_day[rows], starts[index]), side="right") - 1
    last = hazard.shape[1] - 1
    quarters = emigration_from(people, entry)[rows], left - born, left + 1 - born
    start, until, after = (hazard[row, np.clip(quarter, 0, last)] for quarter in quarters)
    stayed, leaving = np.maximum(until - start, 0), after - until
    ratio = np.exp(effect.log_ratio * FRAILTY)[:, None]
    return np.exp(-ratio * stayed) * np.where(has_left, -np.expm1(-ratio * leaving), 1.0)
