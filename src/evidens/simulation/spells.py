"""Residence, deaths and migration as tables."""

import numpy as np
import polars as pl

from evidens.simulation.arrays import Ints
from evidens.simulation.lives import NEVER, Lives
from evidens.simulation.people import COUNTRIES, IMMIGRANT, RESIDENT, People
from evidens.simulation.places import MUNICIPALITIES, pool_of
from evidens.simulation.quarters import day_number
from evidens.simulation.world import REGIONS, WorldSettings


def describe_residence(pnr: pl.Series, people: People, lives: Lives, world: WorldSettings) -> pl.DataFrame:
    """Return spells of living in one municipality: each stay in the country, cut where the person moves.

    Notes
    -----
    Residents at the start are given as resident from birth; when they moved in is not simulated.
    """
    out_day = lives.death_day.astype(np.int64) + 1
    entered = np.where(people.entry == RESIDENT, people.born_day, people.entry_day)
    stays = (entered, np.minimum(lives.left_day, out_day)), (lives.returned_day, out_day)
    homes = (people.region, people.municipality), (lives.new_region, lives.new_municipality)
    first, never = np.full(people.n, -(10**6)), np.full(people.n, int(NEVER) + 1)
    halves = (first, lives.moved_day), (lives.moved_day, never)
    municipalities, end_day = list(pool_of(MUNICIPALITIES)[0]), day_number(world.end_on)
    parts = []
    for from_day, to_day in stays:
        for (region, municipality), (since, until) in zip(homes, halves, strict=True):
            start, end = np.maximum(from_day, since), np.minimum(to_day, until)
            who = np.flatnonzero((end > start) & (start <= end_day))
            parts.append(
                pl.DataFrame({
                    "pnr": pnr.gather(who),
                    "region": pl.Series(list(REGIONS)).gather(region[who]),
                    "municipality": pl.Series(municipalities).gather(municipality[who]),
                    "from_on": pl.Series(start[who].astype(np.int32)).cast(pl.Date),
                    "to_on": _open_ended(end[who], end_day),
                })
            )  # fmt: skip
    return pl.concat(parts).sort("pnr", "from_on")


def describe_deaths(pnr: pl.Series, lives: Lives, world: WorldSettings) -> pl.DataFrame:
    """Return deaths of people who had not emigrated."""
    who = np.flatnonzero((lives.death_day <= day_number(world.end_on)) & ~lives.dies_abroad)
    return pl.DataFrame({"pnr": pnr.gather(who), "died_on": pl.Series(lives.death_day[who]).cast(pl.Date)})


def describe_migrations(pnr: pl.Series, people: People, lives: Lives, world: WorldSettings) -> pl.DataFrame:
    """Return moves over the border within coverage: arrivals, departures, returns."""
    abroad = np.where(people.origin > 0, people.country, COUNTRIES.index("SE"))
    arrived = np.where(people.entry == IMMIGRANT, people.entry_day, NEVER)
    moves = (arrived, "in", people.country), (lives.left_day, "out", abroad), (lives.returned_day, "in", abroad)
    parts = []
    for day, direction, country in moves:
        who = np.flatnonzero(day <= day_number(world.end_on))
        parts.append(
            pl.DataFrame({
                "pnr": pnr.gather(who),
                "moved_on": pl.Series(day[who].astype(np.int32)).cast(pl.Date),
                "direction": pl.repeat(direction, who.size, eager=True, dtype=pl.String),
                "country": pl.Series(list(COUNTRIES)).gather(country[who]),
            })
        )  # fmt: skip
    return pl.concat(parts).sort("pnr", "moved_on")


def _open_ended(days: Ints, end_day: int) -> pl.Series:
    """Return days as dates, null after the end of coverage."""
    is_over = pl.Series(days <= end_day)
    dates = pl.Series(np.minimum(days, end_day).astype(np.int32)).cast(pl.Date)
    return pl.select(pl.when(is_over).then(dates)).to_series()
