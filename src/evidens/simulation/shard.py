"""One shard of the world: its people's lives, what is recorded of them, and the truth about them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.simulation import truth
from evidens.simulation.arrays import Flags
from evidens.simulation.background import draw_comorbidity
from evidens.simulation.contacts import describe_contacts
from evidens.simulation.diseases import DISEASES
from evidens.simulation.dispensings import describe_dispensings
from evidens.simulation.drawn import Drawn
from evidens.simulation.lives import Lives, draw_lives
from evidens.simulation.onset import draw_course
from evidens.simulation.people import ANCESTRIES, COUNTRIES, People, draw_people
from evidens.simulation.quarters import Calendar
from evidens.simulation.results import describe_results
from evidens.simulation.signals import draw_signals
from evidens.simulation.spells import describe_deaths, describe_migrations, describe_residence
from evidens.simulation.world import ORIGINS, REGIONS, WorldSettings


@dataclass(frozen=True)
class Shard:
    """The tables of one shard, in neutral English; rows are sorted by person number, then time.

    Parameters
    ----------
    number : int
        Which shard.
    persons : polars.DataFrame
        pnr, sex ('female', 'male'), born_on, origin, ancestry ('danish', 'immigrant', 'descendant'), country
        (ISO 3166).
    residence : polars.DataFrame
        pnr, region, municipality, from_on, to_on (first day no longer there; null while it lasts).
    deaths : polars.DataFrame
        pnr, died_on; deaths abroad are not known.
    migrations : polars.DataFrame
        pnr, moved_on, direction ('in', 'out'), country.
    contacts : polars.DataFrame
        contact_number (Int64, unique in the world), pnr, kind ('inpatient', 'outpatient', 'emergency'),
        start_at, end_at (null: not over at the end of coverage), is_acute, region, hospital, reported_at.
    diagnoses : polars.DataFrame
        contact_number, code (ICD-10 without the Danish prefix), kind ('A' action, 'B' secondary, 'H'
        referral, '+' additional), parent (the code that an additional code belongs to).
    dispensings : polars.DataFrame
        pnr, dispensed_on, atc, item, n_packs, pack_size, daily_doses (per pack), indication.
    results : polars.DataFrame
        pnr, sampled_on, minute (of the day), analysis, value (null for words), operator ('<', '>'), word,
        decimals, unit, laboratory.
    truth_persons, truth_risk : polars.DataFrame
        See `contract`.
    """

    number: int
    persons: pl.DataFrame
    residence: pl.DataFrame
    deaths: pl.DataFrame
    migrations: pl.DataFrame
    contacts: pl.DataFrame
    diagnoses: pl.DataFrame
    dispensings: pl.DataFrame
    results: pl.DataFrame
    truth_persons: pl.DataFrame
    truth_risk: pl.DataFrame


def simulate_shard(world: WorldSettings, shard: int) -> Shard:
    """Simulate one shard.

    Parameters
    ----------
    world : WorldSettings
    shard : int
        0 to `world.n_shards - 1`. The result depends on nothing but world and shard.

    Returns
    -------
    Shard
    """
    calendar = Calendar.between(world.start_on, world.end_on)
    people = draw_people(world, calendar, shard)
    lives = draw_lives(people, world, calendar, shard)
    is_covered = covered_quarters(lives, world, calendar)
    courses, signals = {}, {}
    for disease in DISEASES:
        course = draw_course(disease, people, world, calendar, shard)
        courses[disease.outcome] = course
        signals[disease.outcome] = draw_signals(
            disease, people, lives, course, is_covered, seed=world.seed, shard=shard, signal=world.effects.signal
        )
    comorbidity = draw_comorbidity(people, seed=world.seed, shard=shard)
    drawn = Drawn(people, lives, courses, signals, comorbidity, is_covered, calendar, world, shard)
    pnr = pl.Series("pnr", people.number).cast(pl.String)
    contacts, diagnoses = describe_contacts(pnr, drawn)
    return Shard(
        number=shard,
        persons=_describe_persons(pnr, people),
        residence=describe_residence(pnr, people, lives, world),
        deaths=describe_deaths(pnr, lives, world),
        migrations=describe_migrations(pnr, people, lives, world),
        contacts=contacts,
        diagnoses=diagnoses,
        dispensings=describe_dispensings(pnr, drawn),
        results=describe_results(pnr, drawn),
        truth_persons=truth.describe_persons(pnr, people, lives, courses, world, calendar),
        truth_risk=truth.describe_risk(pnr, people, lives, courses, signals, world, calendar),
    )


def covered_quarters(lives: Lives, world: WorldSettings, calendar: Calendar) -> Flags:
    """Whether the laboratory register covers the region where each person lives in each quarter."""
    from_quarter = np.array([calendar.position(world.laboratory_from_on[region]) for region in REGIONS])
    return np.arange(calendar.n_quarters) >= from_quarter[lives.region]


def _describe_persons(pnr: pl.Series, people: People) -> pl.DataFrame:
    return pl.DataFrame({
        "pnr": pnr,
        "sex": pl.Series(["female", "male"]).gather(people.is_male.astype(np.uint32)),
        "born_on": pl.Series(people.born_day).cast(pl.Date),
        "origin": pl.Series(list(ORIGINS)).gather(people.origin),
        "ancestry": pl.Series(list(ANCESTRIES)).gather(people.ancestry),
        "country": pl.Series(list(COUNTRIES)).gather(people.country),
    })  # fmt: skip
