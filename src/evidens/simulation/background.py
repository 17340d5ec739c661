"""Everything the record holds that has nothing to do with the two diseases.

Rates depend on age, on sex, and on a class of comorbidity that is drawn apart from both diseases' frailty; so
none of this says anything about them that age and sex do not say.
"""

from dataclasses import dataclass

import numpy as np

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.diseases import AGES
from evidens.simulation.lives import Lives
from evidens.simulation.people import People
from evidens.simulation.pools import (
    ANALYSES,
    BACKGROUND_DIAGNOSES,
    BACKGROUND_DRUGS,
    DIAGNOSES,
    PACKS,
    PANELS,
    VIRUS_TEST,
    Analysis,
)
from evidens.simulation.processes import (
    draw_categories,
    draw_cells,
    draw_event_days,
    draw_multipliers,
    expected_rates,
    rate_table,
)
from evidens.simulation.quarters import Calendar

INPATIENT, OUTPATIENT, EMERGENCY = range(3)
COMORBIDITY_SHARES = (0.4, 0.35, 0.18, 0.07)
COMORBIDITY_RATIOS = np.array([0.55, 0.9, 1.5, 2.9])

_CONTACT_RATES = {
    INPATIENT: (0.10, 0.06, 0.08, 0.06, 0.08, 0.12, 0.20, 0.35, 0.50),
    OUTPATIENT: (0.18, 0.20, 0.25, 0.27, 0.32, 0.38, 0.50, 0.55, 0.45),
    EMERGENCY: (0.15, 0.15, 0.12, 0.10, 0.09, 0.09, 0.11, 0.18, 0.25),
}
_DRUG_RATES = (0.14, 0.21, 0.25, 0.32, 0.47, 0.68, 1.0, 1.35, 1.5)
_PANEL_RATES = (0.07, 0.30, 0.42, 0.50, 0.76, 1.05, 1.45, 1.95, 2.1)
_VIRUS_RATES = (0.5, 1.3, 1.3, 1.2, 1.0, 0.8, 0.6, 0.6, 0.8)
_VIRUS_QUARTERS = ((2020, 2), (2022, 1))  # from and to, both included
_DRUGS_PER_PERSON = 4


@dataclass(frozen=True)
class Rows:
    """Events as arrays of one length: person, day, and a position in the pool that `what` belongs to."""

    person: Ints
    day: Ints
    what: Ints


def draw_comorbidity(people: People, *, seed: int, shard: int) -> Floats:
    """Draw each person's rate ratio of comorbidity."""
    rng = stream(seed, "simulation", "comorbidity", shard)
    return COMORBIDITY_RATIOS[draw_categories(COMORBIDITY_SHARES, people.n, rng=rng)]


def draw_contacts(people: People, lives: Lives, comorbidity: Floats, *, seed: int, shard: int) -> dict[int, Rows]:
    """Draw hospital contacts by kind, each with its action diagnosis as a position in DIAGNOSES."""
    positions = np.array([DIAGNOSES.index(code) for code in BACKGROUND_DIAGNOSES], dtype=np.int16)
    weights = list(zip(*BACKGROUND_DIAGNOSES.values(), strict=True))
    contacts = {}
    for kind, rates in _CONTACT_RATES.items():
        rng = stream(seed, "simulation", "contacts", kind, shard)
        own = draw_multipliers(0.7, people.n, rng=rng) * comorbidity
        cells = draw_cells(_intensity(rates, people, lives) * own[:, None], rng=rng)
        person, day = draw_event_days(cells, lives, rng=rng)
        contacts[kind] = Rows(person, day, positions[_by_age(weights, cells, lives, rng=rng)])
    return contacts


def draw_dispensings(people: People, lives: Lives, comorbidity: Floats, *, seed: int, shard: int) -> Rows:
    """Draw packs bought for other reasons: each person buys from a few drugs of their own."""
    rng = stream(seed, "simulation", "dispensings", shard)
    atc = [pack.atc for pack in PACKS]
    positions = np.array([atc.index(code) for code in BACKGROUND_DRUGS], dtype=np.int16)
    weights = list(zip(*BACKGROUND_DRUGS.values(), strict=True))
    own_drugs = np.stack([positions[draw_categories(w, people.n * _DRUGS_PER_PERSON, rng=rng)] for w in weights])
    own = draw_multipliers(0.8, people.n, rng=rng) * comorbidity
    cells = draw_cells(_intensity(_DRUG_RATES, people, lives) * own[:, None], rng=rng)
    person, day = draw_event_days(cells, lives, rng=rng)
    pick = person * _DRUGS_PER_PERSON + rng.integers(0, _DRUGS_PER_PERSON, cells.size, dtype=np.int8)
    return Rows(person, day, own_drugs[(lives.age.ravel()[cells] >= 40).astype(np.int64), pick])


