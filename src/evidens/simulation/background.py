"""Everything the record holds that has nothing to do with the two diseases.

Rates depend on age, on sex, and on a class of comorbidity that is drawn apart from both diseases' frailty; so
none of this says anything about them that age and sex do not say.
"""

from dataclasses import dataclass

import numpy as np

from evidens.foundation import stream
from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.diseases import AGES
from evidens.simulation.lives import Lives
from evidens.simulation.people import People
from evidens.simulation.pools import BACKGROUND_DIAGNOSES, BACKGROUND_DRUGS, DIAGNOSES, PACKS
from evidens.simulation.processes import (
    draw_categories,
    draw_cells,
    draw_event_days,
    draw_multipliers,
    expected_rates,
    rate_table,
)

INPATIENT, OUTPATIENT, EMERGENCY = range(3)
COMORBIDITY_SHARES = (0.4, 0.35, 0.18, 0.07)
COMORBIDITY_RATIOS = np.array([0.55, 0.9, 1.5, 2.9])

_CONTACT_RATES = {
    INPATIENT: (0.10, 0.06, 0.08, 0.06, 0.08, 0.12, 0.20, 0.35, 0.50),
    OUTPATIENT: (0.18, 0.20, 0.25, 0.27, 0.32, 0.38, 0.50, 0.55, 0.45),
    EMERGENCY: (0.15, 0.15, 0.12, 0.10, 0.09, 0.09, 0.11, 0.18, 0.25),
}
_DRUG_RATES = (0.14, 0.21, 0.25, 0.32, 0.47, 0.68, 1.0, 1.35, 1.5)
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
        cells = draw_cells(expected_events(rates, people, lives) * own[:, None], rng=rng)
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
    cells = draw_cells(expected_events(_DRUG_RATES, people, lives) * own[:, None], rng=rng)
    person, day = draw_event_days(cells, lives, rng=rng)
    pick = person * _DRUGS_PER_PERSON + rng.integers(0, _DRUGS_PER_PERSON, cells.size, dtype=np.int8)
    return Rows(person, day, own_drugs[(lives.age.ravel()[cells] >= 40).astype(np.int64), pick])


def expected_events(rates: tuple[float, ...], people: People, lives: Lives) -> Floats:
    """Return expected events per person and quarter, from rates per year at the ages of `diseases.AGES`."""
    return expected_rates(rate_table(AGES, rates), people, lives)


def _by_age(weights: list[tuple[float, ...]], cells: Ints, lives: Lives, *, rng: np.random.Generator) -> Ints:
    """Draw positions by one list of weights before the age of 40 and by another from then on."""
    young, old = (draw_categories(w, cells.size, rng=rng) for w in weights)
    return np.where(lives.age.ravel()[cells] < 40, young, old)
