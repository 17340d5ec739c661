"""How long people live, where, and on which days they can appear in a Danish register."""

from dataclasses import dataclass

import numpy as np

from evidens.foundation import stream
from evidens.simulation import marginals
from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.hazards import cumulate, draw_quarters
from evidens.simulation.people import RESIDENT, People
from evidens.simulation.places import MUNICIPALITIES, draw_places
from evidens.simulation.quarters import Calendar, day_number
from evidens.simulation.world import REGIONS, WorldSettings

NEVER = np.int32(2_000_000)  # a day far after everything


@dataclass(frozen=True)
class Lives:
    """What happens to the people of one shard besides disease; n people, q quarters of the calendar.

    Parameters
    ----------
    death_quarter, death_day : int arrays of length n
        Of the death in or after the calendar; `NEVER` as day when it lies after the last quarter.
    left_day, returned_day : int arrays of length n
        Days of emigration and return, `NEVER` where there is none.
    dies_abroad : bool array of length n
        Whether death comes after the last emigration, so that no Danish register has it.
    moved_day : int array of length n
        First day in `new_region`, a first day of a quarter other than the year's first; `NEVER`.
    new_region, new_municipality : int arrays of length n
    age : int16 array of shape (n, q)
        Completed years at the quarter, counted in quarters of life; negative before birth.
    region : int8 array of shape (n, q)
        Position in REGIONS.
    open_day, open_days : int arrays of shape (n, q)
        First day of the quarter on which the person can appear in a register, and how many such days:
        resident and alive, the quarter's first day left out.
    exposure : float32 array of shape (n, q)
        `open_days` over the most there can be.
    """

    death_quarter: Ints
    death_day: Ints
    left_day: Ints
    returned_day: Ints
    dies_abroad: Flags
    moved_day: Ints
    new_region: Ints
    new_municipality: Ints
    age: Ints
    region: Ints
    open_day: Ints
    open_days: Ints
    exposure: Floats

    def is_resident(self, people: People, day: int) -> Flags:
        """Whether each person is alive and resident at the start of `day`."""
        arrived = (people.entry == RESIDENT) | (people.entry_day <= day)
        return arrived & (self.death_day > day) & ((self.left_day > day) | (self.returned_day <= day))


def draw_lives(
    people: People, world: WorldSettings, calendar: Calendar, shard: int, emigration_factor: Floats | float = 1.0
) -> Lives:
    """Draw deaths, migration and moves.

    Parameters
    ----------
    emigration_factor : float array of length n, or float
        Multiplies each person's hazard of emigration.

    Notes
    -----
    The hazard of death depends on age and sex alone, that of emigration on age and origin alone, unless
    `emigration_factor` says otherwise: neither then tells anything about disease, so a record cut short by
    either stays exact for the oracle. Nobody dies in
    the quarter of birth or arrival. No event falls on a quarter's first day, so that an index on 1 January
    divides quarters cleanly; a move between regions takes effect on a first day, never on 1 January.
    """
    rng = stream(world.seed, "simulation", "lives", shard)
    starts, n = calendar.starts, people.n
    entry_quarter = np.searchsorted(starts, people.entry_day, side="right") - 1
    at_risk = entry_quarter - people.born_quarter + (people.entry != RESIDENT)
    deaths = cumulate(marginals.death_hazards())
    death_quarter = people.born_quarter + draw_quarters(deaths, people.is_male.astype(np.int64), at_risk, rng=rng)
    death_day = _day_within(death_quarter, starts, rng.random(n))

    leaves = cumulate(marginals.emigration_hazards())
    is_foreign = (people.ancestry == 1).astype(np.int64)
    from_quarter = emigration_from(people, entry_quarter)
    left_quarter = people.born_quarter + draw_quarters(leaves, is_foreign, from_quarter, emigration_factor, rng=rng)
    left_quarter = np.where(left_quarter < death_quarter, left_quarter, calendar.n_quarters)
    left_day = _day_within(left_quarter, starts, rng.random(n))
    back_quarter = left_quarter + rng.integers(4, 17, n)
    comes_back = (rng.random(n) < marginals.RETURN_SHARE) & (back_quarter < death_quarter)
    back_quarter = np.where(comes_back, back_quarter, calendar.n_quarters)
    returned_day = _day_within(back_quarter, starts, rng.random(n))

    move_quarter = rng.integers(1, calendar.n_quarters, n)
    moves = (rng.random(n) < marginals.MOVE_SHARE) & ((calendar.first + move_quarter) % 4 != 0)
    move_quarter = np.where(moves, move_quarter, calendar.n_quarters)
    moved_day = np.where(moves, starts[np.minimum(move_quarter, calendar.n_quarters)], NEVER)
    new_region = (people.region + rng.integers(1, len(REGIONS), n)) % len(REGIONS)
    new_municipality = draw_places(MUNICIPALITIES, new_region, rng=rng)

    quarters = np.arange(calendar.n_quarters)
    region = np.where(quarters < move_quarter[:, None], people.region[:, None], new_region[:, None]).astype(np.int8)
    age = ((quarters - people.born_quarter[:, None]) // 4).astype(np.int16)
    entry_day = np.where(people.entry == RESIDENT, 0, people.entry_day)
    last_day = np.minimum(death_day, day_number(world.end_on)) + 1
    open_day, open_days = _open_window(starts, entry_day, np.minimum(left_day, last_day), returned_day, last_day)
    exposure = np.divide(open_days, np.diff(starts) - 1, dtype=np.float32)
    return Lives(
        death_quarter, death_day, left_day, returned_day, (left_day < NEVER) & (returned_day == NEVER),
        moved_day.astype(np.int32), new_region, new_municipality, age, region, open_day, open_days, exposure,
    )  # fmt: skip


def emigration_from(people: People, entry_quarter: Ints) -> Ints:
    """First quarter of life in which a person can emigrate: two after the first in which one can die."""
    return entry_quarter - people.born_quarter + (people.entry != RESIDENT) + 2


def _day_within(quarter: Ints, starts: Ints, uniform: Floats) -> Ints:
    """Return a day of the quarter other than its first; NEVER for quarters outside the calendar."""
    inside = (quarter >= 0) & (quarter < starts.size - 1)
    q = np.clip(quarter, 0, starts.size - 2)
    days = starts[q] + 1 + (uniform * (starts[q + 1] - starts[q] - 1)).astype(np.int32)
    return np.where(inside, days, NEVER).astype(np.int32)


def _open_window(
    starts: Ints, entry_day: Ints, left_day: Ints, returned_day: Ints, last_day: Ints
) -> tuple[Ints, Ints]:
    """Return the first day and the number of days per quarter on which a person is there, over both stays."""
    low, high = starts[:-1] + 1, starts[1:]
    first_from, first_to = np.maximum(low, entry_day[:, None]), np.minimum(high, left_day[:, None])
    again_from, again_to = np.maximum(low, returned_day[:, None]), np.minimum(high, last_day[:, None])
    is_first = first_to > first_from
    open_day = np.where(is_first, first_from, again_from)
    open_days = np.where(is_first, first_to - first_from, np.maximum(again_to - again_from, 0))
    return open_day.astype(np.int32), open_days.astype(np.int16)
