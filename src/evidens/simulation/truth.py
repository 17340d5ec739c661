"""What only a simulated world knows: who is ill and since when, and everyone's true risk."""

import datetime as dt

import numpy as np
import polars as pl

from evidens.simulation.arrays import Flags, Ints
from evidens.simulation.diseases import DISEASES, Disease
from evidens.simulation.lives import NEVER, Lives
from evidens.simulation.onset import Course
from evidens.simulation.oracle import risk_given_latents, risk_given_record
from evidens.simulation.people import People
from evidens.simulation.quarters import Calendar, day_number, first_days
from evidens.simulation.signals import Signals
from evidens.simulation.world import WorldSettings

ADULT_FROM = 18


def describe_persons(
    pnr: pl.Series, people: People, lives: Lives, courses: dict[str, Course], world: WorldSettings, calendar: Calendar
) -> pl.DataFrame:
    """Return latent class, onset and diagnosis of everyone, see `contract.TruthPerson`."""
    end_day = day_number(world.end_on)
    parts = []
    for outcome, course in courses.items():
        onset = first_days(calendar.first + np.minimum(course.onset_quarter, calendar.n_quarters))
        early = first_days(calendar.first + np.minimum(course.diagnosis_quarter, 0)) + 1
        diagnosed = np.where(course.diagnosis_quarter < 0, early, course.diagnosis_day)
        parts.append(
            pl.DataFrame({
                "pnr": pnr,
                "outcome": np.full(people.n, outcome),
                "latent_class": course.frailty_class.astype(np.int8),
                "onset_on": _dates(onset, onset <= np.minimum(end_day, lives.death_day)),
                "diagnosed_on": _dates(diagnosed, diagnosed <= np.minimum(end_day, lives.death_day)),
            })
        )  # fmt: skip
    return pl.concat(parts)


def describe_risk(
    pnr: pl.Series, people: People, lives: Lives, courses: dict[str, Course], signals: dict[str, Signals],
    world: WorldSettings, calendar: Calendar,
) -> pl.DataFrame:  # fmt: skip
    """Return true risks of all adults at risk on 1 January of the index years, see `contract.TruthRisk`."""
    parts = []
    for disease in DISEASES:
        course = courses[disease.outcome]
        for year in world.index_years:
            index = calendar.position(dt.date(year, 1, 1))
            rows = find_at_risk(people, lives, course, index, dt.date(year, 1, 1))
            parts.append(
                pl.DataFrame({
                    "pnr": pnr.gather(rows),
                    "outcome": np.full(rows.size, disease.outcome),
                    "index_on": pl.repeat(dt.date(year, 1, 1), rows.size, dtype=pl.Date, eager=True),
                    "risk_latent": risk_given_latents(disease, people, course, rows, index, world, calendar),
                    "risk_true": risk_given_record(
                        disease, people, course, signals[disease.outcome], rows, index, world, calendar
                    ),
                    "is_event": is_event(disease, lives, course, rows, index),
                })
            )  # fmt: skip
    return pl.concat(parts)


def find_at_risk(people: People, lives: Lives, course: Course, index: int, index_on: dt.date) -> Ints:
    """Positions of adults who are alive, resident and not diagnosed at the index."""
    is_adult = people.born_day <= day_number(index_on.replace(year=index_on.year - ADULT_FROM))
    is_resident = lives.is_resident(people, day_number(index_on))
    return np.flatnonzero(is_adult & is_resident & (course.diagnosis_quarter >= index))


def is_event(disease: Disease, lives: Lives, course: Course, rows: Ints, index: int) -> Flags:
    """Whether the diagnosis comes within the horizon and no later than death, emigrated or not."""
    in_horizon = course.diagnosis_quarter[rows] < index + disease.horizon_quarters
    return in_horizon & (course.diagnosis_day[rows] <= lives.death_day[rows])


def _dates(days: Ints, is_known: Flags) -> pl.Series:
    """Days since 1970-01-01 as dates, null where not known."""
    series = pl.Series(np.where(is_known & (days < NEVER), days, 0).astype(np.int32)).cast(pl.Date)
    return pl.select(pl.when(pl.Series(is_known)).then(series)).to_series()
