"""The population against verified totals of section 2.1 of the register reference."""

import datetime as dt

import numpy as np
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation.lives import draw_lives
from evidens.simulation.marginals import arrival_shares, death_hazards
from evidens.simulation.people import draw_people
from evidens.simulation.quarters import Calendar, day_number


@pytest.fixture(scope="module")
def population():
    world = build_world("national", n_persons=30_000, shard_persons=30_000)
    calendar = Calendar.between(world.start_on, world.end_on)
    people = draw_people(world, calendar, 0)
    return people, draw_lives(people, world, calendar, 0)


def test_life_expectancy_is_that_of_denmark():
    survival = np.exp(-np.cumsum(death_hazards(), axis=1))
    women, men = survival.sum(axis=1) / 4
    assert women == pytest.approx(83.9, abs=0.4)
    assert men == pytest.approx(80.0, abs=0.4)


def test_ages_in_2023_are_near_those_of_denmark(population):
    people, lives = population
    day = day_number(dt.date(2023, 1, 1))
    age = (day - people.born_day[lives.is_resident(people, day)]) / 365.25
    assert (age >= 65).mean() == pytest.approx(0.206, abs=0.03)
    assert (age < 15).mean() == pytest.approx(0.160, abs=0.03)


def test_the_number_of_residents_grows_by_one_percent_in_two_years(population):
    people, lives = population
    counts = [lives.is_resident(people, day_number(dt.date(year, 1, 1))).sum() for year in (2006, 2013, 2024)]
    assert counts[1] / counts[0] == pytest.approx(1.032, abs=0.02)  # 5.43 and 5.60 million
    assert counts[2] / counts[1] == pytest.approx(1.064, abs=0.02)  # 5.96 million


def test_regions_sexes_and_origins_have_their_shares(population):
    people, lives = population
    here = lives.is_resident(people, day_number(dt.date(2013, 1, 1)))
    region = np.bincount(people.region[here], minlength=5) / here.sum()
    assert region == pytest.approx([0.10, 0.23, 0.21, 0.315, 0.145], abs=0.02)
    assert people.is_male[here].mean() == pytest.approx(0.497, abs=0.02)
    assert (people.ancestry[here] == 1).mean() == pytest.approx(0.081, abs=0.03)  # immigrants, 1 January 2013


def test_deaths_per_year_are_near_one_percent(population):
    people, lives = population
    a, b = (day_number(dt.date(year, 1, 1)) for year in (2022, 2024))
    here = lives.is_resident(people, a)
    died = here & (lives.death_day < b) & ~lives.dies_abroad
    assert died.sum() / here.sum() / 2 == pytest.approx(0.0099, abs=0.002)  # 58,384 of 5.9 million


def test_more_people_immigrate_in_later_years():
    shares = arrival_shares(4 * 2006, 72)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[:4].sum() < shares[-4:].sum()