def draw_results(
    people: People, lives: Lives, comorbidity: Floats, is_covered: Flags,
    calendar: Calendar, *, seed: int, shard: int,
) -> tuple[Rows, Floats, Ints]:  # fmt: skip
    """Draw results of blood tests ordered for other reasons.

    Returns
    -------
    rows : Rows
        `what` is a position in ANALYSES.
    value : float array
        As measured, before rounding and limits of reporting; for words their position.
    draw : int16 array
        Minute of the day of sampling: one for all results of a panel.
    """
    code = [analysis.code for analysis in ANALYSES]
    rng = stream(seed, "simulation", "results", shard)
    own = draw_multipliers(1.0, people.n, rng=rng) * comorbidity
    cells = draw_cells(_intensity(_PANEL_RATES, people, lives) * is_covered * own[:, None], rng=rng)
    person, day = draw_event_days(cells, lives, rng=rng)
    age = lives.age.ravel()[cells]
    minute = rng.integers(420, 960, cells.size, dtype=np.int16)
    panel = draw_categories(tuple(weight for _, weight in PANELS), cells.size, rng=rng)
    parts: list[tuple[Ints, Ints, Ints, Floats, Ints]] = []
    for i, (codes, _) in enumerate(PANELS):
        mine = panel == i
        for name in codes:
            place = code.index(name)
            value = _draw_values(ANALYSES[place], people.n, person[mine], age[mine], rng=rng)
            parts.append((person[mine], day[mine], np.full(value.size, place, np.int16), value, minute[mine]))
    parts.append(_draw_virus_tests(people, lives, is_covered, calendar, code.index(VIRUS_TEST), rng=rng))
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Rows(*joined[:3]), joined[3], joined[4]


def _draw_virus_tests(
    people: People, lives: Lives, is_covered: Flags, calendar: Calendar, place: int, *, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Floats, Ints]:
    """Draw tests for one virus within a few quarters; their results are words."""
    first, last = (4 * year + quarter - 1 - calendar.first for year, quarter in _VIRUS_QUARTERS)
    quarters = np.arange(calendar.n_quarters)
    is_season = (quarters >= first) & (quarters <= last)
    cells = draw_cells(_intensity(_VIRUS_RATES, people, lives) * is_covered * is_season, rng=rng)
    person, day = draw_event_days(cells, lives, rng=rng)
    is_found = (rng.random(cells.size, dtype=np.float32) < 0.05).astype(np.float64)
    minute = rng.integers(420, 1200, cells.size, dtype=np.int16)
    return person, day, np.full(cells.size, place, np.int16), is_found, minute


def _draw_values(analysis: Analysis, n: int, person: Ints, age: Ints, *, rng: np.random.Generator) -> Floats:
    """Draw mean by age, plus a person's own level, plus noise."""
    level = rng.standard_normal(n, dtype=np.float32)[person] * np.float32(analysis.person_sd)
    noise = rng.standard_normal(person.size, dtype=np.float32) * np.float32(analysis.sd)
    value = analysis.mean + analysis.per_year * (age - 50) + level + noise
    return (np.exp(value) if analysis.is_log else value).astype(np.float64)


def _intensity(rates: tuple[float, ...], people: People, lives: Lives) -> Floats:
    return expected_rates(rate_table(AGES, rates), people, lives)


def _by_age(weights: list[tuple[float, ...]], cells: Ints, lives: Lives, *, rng: np.random.Generator) -> Ints:
    """Draw positions by one list of weights before the age of 40 and by another from then on."""
    young, old = (draw_categories(w, cells.size, rng=rng) for w in weights)
    return np.where(lives.age.ravel()[cells] < 40, young, old)
