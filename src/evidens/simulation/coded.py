"""What the registers show of an outcome: the day of the coded outcome, as the study's definition finds it."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from evidens.simulation import care
from evidens.simulation.arrays import Flags, Ints
from evidens.simulation.drawn import Drawn
from evidens.simulation.lives import NEVER, Lives
from evidens.simulation.onset import Course
from evidens.simulation.people import People
from evidens.simulation.pools import CANCER_DIAGNOSES, DIABETES_DIAGNOSES, DIAGNOSES, PACKS
from evidens.simulation.quarters import day_number
from evidens.simulation.world import WorldSettings

_FIRST_DRUG = "A10BA02"


@dataclass(frozen=True)
class CodedDays:
    """What the registers show of one outcome; arrays of length n, days since 1970-01-01, NEVER for what they do not.

    Parameters
    ----------
    first_day : int array
        Of the first qualifying event.
    coded_day : int array
        Of the coded outcome: the second event for type 2 diabetes, the first for colorectal cancer.
    otherwise_day : int array
        Of the first hospital contact that codes the disease with a code outside the definition.
    """

    first_day: Ints
    coded_day: Ints
    otherwise_day: Ints


class Shown(NamedTuple):
    """What the registers show of one outcome; without its false codes; and had no one ever left the country."""

    found: CodedDays
    of_disease: CodedDays
    stayed: CodedDays


def show_outcomes(drawn: Drawn) -> dict[str, Shown]:
    """Return by outcome what the registers show of it."""
    shown = {}
    for outcome, course in drawn.courses.items():
        rest = drawn.world, drawn.shard
        found = of_disease = coded_days(outcome, drawn.people, drawn.lives, course, *rest)
        if (course.false_day < NEVER).any():
            of_disease = coded_days(outcome, drawn.people, drawn.lives, without_false_codings(course), *rest)
        stayed = coded_days(outcome, drawn.people, had_they_stayed(drawn.lives), course, *rest)
        shown[outcome] = Shown(found, of_disease, stayed)
    return shown


def coded_days(
    outcome: str, people: People, lives: Lives, course: Course, world: WorldSettings, shard: int
) -> CodedDays:
    """Find the coded outcome of everyone from what `care` draws.

    Notes
    -----
    Events of one kind on one day are one event, as in `phenotypes.onset`. All years of the world are looked at,
    whichever of them are delivered.
    """
    keys = {"seed": world.seed, "shard": shard}
    if outcome == "type_2_diabetes":
        contacts = [care.draw_diabetes_contacts(people, lives, course, **keys)]
        refills = care.draw_refills(people, lives, course, day_number(world.start_on), **keys)
        drug = refills.what == [pack.atc for pack in PACKS].index(_FIRST_DRUG)
        bought, codes, place = (refills.person[drug], refills.day[drug]), DIABETES_DIAGNOSES, 1
    else:
        contacts = list(care.draw_cancer_care(people, lives, course, **keys).values())
        nothing = np.zeros(0, dtype=np.int32)
        bought, codes, place = (nothing, nothing), CANCER_DIAGNOSES, 0
    person = np.concatenate([rows.person for rows in contacts])
    day, what = np.concatenate([rows.day for rows in contacts]), np.concatenate([rows.what for rows in contacts])
    counts = np.isin(what, [DIAGNOSES.index(code) for code in codes])
    other = what == DIAGNOSES.index(care.OTHER_CODES[outcome])
    end_day = day_number(world.end_on)
    kind = np.repeat([0, 1], [counts.sum(), bought[0].size])
    events = np.concatenate([person[counts], bought[0]]), np.concatenate([day[counts], bought[1]])
    first, coded = _nth_days(*events, kind, (0, place), people.n, end_day)
    (otherwise,) = _nth_days(person[other], day[other], np.zeros(other.sum(), np.int64), (0,), people.n, end_day)
    return CodedDays(first, coded, otherwise)


def without_false_codings(course: Course) -> Course:
    """Return the course of the disease alone."""
    return replace(course, false_day=np.full_like(course.false_day, NEVER))


def had_they_stayed(lives: Lives) -> Lives:
    """Return the lives of people who never leave the country."""
    never = np.full_like(lives.left_day, NEVER)
    return replace(lives, left_day=never, returned_day=never)


def is_coded_event(shown: Shown, lives: Lives, rows: Ints, index_day: int, last_day: int) -> Flags:
    """Whether the registers show the outcome in (index, last day], had who leaves after the index stayed."""
    leaves = (lives.left_day[rows] > index_day) & (lives.left_day[rows] < NEVER)
    day = np.where(leaves, shown.stayed.coded_day[rows], shown.found.coded_day[rows])
    return (day > index_day) & (day <= last_day)


def _nth_days(person: Ints, day: Ints, kind: Ints, places: tuple[int, ...], n: int, end_day: int) -> list[Ints]:
    """Return the day of each person's event at each of `places`, counted from 0; NEVER where there is none."""
    inside = day <= end_day
    packed = person[inside].astype(np.int64) << 33 | day[inside].astype(np.int64) << 1 | kind[inside]
    packed.sort()
    packed = packed[np.diff(packed, prepend=-1) != 0]  # one kind on one day is one event
    who, when = packed >> 33, packed >> 1 & (2**32 - 1)
    first = np.searchsorted(who, np.arange(n + 1))
    found: list[Ints] = []
    for place in places:
        at = first[:-1] + place
        has_it = at < first[1:]
        day_of = np.full(n, NEVER, dtype=np.int64)
        day_of[has_it] = when[at[has_it]]
        found.append(day_of)
    return found
