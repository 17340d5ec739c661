"""When the other illnesses come, and the contacts and dispensings they bring.

Two calls put them into the record: `draw_condition_contacts` beside the other sources of contacts, and
`draw_condition_dispensings` beside the other sources of dispensings. Each illness has random numbers of its own,
drawn anew by both calls, so that neither needs the other.
"""

from dataclasses import dataclass

import numpy as np

from evidens.foundation import stream
from evidens.simulation.arrays import Ints
from evidens.simulation.background import INPATIENT, OUTPATIENT, Rows
from evidens.simulation.care import is_there
from evidens.simulation.hazards import cumulate, draw_quarters
from evidens.simulation.illnesses import ILLNESSES, Illness
from evidens.simulation.lives import NEVER, Lives
from evidens.simulation.marginals import QUARTERS_OF_LIFE
from evidens.simulation.people import People
from evidens.simulation.pools import DIAGNOSES, PACKS
from evidens.simulation.processes import draw_categories
from evidens.simulation.quarters import Calendar

_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Onsets:
    """When an illness begins and ends in people of one shard; one entry per onset or episode.

    Parameters
    ----------
    person : int32 array
        At most one entry per person of what stays for life.
    day, end : int32 arrays
        First day and the day after the last, in days since 1970-01-01. A first day before the calendar's start is
        near that of the quarter of onset. An episode has no length.
    """

    person: Ints
    day: Ints
    end: Ints


def draw_onsets(illness: Illness, people: People, calendar: Calendar, *, seed: int, shard: int) -> Onsets:
    """Draw when an illness begins and ends in each person, or its episodes.

    Notes
    -----
    Lasting illness is drawn from birth, wherever the person then lived; it falls ill or not whether alive or not,
    as death does not depend on it. Episodes are drawn over the calendar only: their number is Poisson with the
    cumulated hazard, their quarters follow by inversion.
    """
    rng = stream(seed, "simulation", "conditions", illness.name, "onset", shard)
    cumulative = cumulate(illness.hazards())
    sex = people.is_male.astype(np.int64)
    if illness.is_episode:
        ages = np.clip([-people.born_quarter, calendar.n_quarters - people.born_quarter], 0, QUARTERS_OF_LIFE)
        low, high = cumulative[sex, ages[0]], cumulative[sex, ages[1]]
        person = np.repeat(np.arange(people.n, dtype=np.int32), rng.poisson(high - low))
        target = low[person] + rng.random(person.size) * (high - low)[person]
        male = people.is_male[person]
        quarter = np.where(male, *(np.searchsorted(cumulative[s], target, side="left") for s in (1, 0))) - 1
    else:
        quarter = draw_quarters(cumulative, sex, np.zeros(people.n, dtype=np.int64), rng=rng)
        person = np.flatnonzero(quarter < QUARTERS_OF_LIFE).astype(np.int32)
        quarter = quarter[person]
    position = quarter + people.born_quarter[person]
    inside = position < calendar.n_quarters
    person, position = person[inside], position[inside]
    starts, within = calendar.starts, np.clip(position, 0, None)
    day = starts[within] + 1 + (rng.random(person.size) * (np.diff(starts)[within] - 1)).astype(np.int32)
    day = np.where(position < 0, starts[0] + position * 91, day)
    lasts = rng.standard_exponential(person.size) * min(illness.mean_years, 1_000.0) * _DAYS_PER_YEAR
    end = day if illness.is_episode else np.minimum(day + lasts, NEVER) if np.isfinite(illness.mean_years) else NEVER
    return Onsets(person, day.astype(np.int32), np.broadcast_to(end, day.shape).astype(np.int32))


def draw_condition_contacts(
    people: People, lives: Lives, calendar: Calendar, *, seed: int, shard: int
) -> dict[int, Rows]:
    """Return contacts of the coded by kind of contact: the first at onset, later ones as long as it lasts.

    Returns
    -------
    dict of kind (`background.INPATIENT`, `background.OUTPATIENT`) to Rows
        `what` is a position in `pools.DIAGNOSES`. All fall on days on which the person is alive and resident.
    """
    parts: dict[int, list[Rows]] = {INPATIENT: [], OUTPATIENT: []}
    for illness in ILLNESSES:
        ill = draw_onsets(illness, people, calendar, seed=seed, shard=shard)
        rng = stream(seed, "simulation", "conditions", illness.name, "contacts", shard)
        codes = np.array([DIAGNOSES.index(code) for code in illness.codes], dtype=np.int16)
        code = codes[draw_categories(tuple(illness.codes.values()), ill.person.size, rng=rng)]
        coded = np.flatnonzero(rng.random(ill.person.size, dtype=np.float32) < illness.coded_share)
        first = coded[ill.day[coded] >= calendar.starts[0]]
        kind = INPATIENT if illness.is_acute else OUTPATIENT
        parts[kind].append(_present(Rows(ill.person[first], ill.day[first], code[first]), people, lives, calendar))
        again, seen = _spread(ill, coded, illness.contacts_per_year, lives, calendar, rng=rng)
        parts[OUTPATIENT].append(_present(Rows(ill.person[again], seen, code[again]), people, lives, calendar))
    return {kind: _join(rows) for kind, rows in parts.items()}


def draw_condition_dispensings(people: People, lives: Lives, calendar: Calendar, *, seed: int, shard: int) -> Rows:
    """Return packs that the treated buy from onset on; `what` is a position in `pools.PACKS`."""
    atc = [pack.atc for pack in PACKS]
    parts = []
    for illness in (illness for illness in ILLNESSES if illness.drugs):
        ill = draw_onsets(illness, people, calendar, seed=seed, shard=shard)
        rng = stream(seed, "simulation", "conditions", illness.name, "dispensings", shard)
        treated = np.flatnonzero(rng.random(ill.person.size, dtype=np.float32) < illness.treated_share)
        for drug, per_year in illness.drugs.items():
            which, bought = _spread(ill, treated, per_year, lives, calendar, rng=rng)
            what = np.full(which.size, atc.index(drug), np.int16)
            parts.append(_present(Rows(ill.person[which], bought, what), people, lives, calendar))
    return _join(parts)


def _spread(
    ill: Onsets, which: Ints, per_year: float, lives: Lives, calendar: Calendar, *, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Draw events of some of the ill, uniform from the day after onset to recovery, death or the calendar's end."""
    low = np.maximum(ill.day[which] + 1, calendar.starts[0] + 1).astype(np.int64)
    high = np.minimum(np.minimum(ill.end[which], lives.death_day[ill.person[which]]), calendar.starts[-1])
    width = np.maximum(high - low, 0)
    again = np.repeat(np.arange(which.size), rng.poisson(width * (per_year / _DAYS_PER_YEAR)))
    days = low[again] + (rng.random(again.size) * width[again]).astype(np.int64)
    return which[again], days.astype(np.int32)


def _present(rows: Rows, people: People, lives: Lives, calendar: Calendar) -> Rows:
    """Keep days on which the person is there, first days of quarters left out."""
    kept = is_there(rows.person, rows.day, people, lives) & ~np.isin(rows.day, calendar.starts)
    return Rows(rows.person[kept], rows.day[kept], rows.what[kept])


def _join(parts: list[Rows]) -> Rows:
    return Rows(*(np.concatenate([getattr(rows, name) for rows in parts]) for name in ("person", "day", "what")))
