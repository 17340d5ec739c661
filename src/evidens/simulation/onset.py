"""Who falls ill, when, and how long the diagnosis takes."""

from dataclasses import dataclass

import numpy as np

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.diseases import FRAILTY, FRAILTY_SHARES, Disease
from evidens.simulation.hazards import cumulate, draw_quarters
from evidens.simulation.lives import NEVER, Lives
from evidens.simulation.marginals import QUARTERS_OF_LIFE
from evidens.simulation.people import IMMIGRANT, People
from evidens.simulation.quarters import Calendar
from evidens.simulation.world import ORIGINS, WorldSettings


@dataclass(frozen=True)
class Course:
    """The course of one disease in the people of one shard, arrays of length n.

    Parameters
    ----------
    frailty_class : int array
        Position in `diseases.FRAILTY`.
    hazard_factor : float array
        The person's hazard over that of a woman of Danish origin, frailty left out.
    at_risk_from : int array
        First quarter of life in which onset can fall.
    onset_quarter, diagnosis_quarter : int arrays
        Quarters of the calendar, negative before its start, far after its end for those never ill.
    diagnosis_day : int array
        Days since 1970-01-01; NEVER outside the calendar. The diagnosis falls there whether or not the
        person is then alive and resident.
    """

    frailty_class: Ints
    hazard_factor: Floats
    at_risk_from: Ints
    onset_quarter: Ints
    diagnosis_quarter: Ints
    diagnosis_day: Ints


def draw_course(disease: Disease, people: People, world: WorldSettings, calendar: Calendar, shard: int) -> Course:
    """Draw frailty, onset and diagnosis.

    Notes
    -----
    Immigrants are at risk from the quarter of arrival: who comes is healthy. The day of diagnosis is uniform
    over its quarter, the first day left out.
    """
    rng = stream(world.seed, "simulation", "onset", disease.outcome, shard)
    n = people.n
    frailty_class = rng.choice(FRAILTY.size, n, p=FRAILTY_SHARES)
    factor = (
        world.incidence_multiplier[disease.outcome]
        * np.where(people.is_male, disease.male_ratio, 1.0)
        * np.array(disease.origin_ratios)[people.origin]
    )
    limit = calendar.position(world.onset_from_on[disease.outcome])
    from_calendar = np.where(people.entry == IMMIGRANT, _entry_quarter(people, calendar), limit)
    at_risk_from = np.maximum(np.maximum(from_calendar, limit) - people.born_quarter, 0)
    frail = factor * np.exp(disease.frailty_log_ratio * FRAILTY[frailty_class])
    hazard = cumulate(disease.hazards()[None, :])
    onset_age = draw_quarters(hazard, np.zeros(n, dtype=np.int64), at_risk_from, frail, rng=rng)
    onset = np.where(onset_age < QUARTERS_OF_LIFE, people.born_quarter + onset_age, NEVER)
    uniform, diagnosis = rng.random(n), np.full(n, NEVER, dtype=np.int64)
    for i, origin in enumerate(ORIGINS):
        shares = delay_shares(disease, world.diagnosed_per_quarter[disease.outcome][origin])
        mine = people.origin == i
        diagnosis[mine] = onset[mine] + 1 + np.searchsorted(np.cumsum(shares)[:-1], uniform[mine], side="right")
    starts = calendar.starts
    inside = (diagnosis >= 0) & (diagnosis < calendar.n_quarters)
    q = np.where(inside, diagnosis, 0)
    day = starts[q] + 1 + (rng.random(n) * (starts[q + 1] - starts[q] - 1)).astype(np.int32)
    diagnosis_day = np.where(inside, day, NEVER).astype(np.int32)
    return Course(frailty_class, factor, at_risk_from, onset, diagnosis, diagnosis_day)


def delay_shares(disease: Disease, per_quarter: float) -> Floats:
    """Probabilities of a delay of 1, 2, ... `max_delay` quarters: geometric, cut and rescaled."""
    shares = per_quarter * (1 - per_quarter) ** np.arange(disease.max_delay)
    return shares / shares.sum()


def is_diagnosed_alive(course: Course, lives: Lives) -> Flags:
    """Whether the diagnosis comes no later than the death, within the calendar."""
    return (course.diagnosis_day < NEVER) & (course.diagnosis_day <= lives.death_day)


def _entry_quarter(people: People, calendar: Calendar) -> Ints:
    return np.searchsorted(calendar.starts, people.entry_day, side="right") - 1
