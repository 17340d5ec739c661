"""People who get another civil registration number during the calendar."""

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation.lives import Lives
from evidens.simulation.people import IMMIGRANT, People
from evidens.simulation.person_numbers import assign_old_numbers
from evidens.simulation.quarters import day_number
from evidens.simulation.world import WorldSettings

SHARE = 0.0005  # of people who change their number once (assumption)


def describe_number_changes(
    pnr: pl.Series, people: People, lives: Lives, world: WorldSettings, shard: int, *, share: float = SHARE
) -> pl.DataFrame:
    """Return the changes of number, see `shard.Shard`.

    Notes
    -----
    The day is uniform over the calendar; who is dead or has not yet come on it keeps the number. The pnr of every
    table of the shard is the one after the change: files of the years before carry the old one, see
    `registers.cpr.emit`.
    """
    rng = stream(world.seed, "simulation", "number changes", shard)
    is_drawn, when = rng.random(people.n) < share, rng.random(people.n)
    first, last = day_number(world.start_on), day_number(world.end_on)
    day = (first + when * (last + 1 - first)).astype(np.int32)
    came = np.where(people.entry == IMMIGRANT, people.entry_day, people.born_day)
    changed = np.flatnonzero(is_drawn & (came < day) & (lives.death_day > day))
    old = assign_old_numbers(people.born_day, people.is_male, changed, shard, world.n_shards)
    return pl.DataFrame({
        "pnr_old": pl.Series(old, dtype=pl.Int64).cast(pl.String),
        "pnr": pnr.gather(changed.astype(np.uint32)),
        "valid_from": pl.Series(day[changed]).cast(pl.Date),
    })  # fmt: skip
