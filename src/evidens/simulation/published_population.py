"""What a simulated shard says about quantities of which figures are published: population and illness.

Everything is counted, as a numerator and a denominator, so that shards add up.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evidens.simulation.arrays import Flags, Ints
from evidens.simulation.conditions import draw_onsets
from evidens.simulation.diseases import DISEASES
from evidens.simulation.illnesses import ILLNESSES
from evidens.simulation.lives import NEVER, Lives, draw_lives
from evidens.simulation.marginals import death_hazards
from evidens.simulation.onset import Course, draw_course, emigration_factor
from evidens.simulation.people import BORN, IMMIGRANT, People, draw_people
from evidens.simulation.quarters import Calendar, day_number
from evidens.simulation.world import REGIONS, WorldSettings

Count = tuple[str, float, float]  # quantity, numerator, denominator
_ADULT, _YOUNGEST_ASKED, _OLD = 18, 16, 65
_PREVALENCES = {
    "copd": (dt.date(2013, 7, 1), _YOUNGEST_ASKED),
    "depression": (dt.date(2013, 7, 1), _YOUNGEST_ASKED),
    "atrial_fibrillation": (dt.date(2018, 7, 1), _ADULT),
    "kidney_disease": (dt.date(2018, 7, 1), _ADULT),
}
_INCIDENCES = {
    "lung_cancer": (range(2012, 2019), 0),
    "heart_failure": (range(2022, 2025), 0),
    "atrial_fibrillation": (range(2016, 2019), _ADULT),
    "kidney_disease": (range(2016, 2019), _ADULT),
    "kidney_injury": (range(2016, 2019), _ADULT),
    "sepsis": (range(2016, 2019), _ADULT),
    "dementia": (range(2022, 2025), _OLD),
}


@dataclass(frozen=True)
class Population:
    """The people of one shard, their lives and the courses of the two diseases; who is a resident on a day."""

    people: People
    lives: Lives
    calendar: Calendar
    courses: dict[str, Course]

    @classmethod
    def draw(cls, world: WorldSettings, shard: int) -> "Population":
        """Draw one shard's people."""
        calendar = Calendar.between(world.start_on, world.end_on)
        people = draw_people(world, calendar, shard)
        courses = {disease.outcome: draw_course(disease, people, world, calendar, shard) for disease in DISEASES}
        lives = draw_lives(people, world, calendar, shard, emigration_factor(courses, world))
        return cls(people, lives, calendar, courses)

    def residents(self, on: dt.date, min_age: int = 0) -> Flags:
        """Whether each person is a resident of at least `min_age` on a day; babies are from their birth."""
        day = day_number(on)
        born_by = day_number(on.replace(year=on.year - min_age))
        return self.lives.is_resident(self.people, day) & (self.people.born_day <= born_by)

    def counts_within(self, person: Ints, day: Ints, years: range, min_age: int) -> float:
        """Count the events in the years that fall on days on which the person is a resident of the age."""
        n = 0
        for year in years:
            inside = (day >= day_number(dt.date(year, 1, 1))) & (day < day_number(dt.date(year + 1, 1, 1)))
            who, when = person[inside], day[inside]
            here = self.lives.death_day[who] >= when
            here &= (self.lives.left_day[who] > when) | (self.lives.returned_day[who] <= when)
            here &= self.people.entry_day[who] <= when
            n += int((here & (when - self.people.born_day[who] >= min_age * 365.25)).sum())
        return n


