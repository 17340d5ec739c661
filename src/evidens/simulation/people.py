"""Who lives in the world: residents at the start, children born, people who immigrate."""

from dataclasses import dataclass

import numpy as np

from evidens.foundation import stream
from evidens.simulation import marginals
from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.person_numbers import assign_person_numbers, fits_first_of_january, snap_birthdays
from evidens.simulation.places import MUNICIPALITIES, draw_places
from evidens.simulation.quarters import Calendar, day_number, first_days, quarters_of_days
from evidens.simulation.world import ORIGINS, REGIONS, WorldSettings

RESIDENT, BORN, IMMIGRANT = range(3)
ANCESTRIES = ("danish", "immigrant", "descendant")
COUNTRIES = tuple(code for origin in ORIGINS for code in marginals.COUNTRIES[origin])


@dataclass(frozen=True)
class People:
    """The people of one shard as arrays of length n, sorted by person number.

    Parameters
    ----------
    number : int64 array
        Civil registration number, see `person_numbers`.
    is_male : bool array
    born_day : int32 array
        Days since 1970-01-01.
    born_quarter : int array
        Quarter of birth, counted from the calendar's first; negative for most.
    entry, entry_day : int arrays
        RESIDENT, BORN or IMMIGRANT, and the first day of residence within the calendar.
    ancestry, origin, country, region, municipality : int arrays
        Positions in ANCESTRIES, ORIGINS, COUNTRIES, REGIONS and the pool of municipalities; the last
        two at entry.
    """

    number: Ints
    is_male: Flags
    born_day: Ints
    born_quarter: Ints
    entry: Ints
    entry_day: Ints
    ancestry: Ints
    origin: Ints
    country: Ints
    region: Ints
    municipality: Ints

    @property
    def n(self) -> int:
        """Number of people."""
        return self.number.size


def draw_people(world: WorldSettings, calendar: Calendar, shard: int) -> People:
    """Draw the people of one shard.

    Notes
    -----
    Age and entry come first, then sex and origin given age, then region given origin (and, where the world
    says so, age at entry).
    """
    rng = stream(world.seed, "simulation", "people", shard)
    n = world.shard_size(shard)
    shares = np.cumsum([1 - world.born_share - world.immigrant_share, world.born_share])
    entry = np.searchsorted(shares, rng.random(n), side="right")
    born_day, entry_day = _draw_days(entry, world, calendar, rng=rng)
    start_day = day_number(world.start_on)
    age = np.where(entry == IMMIGRANT, entry_day - born_day, start_day - born_day) / 365.25
    female = np.interp(age, marginals.FEMALE_AGES, marginals.FEMALE_SHARES)
    is_male = rng.random(n) >= female
    ancestry, origin = _draw_origins(entry, age, rng=rng)
    country = _draw_countries(origin, rng=rng)

    is_heaped = (ancestry == 1) & (origin == 2) & (rng.random(n) < marginals.FIRST_OF_JANUARY_SHARE)
    snapped = snap_birthdays(born_day, shard, world.n_shards, not_before=_earliest(entry, start_day))
    years = born_day.astype("datetime64[D]").astype("datetime64[Y]")
    new_year = years.astype("datetime64[D]").astype(np.int32)
    is_heaped[is_heaped] = fits_first_of_january(new_year[is_heaped], is_male[is_heaped], shard, world.n_shards)
    born_day = np.where(is_heaped, new_year, snapped)
    entry_day = np.where(entry == BORN, born_day, entry_day)

    cut = np.cumsum(_region_shares(origin, np.maximum(age, 0.0), world), axis=1)
    drawn = rng.random(n)
    region = np.minimum((drawn[:, None] >= cut).sum(axis=1), len(REGIONS) - 1)
    municipality = draw_places(MUNICIPALITIES, region, rng=rng)
    number = assign_person_numbers(born_day, is_male, shard, world.n_shards)
    order = np.argsort(number)
    return People(
        number[order], is_male[order], born_day[order], (quarters_of_days(born_day) - calendar.first)[order],
        entry[order], entry_day[order], ancestry[order], origin[order], country[order], region[order],
        municipality[order],
    )  # fmt: skip


