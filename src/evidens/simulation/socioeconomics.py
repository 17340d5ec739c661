"""Education, income and position on the labour market, a row per resident and year.

Gradients by age, birth cohort and origin are assumptions of the simulation, chosen to be of the size that registers
show; nothing here depends on disease, so that these tables say nothing beyond age, sex and origin about who is ill.
Education codes other than 4112 are made up; what they stand for says `registers/udda/levels.csv`.
"""

import datetime as dt

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.drawn import as_enum
from evidens.simulation.households import Households
from evidens.simulation.lives import Lives
from evidens.simulation.people import IMMIGRANT, People
from evidens.simulation.quarters import day_number
from evidens.simulation.world import WorldSettings

EDUCATION_CODES = ("0981", "9820", "4112", "9831", "9850", "9860", "9870")
_PRIMARY, _GENERAL, _VOCATIONAL, _HIGHER = 0, 1, (2, 3), (4, 5, 6)
EDUCATION_SOURCES = ("2", "9", "10", "18")  # the last three: imputed, for people educated abroad
LABOUR_CODES = ("110", "131", "132", "133", "134", "139", "210", "220", "310", "321", "322", "323", "330", "410", "420")
_COHORTS = np.array([1920, 1940, 1960, 1980, 2000])
_LOW_SHARES = np.array([0.62, 0.42, 0.27, 0.17, 0.15])
_HIGH_SHARES = np.array([0.08, 0.17, 0.27, 0.38, 0.42])
_LOW_BY_ORIGIN, _HIGH_BY_ORIGIN = np.array([0.0, -0.02, 0.12]), np.array([0.0, 0.05, -0.06])
_INCOME_2013, _GROWTH = 220_000.0, 1.023  # DKK a year, equivalised
_INCOME_AGES = np.array([18, 25, 35, 50, 60, 67, 80])
_INCOME_BY_AGE = np.array([-0.5, -0.15, 0.05, 0.2, 0.2, -0.1, -0.2])
_NOT_EMPLOYED = ((0.25, "210"), (0.45, "220"), (0.75, "321"), (0.95, "330"), (1.0, "410"))


def describe_socioeconomics(
    pnr: pl.Series, people: People, lives: Lives, households: Households, world: WorldSettings, shard: int
) -> pl.DataFrame:
    """Return the table of education, income and labour of everyone resident on 31 December, see `shard.Shard`.

    Returns
    -------
    polars.DataFrame
        education_code and education_source are null below 15 years and where the education is not known.
        Sorted by pnr, then year.
    """
    rng = stream(world.seed, "simulation", "socioeconomics", shard)
    years = np.arange(world.start_on.year, world.end_on.year)
    last_days = [day_number(dt.date(int(year), 12, 31)) for year in years]
    born_year = people.born_day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    age = years - born_year[:, None]
    is_there = np.stack([lives.is_resident(people, day) for day in last_days], axis=1)
    level = _draw_levels(people, born_year, rng=rng)
    code, source = _draw_education(people, level, age, rng=rng)
    income = _draw_income(people, households, level, age, years, is_there, rng=rng)
    labour = _draw_labour(people, level, age, rng=rng)
    person, year = np.nonzero(is_there)
    row = person, year
    source_of = np.where(code[row] >= 0, source[person] + 1, 0)
    return pl.DataFrame({
        "pnr": pnr.gather(person.astype(np.uint32)),
        "year": years[year].astype(np.int32),
        "age": age[row].astype(np.int16),
        "education_code": as_enum(code[row] + 1, [None, *EDUCATION_CODES]),
        "education_source": as_enum(source_of, [None, *EDUCATION_SOURCES]),
        "income": np.round(income[row]).astype(np.int64),
        "labour_code": as_enum(labour[row], LABOUR_CODES),
    })  # fmt: skip


def _draw_levels(people: People, born_year: Ints, *, rng: np.random.Generator) -> Ints:
    """Draw the level that each person ends with: 0 low, 1 medium, 2 high."""
    low = np.interp(born_year, _COHORTS, _LOW_SHARES) + _LOW_BY_ORIGIN[people.origin]
    high = np.interp(born_year, _COHORTS, _HIGH_SHARES) + _HIGH_BY_ORIGIN[people.origin]
    drawn = rng.random(people.n)
    return np.where(drawn < low, 0, np.where(drawn >= 1 - high, 2, 1))


