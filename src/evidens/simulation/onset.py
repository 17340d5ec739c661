"""Who falls ill, when, how long the diagnosis takes, and who of the diagnosed is ever recorded."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.diseases import FRAILTY, FRAILTY_SHARES, Disease
from evidens.simulation.hazards import cumulate, draw_quarters
from evidens.simulation.lives import NEVER
from evidens.simulation.marginals import QUARTERS_OF_LIFE
from evidens.simulation.people import IMMIGRANT, People
from evidens.simulation.quarters import Calendar, day_number
from evidens.simulation.world import ORIGINS, REGIONS, WorldSettings

_FLAT_AGES = slice(20 * 4, 80 * 4)  # quarters of life over which a flat hazard is the mean of the disease's own


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
    is_recorded : bool array
        Whether a diagnosis shows in any register; of the others it looks as if it had not been made.
    otherwise_from : int array
        First day from which hospitals give the person's disease a code that its definition does not know; NEVER.
    false_day : int array
        Day of the first code of the disease that no disease is behind, see `coding`; NEVER.
    """

    frailty_class: Ints
    hazard_factor: Floats
    at_risk_from: Ints
    onset_quarter: Ints
    diagnosis_quarter: Ints
    diagnosis_day: Ints
    is_recorded: Flags
    otherwise_from: Ints
    false_day: Ints

    @property
    def recorded(self) -> "Course":
        """The course as the registers have it: without the diagnoses that none of them shows."""
        if self.is_recorded.all():
            return self
        return replace(
            self,
            diagnosis_quarter=np.where(self.is_recorded, self.diagnosis_quarter, NEVER),
            diagnosis_day=np.where(self.is_recorded, self.diagnosis_day, NEVER).astype(np.int32),
        )


def draw_course(disease: Disease, people: People, world: WorldSettings, calendar: Calendar, shard: int) -> Course:
    """Draw frailty, onset, diagnosis, and whether a register ever shows it.

    Notes
    -----
    Immigrants are at risk from the quarter of arrival: who comes is healthy. The day of diagnosis is uniform
    over its quarter, the first day left out.
    """
    rng = stream(world.seed, "simulation", "onset", disease.outcome, shard)
    n = people.n
    frailty_class = rng.choice(FRAILTY.size, n, p=FRAILTY_SHARES)
    factor = _hazard_factor(disease, people, world)
    limit = calendar.position(world.onset_from_on[disease.outcome])
    from_calendar = np.where(people.entry == IMMIGRANT, _entry_quarter(people, calendar), limit)
    at_risk_from = np.maximum(np.maximum(from_calendar, limit) - people.born_quarter, 0)
    frail = factor * np.exp(frailty_log_ratio(disease, world) * FRAILTY[frailty_class])
    hazard, row = cumulative_hazards(disease, people.born_quarter, world, calendar)
    onset_age = draw_quarters(hazard, row, at_risk_from, frail, rng=rng)
    onset = np.where(onset_age < QUARTERS_OF_LIFE, people.born_quarter + onset_age, NEVER)
    uniform, diagnosis = rng.random(n), np.full(n, NEVER, dtype=np.int64)
    for mine, shares in delay_groups(disease, people, np.arange(n), world):
        diagnosis[mine] = onset[mine] + 1 + np.searchsorted(np.cumsum(shares)[:-1], uniform[mine], side="right")
    starts = calendar.starts
    inside = (diagnosis >= 0) & (diagnosis < calendar.n_quarters)
    q = np.where(inside, diagnosis, 0)
    day = starts[q] + 1 + (rng.random(n) * (starts[q + 1] - starts[q] - 1)).astype(np.int32)
    diagnosis_day = np.where(inside, day, NEVER).astype(np.int32)
    recorded = stream(world.seed, "simulation", "recorded", disease.outcome, shard).random(n)
    is_recorded = recorded < recorded_shares(disease, world)[people.origin]
    otherwise_from = np.full(n, NEVER)
    if change := world.effects.coding_changes.get(disease.outcome):
        otherwise = stream(world.seed, "simulation", "coded otherwise", disease.outcome, shard).random(n)
        otherwise_from[otherwise >= change.coded_share] = day_number(change.from_on)
    return Course(
        frailty_class, factor, at_risk_from, onset, diagnosis, diagnosis_day, is_recorded, otherwise_from,
        np.full(n, NEVER),
    )  # fmt: skip