def _draw_days(entry: Ints, world: WorldSettings, calendar: Calendar, *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw days of birth and of entry, before birthdays are moved to the shard's own."""
    n, start_day = entry.size, day_number(world.start_on)
    starts = calendar.starts
    band = rng.choice(marginals.PYRAMID_2006.size, n, p=marginals.PYRAMID_2006 / marginals.PYRAMID_2006.sum())
    midlife = marginals.PYRAMID_2006[5:15] / marginals.PYRAMID_2006[5:15].sum()
    band = np.where(rng.random(n) < world.midlife_share, 5 + rng.choice(10, n, p=midlife), band)
    age_days = ((band + rng.random(n)) * 5 * 365.25).astype(np.int32)
    born_resident = start_day - 1 - age_days
    born_inside = (starts[0] + 1 + rng.random(n) * (starts[-1] - starts[0] - 1)).astype(np.int32)
    arrivals = np.cumsum(marginals.arrival_shares(calendar.first, calendar.n_quarters))[:-1]
    arrival_quarter = np.searchsorted(arrivals, rng.random(n), side="right")
    length = np.diff(starts)[arrival_quarter]
    arrival_day = starts[arrival_quarter] + 1 + (rng.random(n) * (length - 1)).astype(np.int32)
    cut = np.cumsum(marginals.ARRIVAL_SHARES)[:-1]
    group = np.searchsorted(cut, rng.random(n), side="right")
    ages = marginals.ARRIVAL_AGES
    arrival_age = ages[group] + rng.random(n) * (ages[group + 1] - ages[group])
    born_abroad = arrival_day - 200 - (arrival_age * 365.25).astype(np.int32)
    born_day = np.choose(entry, [born_resident, born_inside, born_abroad]).astype(np.int32)
    return born_day, np.choose(entry, [np.full(n, start_day), born_inside, arrival_day]).astype(np.int32)


def _earliest(entry: Ints, start_day: int) -> Ints:
    """Return the first birthday allowed: children born in the world are not born before it starts."""
    return np.where(entry == BORN, start_day + 1, int(first_days(1900 * 4)) + 1)


def _draw_origins(entry: Ints, age: Floats, *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw ancestry and origin given entry and age at the start."""
    n = entry.size
    immigrant = np.interp(age, marginals.IMMIGRANT_AGES, marginals.IMMIGRANT_SHARES)
    descendant = np.interp(age, marginals.DESCENDANT_AGES, marginals.DESCENDANT_SHARES)
    immigrant = np.choose(entry, [immigrant, np.zeros(n), np.ones(n)])
    descendant = np.choose(entry, [descendant, np.full(n, marginals.BORN_DESCENDANT_SHARE), np.zeros(n)])
    drawn = rng.random(n)
    ancestry = np.where(drawn < immigrant, 1, np.where(drawn < immigrant + descendant, 2, 0))
    western = np.array([0, marginals.WESTERN_SHARE["immigrant"], marginals.WESTERN_SHARE["descendant"]])[ancestry]
    return ancestry, np.where(ancestry == 0, 0, np.where(rng.random(n) < western, 1, 2))


def _region_shares(origin: Ints, age: Floats, world: WorldSettings) -> Floats:
    """Share of each region for each person, shape (n, regions), given origin and age at entry."""
    shares = np.array([marginals.REGION_SHARES["danish"], marginals.REGION_SHARES["foreign"]])[(origin > 0).astype(int)]
    if not world.effects.case_mix:
        return shares
    for place, region in enumerate(REGIONS):
        if mix := world.effects.case_mix.get(region):
            shares[:, place] *= np.exp(mix.per_decade * (age - 45) / 10 + mix.non_western * (origin == 2))
    return shares / shares.sum(axis=1, keepdims=True)


def _draw_countries(origin: Ints, *, rng: np.random.Generator) -> Ints:
    """Draw the country given origin, as a position in COUNTRIES."""
    weights = [np.array(list(marginals.COUNTRIES[name].values())) for name in ORIGINS]
    first = np.cumsum([0, *(w.size for w in weights[:-1])])
    drawn, country = rng.random(origin.size), np.zeros(origin.size, dtype=np.int64)
    for i, weight in enumerate(weights):
        mine = origin == i
        country[mine] = first[i] + np.searchsorted(np.cumsum(weight)[:-1], drawn[mine], side="right")
    return country