def count_population(population: Population) -> Iterator[Count]:
    """Count residents by age, sex, origin and region, and the events of a year."""
    people, lives = population.people, population.lives
    here = {year: population.residents(dt.date(year, 1, 1)) for year in (2013, 2021, 2023, 2024)}
    n = {year: int(flags.sum()) for year, flags in here.items()}
    yield "residents_growth", n[2024], n[2013]
    age = (day_number(dt.date(2023, 1, 1)) - people.born_day) / 365.25
    yield "share_0_14", int((here[2023] & (age < 15)).sum()), n[2023]
    yield "share_65_plus", int((here[2023] & (age >= 65)).sum()), n[2023]
    yield "female_share", int((here[2023] & ~people.is_male).sum()), n[2023]
    yield "immigrants_2013", int((here[2013] & (people.ancestry == 1)).sum()), n[2013]
    yield "descendants_2013", int((here[2013] & (people.ancestry == 2)).sum()), n[2013]
    yield "foreign_2021", int((here[2021] & (people.ancestry > 0)).sum()), n[2021]
    quarter = population.calendar.position(dt.date(2013, 1, 1))
    for i, region in enumerate(REGIONS):
        yield f"region_{region}", int((here[2013] & (lives.region[:, quarter] == i)).sum()), n[2013]
    low, high = day_number(dt.date(2023, 1, 1)), day_number(dt.date(2024, 1, 1))
    mean = (n[2023] + n[2024]) / 2
    arrived = np.where(people.entry == IMMIGRANT, people.entry_day, NEVER)
    died = np.where(lives.dies_abroad | (lives.death_day >= lives.left_day) & (lives.returned_day == NEVER),
                    NEVER, lives.death_day)  # fmt: skip
    born = np.where(people.entry == BORN, people.born_day, NEVER)
    events = {"births": (born,), "deaths": (died,), "immigration": (arrived, lives.returned_day),
              "emigration": (lives.left_day,)}  # fmt: skip
    for name, days in events.items():
        yield name, sum(int(((day >= low) & (day < high)).sum()) for day in days), mean


def count_life_expectancy() -> Iterator[Count]:
    """Sum the survival under the hazards of death that the world draws from."""
    survival = np.exp(-np.cumsum(death_hazards(), axis=1)).sum(axis=1) / 4
    yield "life_expectancy_women", float(survival[0]), 1.0
    yield "life_expectancy_men", float(survival[1]), 1.0


def count_illness(population: Population, world: WorldSettings, shard: int) -> Iterator[Count]:
    """Count who has and who gets the illnesses, whether or not a register shows them."""
    people = population.people
    for illness in ILLNESSES:
        ill = draw_onsets(illness, people, population.calendar, seed=world.seed, shard=shard)
        if illness.name in _PREVALENCES:
            on, min_age = _PREVALENCES[illness.name]
            here, day = population.residents(on, min_age), day_number(on)
            n_ill = int((here[ill.person] & (ill.day <= day) & (ill.end > day)).sum())
            yield f"{illness.name}_prevalence", n_ill, int(here.sum())
        if illness.name in _INCIDENCES:
            years, min_age = _INCIDENCES[illness.name]
            at_risk = 0
            for year in years:
                here, day = population.residents(dt.date(year, 7, 1), min_age), day_number(dt.date(year, 7, 1))
                before = 0 if illness.is_episode else int((here[ill.person] & (ill.day <= day)).sum())
                at_risk += int(here.sum()) - before
            yield f"{illness.name}_incidence", population.counts_within(ill.person, ill.day, years, min_age), at_risk
    everyone = np.arange(people.n)
    for disease, name, years in zip(
        DISEASES, ("diabetes", "colorectal_cancer"), (range(2016, 2019), range(2012, 2019)), strict=True
    ):
        course = population.courses[disease.outcome]
        at_risk = sum(int(population.residents(dt.date(year, 7, 1)).sum()) for year in years)
        n_new = population.counts_within(everyone, course.diagnosis_day, years, 0)
        yield f"{name}_incidence", n_new, at_risk
        if name == "diabetes":
            here = population.residents(dt.date(2016, 1, 1))
            had = course.diagnosis_quarter < population.calendar.position(dt.date(2016, 1, 1))
            yield "diabetes_prevalence", int((here & had).sum()), int(here.sum())
