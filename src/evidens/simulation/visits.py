"""Outpatient courses and their visits.

An outpatient contact is a course: it starts with its first visit and ends with its last. How many visits follow
the first, and when, does not depend on anyone's disease given the contact and its code, so that the first visit
carries all that a contact tells. Contacts for diabetes and cancer have one visit each: what follows such a
diagnosis is drawn contact by contact already, and no visit may move the day of an outcome.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Ints
from evidens.simulation.background import OUTPATIENT
from evidens.simulation.pools import DIAGNOSES

MOST_VISITS = 40
MINUTES_PER_DAY = 1_440
_LAST_SHARE = 0.33  # of visits after which a course is over: three visits on average, before death and departure
_LEAST_GAP, _MEAN_FURTHER_GAP = 14, 50.0  # days between visits
_REPORTING_DAYS = 14.0
# Seen once, or their visits are contacts of their own already: cancer, diabetes, chemotherapy, observation, after-care.
_SINGLE = ("C", "D37", "E1", "Z")


@dataclass(frozen=True)
class Visits:
    """Visits as arrays of one length, ascending by contact and time; in minutes since 1970-01-01.

    Parameters
    ----------
    contact : int64 array
        Position of the contact.
    number : int64 array
        From 1; the first starts with the contact.
    begins, ends, reported : int64 arrays
    is_open : bool array
        Of the contacts: whether the course goes on after the end of coverage.
    """

    contact: Ints
    number: Ints
    begins: Ints
    ends: Ints
    reported: Ints
    is_open: Flags


def draw_visits(
    kind: Ints, code: Ints, begins: Ints, ends: Ints, reported: Ints, *,
    last_day: Ints, end_day: int, seed: int, shard: int,
) -> Visits:  # fmt: skip
    """Draw the visits of every outpatient contact.

    Parameters
    ----------
    kind, code : int arrays of length n
        Kind of contact, and position in DIAGNOSES.
    begins, ends, reported : int64 arrays of length n
        Of the first visit, in minutes since 1970-01-01.
    last_day : int array of length n
        Last day on which the person is alive and there, in days since 1970-01-01.
    end_day : int
        Last day of coverage.
    seed, shard : int

    Returns
    -------
    Visits
        A course ends early where the person dies or leaves.
    """
    rng = stream(seed, "simulation", "visits", shard)
    is_single = np.array([name.startswith(_SINGLE) for name in DIAGNOSES])
    course = np.flatnonzero(kind == OUTPATIENT)
    n_visits = np.minimum(rng.geometric(_LAST_SHARE, course.size), MOST_VISITS)
    n_visits[is_single[code[course]]] = 1
    contact = np.repeat(course, n_visits)
    first = np.cumsum(n_visits) - n_visits
    number = np.arange(contact.size) - np.repeat(first, n_visits) + 1
    gap = _LEAST_GAP + rng.exponential(_MEAN_FURTHER_GAP, contact.size).astype(np.int64)
    gap[first] = 0
    passed = np.cumsum(gap)
    day = begins[contact] // MINUTES_PER_DAY + passed - np.repeat(passed[first], n_visits)
    minute, length = rng.integers(480, 930, contact.size), rng.integers(15, 51, contact.size)
    starts = np.where(number == 1, begins[contact], day * MINUTES_PER_DAY + minute)
    stops = np.where(number == 1, ends[contact], starts + length)
    delay = (rng.exponential(_REPORTING_DAYS, contact.size) * MINUTES_PER_DAY).astype(np.int64) + MINUTES_PER_DAY
    told = np.where(number == 1, reported[contact], stops + delay)
    is_there = (day <= last_day[contact]) | (number == 1)
    is_open = np.zeros(kind.size, dtype=bool)
    is_open[contact[is_there & (day > end_day)]] = True
    kept = is_there & (day <= end_day)
    return Visits(contact[kept], number[kept], starts[kept], stops[kept], told[kept], is_open)


def keep_visits(visits: Visits, kept: Flags) -> Visits:
    """Leave out visits; whether a course is open does not change."""
    return Visits(visits.contact[kept], visits.number[kept], visits.begins[kept], visits.ends[kept],
                  visits.reported[kept], visits.is_open)  # fmt: skip


def course_ends(visits: Visits, ends: Ints) -> Ints:
    """Return the end of each contact: of its last visit where it has visits, else the given one."""
    ends = ends.copy()
    ends[visits.contact] = visits.ends  # ascending: the last one stays
    return ends


def number_courses(person: Ints, day: Ints, code: Ints, number: Ints, *, is_alone: Flags) -> Ints:
    """Return the course that each contact belongs to, as the number of its first contact.

    Parameters
    ----------
    person, day, code, number : int arrays of one length
        Of contacts, ascending by person and day.
    is_alone : bool array
        Contacts that are a course of their own.

    Returns
    -------
    int64 array
        Contacts of one person for one reason follow each other within a year in one course.
    """
    order = np.lexsort((code, person))
    goes_on = np.zeros(person.size, dtype=bool)
    same = (np.diff(person[order]) == 0) & (np.diff(code[order]) == 0) & (np.diff(day[order]) <= 365)
    goes_on[1:] = same & ~is_alone[order][1:] & ~is_alone[order][:-1]
    first = np.maximum.accumulate(np.where(goes_on, 0, np.arange(person.size)))
    courses = np.empty(person.size, dtype=np.int64)
    courses[order] = number[order][first]
    return courses


def describe_visits(number: Ints, visits: Visits) -> pl.DataFrame:
    """Return the table of visits, see `shard.Shard`."""
    return pl.DataFrame({
        "contact_number": number[visits.contact],
        "visit_number": visits.number,
        "start_at": as_times(visits.begins),
        "end_at": as_times(visits.ends),
        "reported_at": as_times(visits.reported),
    })  # fmt: skip


def as_times(minutes: Ints) -> pl.Series:
    """Minutes since 1970-01-01 as timestamps in microseconds."""
    return pl.Series(minutes * 60_000_000).cast(pl.Datetime("us"))