def _draw_education(people: People, level: Ints, age: Ints, *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return positions of codes per person and year, -1 where not known, and of the source per person."""
    drawn = rng.random((3, people.n))
    vocational = np.array(_VOCATIONAL)[(drawn[0] * len(_VOCATIONAL)).astype(np.int64)]
    higher = np.array(_HIGHER)[(drawn[0] * len(_HIGHER)).astype(np.int64)]
    final = np.choose(level, [np.full(people.n, _PRIMARY), vocational, higher])[:, None]
    under_way = np.where(level == 2, _GENERAL, np.where(level == 1, vocational, _PRIMARY))[:, None]
    code = np.where(age < 20, _PRIMARY, np.where(age < 25, under_way, final))
    abroad = (people.ancestry == 1) & ((people.entry != IMMIGRANT) | (_age_at_entry(people) > 16))
    is_missing = drawn[1] < np.where(abroad, 0.2, 0.015)
    code = np.where((age < 15) | is_missing[:, None], -1, code)
    is_imputed = abroad & (drawn[2] < 0.4)
    source = np.where(is_imputed, 1 + (drawn[2] / 0.4 * 3).astype(np.int64), 0)
    return code, np.minimum(source, len(EDUCATION_SOURCES) - 1)


def _age_at_entry(people: People) -> Floats:
    return (people.entry_day - people.born_day) / 365.25


def _draw_income(
    people: People, households: Households, level: Ints, age: Ints, years: Ints, is_there: Flags,
    *, rng: np.random.Generator,
) -> Floats:  # fmt: skip
    """Return the equivalised income of each person's family per year: the mean over its adults."""
    own = 0.35 * rng.standard_normal(people.n) + np.array([0.0, 0.12, 0.35])[level]
    own += np.array([0.0, -0.05, -0.30])[people.origin]
    log = own[:, None] + np.interp(age, _INCOME_AGES, _INCOME_BY_AGE)
    log += 0.12 * rng.standard_normal(age.shape, dtype=np.float32)
    income = _INCOME_2013 * _GROWTH ** (years - 2013) * np.exp(log)
    is_child = (age < 18) & (households.mother >= 0)[:, None]
    family = np.where(is_child, households.head[households.mother][:, None], households.head[:, None])
    cell = family * years.size + np.arange(years.size)
    earns = is_there & (age >= 18)
    total = np.bincount(cell[earns], income[earns], minlength=age.size)
    count = np.bincount(cell[earns], minlength=age.size)
    return np.where(count[cell] > 0, total[cell] / np.maximum(count[cell], 1), income)


def _draw_labour(people: People, level: Ints, age: Ints, *, rng: np.random.Generator) -> Ints:
    """Return the position of each person's class on the labour market per year."""
    place = {code: i for i, code in enumerate(LABOUR_CODES)}
    standing = 0.8 * rng.standard_normal(people.n) + np.array([-0.25, 0.0, 0.2])[level]
    standing += np.array([0.0, -0.15, -0.5])[people.origin]
    studies, leaves, kind = rng.random((3, people.n))
    yearly = standing[:, None] + 0.6 * rng.standard_normal(age.shape, dtype=np.float32)
    job = np.choose(level, [place["134"], place["133"], place["132"]])
    job = np.where(kind < 0.08, place["110"], np.where((kind > 0.9) & (level == 2), place["131"], job))
    job = np.where(kind > 0.97, place["139"], job)
    limits = np.array([limit for limit, _ in _NOT_EMPLOYED])
    idle = np.array([place[code] for _, code in _NOT_EMPLOYED])[np.searchsorted(limits, kind, side="right")]
    labour = np.where(yearly > -0.75, job[:, None], idle[:, None])
    labour = np.where((labour == place["321"]) & (age < 30), place["330"], labour)
    retires = (age >= 60) & (leaves[:, None] < np.interp(age, [60, 63, 67], [0.15, 0.45, 0.5]))
    labour = np.where(retires, place["323"], labour)
    labour = np.where((age >= 67) & ~((yearly > 1.3) & (age < 75)), place["322"], labour)
    is_student = (age < 30) & (studies[:, None] < np.interp(age, [16, 19, 24, 30], [0.85, 0.6, 0.35, 0.0]))
    return np.where(age < 16, place["420"], np.where(is_student, place["310"], labour))
