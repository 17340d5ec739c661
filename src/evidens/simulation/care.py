"""What follows a diagnosis: the contact that codes it, treatment, follow-up.

None of it comes before the day of the diagnosis, unless the world leaks; no risk of a diagnosis is read from it.
Where a person is abroad on that day, the record starts some days after the return. It is drawn for everyone with a
diagnosis that any register shows, alive and resident or not, and kept where they are: so that one may ask what would
have been recorded of someone who left, had they stayed.
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
from evidens.simulation.quarters import day_number
from evidens.simulation.world import WorldSettings

CODED_SHARE = 0.9  # of people with type 2 diabetes whom a hospital sees and codes at once
FIRST_GAP, SECOND_GAP = (0, 15), (25, 41)  # days from the diagnosis to the first metformin, and on to the second
FALSE_GAP = 30  # days between the two contacts of a false coding of type 2 diabetes
OTHER_CODES = {"type_2_diabetes": "E149", "colorectal_cancer": "D374"}  # codes that the definitions do not know
FALSE_CODES = {"type_2_diabetes": "E119", "colorectal_cancer": "C189"}
_MOST_REFILLS = 64
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
    is_abroad = (day < NEVER) & (day >= lives.left_day) & (day < lives.returned_day)
    day = np.where(is_abroad & (lives.returned_day < NEVER), lives.returned_day + 10, day)
    return np.where((day < NEVER) & is_there(person, day, people, lives), day, NEVER).astype(np.int32)


def draw_diabetes_contacts(people: People, lives: Lives, course: Course, *, seed: int, shard: int) -> Rows:
    """Return outpatient contacts of people with type 2 diabetes: the one that codes it, and later ones.

    Notes
    -----
    Some are not seen at a hospital when they are diagnosed; only their prescriptions show the disease then.
    """
    rng = stream(seed, "simulation", "care", "diabetes contacts", shard)
    ill, day0 = _first_days(people, lives, course)
    codes = np.array([DIAGNOSES.index(code) for code in DIABETES_DIAGNOSES], dtype=np.int16)
    coded = rng.random(ill.size) < CODED_SHARE
    again = np.repeat(np.arange(ill.size), rng.poisson(2.0, ill.size))
    later = day0[again] + rng.integers(60, 4_000, again.size)
    person = np.concatenate([ill[coded], ill[again]])
    day = np.concatenate([day0[coded], later]).astype(np.int32)
    code = codes[draw_categories(tuple(DIABETES_DIAGNOSES.values()), person.size, rng=rng)]
    rows = _code_otherwise(Rows(person, day, code), course, "type_2_diabetes")
    return _keep_present(_add_false(rows, course, "type_2_diabetes", (0, FALSE_GAP)), people, lives)


def draw_refills(people: People, lives: Lives, course: Course, start_day: int, *, seed: int, shard: int) -> Rows:
    """Return dispensings: metformin for all, another drug on top for some after some years; some stop.

    Notes
    -----
    The first metformin comes within two weeks of the diagnosis, the next after about a month, then every
    three to four months: so the second qualifying event of the study's definition follows within days to
    weeks. People diagnosed before the calendar starts are under treatment from its first weeks.
    """
    rng = stream(seed, "simulation", "care", "refills", shard)
    ill, first_days = _first_days(people, lives, course, before_calendar=start_day + 1)
    gaps = rng.integers(100, 131, (ill.size, _MOST_REFILLS), dtype=np.int32)
    gaps[:, 0] = rng.integers(*FIRST_GAP, ill.size)
    gaps[:, 1] = rng.integers(*SECOND_GAP, ill.size)
    days = first_days[:, None] + np.cumsum(gaps, axis=1, dtype=np.int32)
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
    ill, day0 = _first_days(people, lives, course)
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
    surgery, visits = (_code_otherwise(rows, course, "colorectal_cancer") for rows in (surgery, visits))
    visits = _add_false(visits, course, "colorectal_cancer", (0,))
    return {INPATIENT: _keep_present(surgery, people, lives), OUTPATIENT: _keep_present(visits, people, lives)}


def draw_leaks(people: People, lives: Lives, courses: dict[str, Course], world: WorldSettings) -> Rows:
    """Return the dispensings that the world dates before the diagnosis that they follow, if it leaks at all."""
    leak = world.effects.leak
    if leak is None:
        return Rows(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int16))
    person, day = _first_days(people, lives, courses[leak.outcome])
    day = (day - leak.days_before).astype(np.int32)
    was_diagnosed = day < NEVER - leak.days_before
    kept = was_diagnosed & (day > day_number(world.start_on))
    place = [pack.atc for pack in PACKS].index(leak.atc)
    rows = Rows(person[kept], day[kept], np.full(kept.sum(), place, np.int16))
    return _keep_present(rows, people, lives)


def _first_days(people: People, lives: Lives, course: Course, before_calendar: int | None = None) -> tuple[Ints, Ints]:
    """Return who has a diagnosis that is recorded, and the day on which it can enter a register, or NEVER.

    Parameters
    ----------
    before_calendar : int, optional
        The day for those diagnosed before the calendar, who are left out without it.
    """
    recorded = course.recorded
    first_day, has_one = first_recorded_day(people, lives, recorded), recorded.diagnosis_day < NEVER
    if before_calendar is not None:
        is_early = recorded.diagnosis_quarter < 0
        first_day, has_one = np.where(is_early, before_calendar, first_day), has_one | is_early
    ill = np.flatnonzero(has_one).astype(np.int32)
    return ill, first_day[ill].astype(np.int32)


def _code_otherwise(rows: Rows, course: Course, outcome: str) -> Rows:
    """Give contacts of people who are coded otherwise by then the other code; treatment codes stay."""
    change = (rows.day >= course.otherwise_from[rows.person]) & (rows.what != DIAGNOSES.index("Z511"))
    other = np.int16(DIAGNOSES.index(OTHER_CODES[outcome]))
    return Rows(rows.person, rows.day, np.where(change, other, rows.what)) if change.any() else rows


def _add_false(rows: Rows, course: Course, outcome: str, gaps: tuple[int, ...]) -> Rows:
    """Add the contacts that code the disease in people whose code has no disease behind it."""
    who = np.flatnonzero(course.false_day < NEVER).astype(np.int32)
    if not who.size:
        return rows
    days = [course.false_day[who].astype(np.int32) + np.int32(gap) for gap in gaps]
    place = np.full(who.size * len(gaps), DIAGNOSES.index(FALSE_CODES[outcome]), np.int16)
    return Rows(
        np.concatenate([rows.person, *(who for _ in gaps)]),
        np.concatenate([rows.day, *days]).astype(np.int32),
        np.concatenate([rows.what, place]),
    )


def _keep_present(rows: Rows, people: People, lives: Lives) -> Rows:
    """Keep what falls on days on which the person is alive and resident."""
    kept = (rows.day < NEVER) & is_there(rows.person, rows.day, people, lives)
    return Rows(rows.person[kept], rows.day[kept], rows.what[kept])
