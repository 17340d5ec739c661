"""Who lives with whom: couples, parents, families and civil status, constant over the calendar.

Couples and families are found among the people of one shard who first live in the same municipality and have the
same origin. Shares are assumptions of the simulation. Couples are of a woman and a man: the register's registered
partnerships are not simulated. Nothing here depends on disease.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.lives import Lives
from evidens.simulation.people import BORN, RESIDENT, People
from evidens.simulation.quarters import day_number
from evidens.simulation.world import ORIGINS, WorldSettings

NOBODY = -1
CIVIL_STATUSES = ("unmarried", "married", "divorced", "widowed")
_UNMARRIED, _MARRIED, _DIVORCED, _WIDOWED = range(len(CIVIL_STATUSES))
_YEAR = 365.25
_ADULT, _LARGEST_GAP = 25, 15 * _YEAR
_PARTNER_SHARE, _MARRIED_SHARE, _DIVORCED_SHARE = 0.66, 0.75, 0.15
_PARENTS_KNOWN_FROM = day_number(dt.date(1960, 1, 1))  # the register knows few parents before
_MOTHER_AGES = (18.0, 45.0)


@dataclass(frozen=True)
class Households:
    """Households of one shard as arrays of length n; positions of people, `NOBODY` where there is none.

    Parameters
    ----------
    partner, mother, father : int arrays
    head : int array
        The person whose position names the family that each person has as an adult.
    status : int array
        Position in CIVIL_STATUSES that each person has as an adult.
    """

    partner: Ints
    mother: Ints
    father: Ints
    head: Ints
    status: Ints


def draw_households(people: People, lives: Lives, world: WorldSettings, shard: int) -> Households:
    """Draw couples, then mothers of children, whose partner is the father; then civil status."""
    rng = stream(world.seed, "simulation", "households", shard)
    age = ((day_number(world.start_on) + day_number(world.end_on)) / 2 - people.born_day) / _YEAR
    is_adult = (age >= _ADULT) & (people.entry != BORN)
    place = people.municipality * len(ORIGINS) + people.origin
    partner = _pair(people, place, is_adult & (rng.random(people.n) < _PARTNER_SHARE))
    mother = _find_mothers(people, lives, place, 30.5 + 5.0 * rng.standard_normal(people.n))
    father = np.where(mother >= 0, partner[mother], NOBODY)
    is_of_age = people.born_day - people.born_day[father] >= _MOTHER_AGES[0] * _YEAR
    father = np.where((father >= 0) & is_of_age, father, NOBODY)
    myself = np.arange(people.n)
    head = np.where(partner >= 0, np.minimum(partner, myself), myself)
    drawn = rng.random(people.n)
    is_married = drawn[head] < _MARRIED_SHARE
    alone = np.where(drawn < np.clip((age - 60) / 60, 0, 1), _WIDOWED, _UNMARRIED)
    alone = np.where((alone == _UNMARRIED) & (drawn > 1 - _DIVORCED_SHARE) & (age >= 35), _DIVORCED, alone)
    status = np.where(partner >= 0, np.where(is_married, _MARRIED, _UNMARRIED), np.where(is_adult, alone, _UNMARRIED))
    return Households(partner, mother, father, head, status)


def describe_households(pnr: pl.Series, households: Households, shard: int) -> pl.DataFrame:
    """Return the table of households, see `shard.Shard`.

    Notes
    -----
    A family's number changes when the person moves to another region: `family_number` becomes
    `moved_family_number`. Children belong to the family of their mother, `childhood_family`.
    """
    numbers = 10**11 + 2 * (shard * 10**6 + households.head.astype(np.int64))
    mother = households.mother

    def of(position: Ints) -> pl.Series:
        known = pl.Series(np.where(position >= 0, position, 0)).cast(pl.UInt32)
        return pl.select(pl.when(pl.Series(position >= 0)).then(pnr.gather(known))).to_series()

    childhood = pl.Series(np.where(mother >= 0, numbers[mother], numbers)).cast(pl.String)
    return pl.DataFrame({
        "pnr": pnr,
        "family_number": pl.Series(numbers).cast(pl.String),
        "moved_family_number": pl.Series(numbers + 1).cast(pl.String),
        "childhood_family": childhood,
        "mother": of(mother),
        "father": of(households.father),
        "partner": of(households.partner),
        "civil_status": pl.Series(list(CIVIL_STATUSES)).gather(households.status.astype(np.uint32)),
    })  # fmt: skip


def _pair(people: People, place: Ints, may_pair: Flags) -> Ints:
    """Pair women and men of one place by their order of age; pairs far apart in age are not made."""
    ranked = []
    for is_male in (False, True):
        who = np.flatnonzero(may_pair & (people.is_male == is_male))
        who = who[np.lexsort((people.born_day[who], place[who]))]
        rank = np.arange(who.size) - np.searchsorted(place[who], place[who])
        ranked.append((who, place[who].astype(np.int64) << 32 | rank))
    (women, ranks_of_women), (men, ranks_of_men) = ranked
    _, first, second = np.intersect1d(ranks_of_women, ranks_of_men, assume_unique=True, return_indices=True)
    women, men = women[first], men[second]
    is_near = np.abs(people.born_day[women] - people.born_day[men]) <= _LARGEST_GAP
    partner = np.full(people.n, NOBODY)
    partner[women[is_near]], partner[men[is_near]] = men[is_near], women[is_near]
    return partner


def _find_mothers(people: People, lives: Lives, place: Ints, wanted_age: Floats) -> Ints:
    """Find for each child a woman of the wanted age who lived in the place when the child was born."""
    children = np.flatnonzero((people.ancestry != 1) & (people.born_day >= _PARENTS_KNOWN_FROM))
    women = np.flatnonzero(~people.is_male & (people.entry != BORN))
    if not women.size:
        return np.full(people.n, NOBODY)
    women = women[np.lexsort((people.born_day[women], place[women]))]
    born_on, span = people.born_day.astype(np.int64) + 10**6, 10**8
    keys = place[women].astype(np.int64) * span + born_on[women]
    wanted = born_on[children] - (np.clip(wanted_age[children], *_MOTHER_AGES) * _YEAR).astype(np.int64)
    nearest = np.minimum(np.searchsorted(keys, place[children].astype(np.int64) * span + wanted), women.size - 1)
    mother, born_day = women[nearest], people.born_day[children]
    age = (born_day - people.born_day[mother]) / _YEAR
    arrived = (people.entry[mother] == RESIDENT) | (people.entry_day[mother] <= born_day)
    is_there = (lives.left_day[mother] > born_day) | (lives.returned_day[mother] <= born_day)
    fits = (place[mother] == place[children]) & (age >= _MOTHER_AGES[0]) & (age <= _MOTHER_AGES[1])
    fits &= arrived & is_there & (lives.death_day[mother] > born_day)
    mothers = np.full(people.n, NOBODY)
    mothers[children[fits]] = mother[fits]
    return mothers
