"""What follows a diagnosis: the contact that codes it, treatment, follow-up.

None of it comes before the day of the diagnosis, and nothing of it is read by the oracle. Where a person is
abroad on that day, the record starts some days after the return.
"""

import numpy as np

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Ints
from evidens.simulation.background import INPATIENT, OUTPATIENT, Rows
from evidens.simulation.lives import NEVER, Lives
from evidens.simulation.onset import Course
from evidens.simulation.people import People
from evidens.simulation.pools import CANCER_DIAGNOSES, DIABETES_DIAGNOSES, DIAGNOSES, PACKS
from evidens.simulation.processes import draw_categories

_MOST_REFILLS = 64
_CODED_SHARE = 0.9  # of people with type 2 diabetes whom a hospital sees and codes at once
_PERSISTENT_SHARE = 0.8
_ADDED_DRUG_SHARE = 0.25


def is_there(person: Ints, day: Ints, people: People, lives: Lives) -> Flags:
    """Whether each person is alive and resident through each day."""
    is_first_stay = (day >= people.entry_day[person]) & (day < lives.left_day[person])
    return (is_first_stay | (day >= lives.returned_day[person])) & (day <= lives.death_day[person])


def first_recorded_day(people: People, lives: Lives, course: Course) -> Ints:
    """Day on which the diagnosis can enter a Danish register; NEVER for those who are never diagnosed there."""
    day = course.diagnosis_day.copy()
    person = np.arange(people.n, dtype=np.int32)
    is_abroad = (day < NEVER) & ~is_there(person, day, people, lives) & (day >= lives.left_day)
    day = np.where(is_abroad & (lives.returned_day < NEVER), lives.returned_day + 10, day)
    return np.where((day < NEVER) & is_there(person, day, people, lives), day, NEVER).astype(np.int32)


def draw_diabetes_contacts(people: People, lives: Lives, course: Course, *, seed: int, shard: int) -> Rows:
    """Return outpatient contacts of people with type 2 diabetes: the one that codes it, and later ones.

    Notes
    -----
    Some are not seen at a hospital when they are diagnosed; only their prescriptions show the disease then.
    """
    rng = stream(seed, "simulation", "care", "diabetes contacts", shard)
    first_day = first_recorded_day(people, lives, course)
    ill = np.flatnonzero(first_day < NEVER).astype(np.int32)
    day0 = first_day[ill].astype(np.int32)
    codes = np.array([DIAGNOSES.index(code) for code in DIABETES_DIAGNOSES], dtype=np.int16)
    coded = rng.random(ill.size) < _CODED_SHARE
    again = np.repeat(np.arange(ill.size), rng.poisson(2.0, ill.size))
    later = day0[again] + rng.integers(60, 4_000, again.size)
    person = np.concatenate([ill[coded], ill[again]])
    day = np.concatenate([day0[coded], later]).astype(np.int32)
    code = codes[draw_categories(tuple(DIABETES_DIAGNOSES.values()), person.size, rng=rng)]
    return _keep_present(Rows(person, day, code), people, lives)


def draw_refills(people: People, lives: Lives, course: Course, start_day: int, *, seed: int, shard: int) -> Rows:
    """Return dispensings: metformin for all, another drug on top for some after some years; some stop.

    Notes
    -----
    The first metformin comes within two weeks of the diagnosis, the next after about a month, then every
    three to four months: so the second qualifying event of the study's definition follows within days to
    weeks. People diagnosed before the calendar starts are under treatment from its first weeks.
    """
    rng = stream(seed, "simulation", "care", "refills", shard)
    first_day = first_recorded_day(people, lives, course)
    first_day = np.where(course.diagnosis_quarter < 0, start_day + 1, first_day)
    ill = np.flatnonzero(first_day < NEVER).astype(np.int32)
    gaps = rng.integers(100, 131, (ill.size, _MOST_REFILLS), dtype=np.int32)
    gaps[:, 0] = rng.integers(0, 15, ill.size)
    gaps[:, 1] = rng.integers(25, 41, ill.size)
    days = first_day[ill].astype(np.int32)[:, None] + np.cumsum(gaps, axis=1, dtype=np.int32)
    stops = np.where(rng.random(ill.size) < _PERSISTENT_SHARE, _MOST_REFILLS, rng.integers(3, 30, ill.size))
    is_bought = np.arange(_MOST_REFILLS) < stops[:, None]
    is_added = is_bought & (rng.random(ill.size) < _ADDED_DRUG_SHARE)[:, None] & (np.arange(_MOST_REFILLS) >= 10)
    drugs = [pack.atc for pack in PACKS]
    added = np.where(rng.random(ill.size) < 0.5, drugs.index("A10BK03"), drugs.index("A10BJ06"))
    (who, which), (who2, which2) = np.nonzero(is_bought), np.nonzero(is_added)
    rows = Rows(
        np.concatenate([ill[who], ill[who2]]),
        np.concatenate([days[who, which], days[who2, which2] + 3]),
        np.concatenate([np.full(who.size, drugs.index("A10BA02")), added[who2]]).astype(np.int16),
    )
    return _keep_present(rows, people, lives)


def draw_cancer_care(people: People, lives: Lives, course: Course, *, seed: int, shard: int) -> dict[int, Rows]:
    """Return contacts by kind of people with colorectal cancer: diagnosis, surgery, chemotherapy, follow-up."""
    rng = stream(seed, "simulation", "care", "colorectal_cancer", shard)
    first_day = first_recorded_day(people, lives, course)
    ill = np.flatnonzero(first_day < NEVER).astype(np.int32)
    day0 = first_day[ill].astype(np.int32)
    codes = np.array([DIAGNOSES.index(code) for code in CANCER_DIAGNOSES], dtype=np.int16)
    code = codes[draw_categories(tuple(CANCER_DIAGNOSES.values()), ill.size, rng=rng)]
    operated = rng.random(ill.size) < 0.85
    surgery = Rows(ill[operated], day0[operated] + rng.integers(10, 31, operated.sum(), dtype=np.int32), code[operated])
    treated = np.repeat(np.flatnonzero(rng.random(ill.size) < 0.2), 6)
    cycle = np.arange(treated.size, dtype=np.int32) % 6
    seen = np.repeat(np.arange(ill.size), rng.poisson(5.0, ill.size))
    visits = Rows(
        np.concatenate([ill, ill[treated], ill[seen]]),
        np.concatenate([day0, day0[treated] + 50 + 21 * cycle, day0[seen] + rng.integers(14, 1_100, seen.size)])
        .astype(np.int32),
        np.concatenate([code, np.full(treated.size, DIAGNOSES.index("Z511")), code[seen]]).astype(np.int16),
    )  # fmt: skip
    return {INPATIENT: _keep_present(surgery, people, lives), OUTPATIENT: _keep_present(visits, people, lives)}


def _keep_present(rows: Rows, people: People, lives: Lives) -> Rows:
    """Keep what falls on days on which the person is alive and resident."""
    kept = is_there(rows.person, rows.day, people, lives)
    return Rows(rows.person[kept], rows.day[kept], rows.what[kept])