def frailty_log_ratio(disease: Disease, world: WorldSettings) -> float:
    """Log hazard ratio of onset per unit of frailty in this world."""
    return 0.0 if world.effects.flat_hazard else disease.frailty_log_ratio


def cumulative_hazards(
    disease: Disease, born_quarter: Ints, world: WorldSettings, calendar: Calendar
) -> tuple[Floats, Ints]:
    """Return cumulative hazards of onset over life, and which row of them each person has.

    Returns
    -------
    table : array of shape (rows, QUARTERS_OF_LIFE + 1)
        See `hazards.cumulate`; one row for everyone, or one per quarter of birth where the hazard follows the
        calendar.
    row : int array of length n
    """
    hazard = disease.hazards()
    if world.effects.flat_hazard:
        hazard = np.full(hazard.size, hazard[_FLAT_AGES].mean())
    trend = world.effects.onset_trend.get(disease.outcome)
    if not trend:
        return cumulate(hazard[None, :]), np.zeros(born_quarter.size, dtype=np.int64)
    born, row = np.unique(born_quarter, return_inverse=True)
    years, factors = zip(*sorted((int(year), factor) for year, factor in trend.items()), strict=True)
    knots = [calendar.position(dt.date(year, 1, 1)) for year in years]
    quarters = born[:, None] + np.arange(QUARTERS_OF_LIFE)
    return cumulate(hazard * np.interp(quarters + 0.5, knots, factors)), row


def recorded_shares(disease: Disease, world: WorldSettings) -> Floats:
    """Share of the diagnosed whom any register shows, by origin."""
    shares = world.effects.recorded_share.get(disease.outcome, {})
    return np.array([shares.get(origin, 1.0) for origin in ORIGINS])


def delay_groups(disease: Disease, people: People, rows: Ints, world: WorldSettings) -> list[tuple[Ints, Floats]]:
    """Divide people by the distribution of their diagnostic delay.

    Returns
    -------
    list of (int array, float array)
        Positions in `rows`, and the probabilities of `delay_shares`: by origin, and by region at entry where
        the delay differs by region. All people of a group are of one origin.
    """
    factors = world.effects.delay_factor.get(disease.outcome, {})
    ratio = np.array([factors.get(region, 1.0) for region in REGIONS])
    groups = []
    for origin, name in enumerate(ORIGINS):
        mine = np.flatnonzero(people.origin[rows] == origin)
        per_quarter = world.diagnosed_per_quarter[disease.outcome][name]
        for factor in np.unique(ratio):
            here = mine[ratio[people.region[rows[mine]]] == factor]
            if here.size:
                groups.append((here, delay_shares(disease, min(per_quarter * factor, 1.0))))
    return groups


def delay_shares(disease: Disease, per_quarter: float) -> Floats:
    """Probabilities of a delay of 1, 2, ... `max_delay` quarters: geometric, cut and rescaled."""
    shares = per_quarter * (1 - per_quarter) ** np.arange(disease.max_delay)
    return shares / shares.sum()


def emigration_factor(courses: dict[str, Course], world: WorldSettings) -> Floats | float:
    """Hazard ratio of emigration, where the world lets it depend on frailty."""
    effect = world.effects.emigration
    if effect is None:
        return 1.0
    return np.exp(effect.log_ratio * FRAILTY[courses[effect.outcome].frailty_class])


def _hazard_factor(disease: Disease, people: People, world: WorldSettings) -> Floats:
    """Hazard ratio of sex, origin and region at entry, times the world's multiplier."""
    multiplier = world.incidence_multiplier[disease.outcome]
    if world.effects.flat_hazard:
        factor = np.full(people.n, multiplier)
    else:
        factor = (
            multiplier
            * np.where(people.is_male, disease.male_ratio, 1.0)
            * np.array(disease.origin_ratios)[people.origin]
        )
    if ratios := world.effects.region_log_hazard.get(disease.outcome):
        factor = factor * np.exp(np.array([ratios.get(region, 0.0) for region in REGIONS]))[people.region]
    return factor


def _entry_quarter(people: People, calendar: Calendar) -> Ints:
    return np.searchsorted(calendar.starts, people.entry_day, side="right") - 1
