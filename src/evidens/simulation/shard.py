"""One shard of the world: its people's lives, what is recorded of them, and the truth about them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.simulation import true_risk, truth
from evidens.simulation.arrays import Flags
from evidens.simulation.background import draw_comorbidity
from evidens.simulation.causes import describe_causes
from evidens.simulation.coded import show_outcomes
from evidens.simulation.coding import add_false_codings
from evidens.simulation.contacts import describe_hospital
from evidens.simulation.diseases import DISEASES
from evidens.simulation.dispensings import describe_dispensings
from evidens.simulation.drawn import Drawn
from evidens.simulation.households import describe_households, draw_households
from evidens.simulation.lives import Lives, draw_lives
from evidens.simulation.number_changes import describe_number_changes
from evidens.simulation.onset import draw_course, emigration_factor
from evidens.simulation.people import ANCESTRIES, COUNTRIES, People, draw_people
from evidens.simulation.quarters import Calendar
from evidens.simulation.results import describe_results
from evidens.simulation.services import describe_services
from evidens.simulation.signals import draw_signals
from evidens.simulation.socioeconomics import describe_socioeconomics
from evidens.simulation.spells import describe_deaths, describe_migrations, describe_residence
from evidens.simulation.tumours import describe_tumours
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
    households : polars.DataFrame
        pnr, family_number, moved_family_number (after a move to another region), childhood_family, mother, father,
        partner (null where none is known), civil_status ('unmarried', 'married', 'divorced', 'widowed'; as an adult).
    number_changes : polars.DataFrame
        pnr_old, pnr, valid_from; pnr is the one that every other table has.
    causes : polars.DataFrame
        pnr, died_on, underlying, contributing (ICD-10 without the Danish prefix; the latter may be null).
    socioeconomics : polars.DataFrame
        pnr, year, age (reached in the year), education_code, education_source, income (equivalised, DKK),
        labour_code; who lives in the country on 31 December.
    contacts : polars.DataFrame
        contact_number (Int64, unique in the world), pnr, kind ('inpatient', 'outpatient', 'emergency'),
        start_at, end_at (null: not over at the end of coverage), is_acute, region, hospital, specialty,
        is_psychiatric, course_number (the first contact_number of the course), reported_at. An outpatient contact
        is a course of visits.
    diagnoses : polars.DataFrame
        contact_number, code (ICD-10 without the Danish prefix), kind ('A' action, 'B' secondary, 'H'
        referral, '+' additional), parent (the code that an additional code belongs to).
    visits : polars.DataFrame
        contact_number, visit_number (from 1), start_at, end_at, reported_at: of outpatient contacts, one at least
        each; the first starts with the contact.
    procedures : polars.DataFrame
        contact_number and visit_number (0: at no visit; both null for what belongs to a course only),
        course_number, code (SKS), is_surgery, parent (the code that an additional code belongs to), start_at, end_at.
    dispensings : polars.DataFrame
        pnr, dispensed_on, atc, item, n_packs, pack_size, daily_doses (per pack), indication, is_correction
        (takes back the row before; its n_packs are negative).
    results : polars.DataFrame
        pnr, sampled_on, minute (of the day), analysis, value (null for words), operator ('<', '>'), word,
        decimals, unit, laboratory, interval_low, interval_high (limits of the reference interval, as text).
    services : polars.DataFrame
        pnr, served_on, billed_on (Monday of the week of billing), specialty (two digits and four of the service),
        n_services, for_child, practice.
    tumours : polars.DataFrame
        pnr, tumour_number (of the person, from 1), diagnosed_on, icd10, morphology, topography, t, n, m.
    truth_persons, truth_risk : polars.DataFrame
        See `contract`.

    Notes
    -----
    Codes and names of which there are few are held as one byte or two (Enum) in results, dispensings, services and
    socioeconomics: cast them to text before they meet text, and before they become numbers.
    """

    number: int
    persons: pl.DataFrame
    residence: pl.DataFrame
    deaths: pl.DataFrame
    migrations: pl.DataFrame
    households: pl.DataFrame
    number_changes: pl.DataFrame
    causes: pl.DataFrame
    socioeconomics: pl.DataFrame
    contacts: pl.DataFrame
    diagnoses: pl.DataFrame
    visits: pl.DataFrame
    procedures: pl.DataFrame
    dispensings: pl.DataFrame
    results: pl.DataFrame
    services: pl.DataFrame
    tumours: pl.DataFrame
    truth_persons: pl.DataFrame
    truth_risk: pl.DataFrame


def simulate_shard(world: WorldSettings, shard: int) -> Shard:
    """Simulate one shard.

    Parameters
    ----------
    world : WorldSettings
    shard : int
        0 to `world.n_shards - 1`; `world.n_shards` is that of the golden people, where the world has them. The
        result depends on nothing but world and shard.

    Returns
    -------
    Shard
    """
    if world.golden_persons and shard == world.n_shards:
        from evidens.simulation.golden import golden_shard

        return golden_shard(world)
    calendar = Calendar.between(world.start_on, world.end_on)
    people = draw_people(world, calendar, shard)
    courses = {disease.outcome: draw_course(disease, people, world, calendar, shard) for disease in DISEASES}
    lives = draw_lives(people, world, calendar, shard, emigration_factor(courses, world))
    is_covered = covered_quarters(lives, world, calendar)
    signals = {}
    for disease in DISEASES:
        course = add_false_codings(courses[disease.outcome], disease, lives, world, calendar, shard)
        courses[disease.outcome] = course
        signals[disease.outcome] = draw_signals(disease, people, lives, course, is_covered, world, calendar, shard)
    comorbidity = draw_comorbidity(people, seed=world.seed, shard=shard)
    drawn = Drawn(people, lives, courses, signals, comorbidity, is_covered, calendar, world, shard)
    shown = show_outcomes(drawn)
    pnr = pl.Series("pnr", people.number).cast(pl.String)
    households = draw_households(people, lives, world, shard)
    hospital = describe_hospital(pnr, drawn)
    return Shard(
        number=shard,
        persons=_describe_persons(pnr, people),
        residence=describe_residence(pnr, people, lives, world),
        deaths=describe_deaths(pnr, lives, world),
        migrations=describe_migrations(pnr, people, lives, world),
        households=describe_households(pnr, households, shard),
        number_changes=describe_number_changes(pnr, people, lives, world, shard),
        causes=describe_causes(pnr, people, lives, courses, world, shard),
        socioeconomics=describe_socioeconomics(pnr, people, lives, households, world, shard),
        contacts=hospital.contacts,
        diagnoses=hospital.diagnoses,
        visits=hospital.visits,
        procedures=hospital.procedures,
        dispensings=describe_dispensings(pnr, drawn),
        results=describe_results(pnr, drawn),
        services=describe_services(pnr, drawn),
        tumours=describe_tumours(pnr, drawn),
        truth_persons=truth.describe_persons(pnr, drawn, shown),
        truth_risk=true_risk.describe_risk(pnr, drawn, shown),
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
