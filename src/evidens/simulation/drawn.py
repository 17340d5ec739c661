"""Everything drawn for one shard before it is written down, and how rows are put in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.background import Rows
from evidens.simulation.diseases import CountStream
from evidens.simulation.lives import Lives
from evidens.simulation.onset import Course
from evidens.simulation.people import People
from evidens.simulation.processes import draw_categories
from evidens.simulation.quarters import Calendar
from evidens.simulation.signals import Signals
from evidens.simulation.world import WorldSettings


@dataclass(frozen=True)
class Drawn:
    """Everything drawn for one shard before it is written down."""

    people: People
    lives: Lives
    courses: dict[str, Course]
    signals: dict[str, Signals]
    comorbidity: Floats
    is_covered: Flags
    calendar: Calendar
    world: WorldSettings
    shard: int

    @property
    def keys(self) -> dict[str, int]:
        """Seed and shard, as the layers ask for them."""
        return {"seed": self.world.seed, "shard": self.shard}

    def region_on(self, person: Ints, day: Ints) -> Ints:
        """Position in REGIONS of where each person lives on each day of the calendar."""
        starts = self.calendar.starts
        quarter_of_day = np.repeat(np.arange(self.calendar.n_quarters), np.diff(starts))
        return self.lives.region[person, quarter_of_day[day - starts[0]]].astype(np.int64)


def order_rows(person: Ints, day: Ints, what: Ints, *, start_day: int) -> Ints:
    """Return the order by person, day, what, and place in the input.

    Parameters
    ----------
    person, day, what : int arrays of one length
        `person` and `what` from 0, `day` from `start_day`.
    start_day : int

    Raises
    ------
    ValueError
        If a value lies below its least, or all four together do not fit into an integer: a shard of 25,000 people
        and a calendar of 20 years have room for some 10**8 rows.

    Notes
    -----
    One in-place sort of all four packed into an integer, each in as many bits as its largest value needs; many
    times faster than an argsort.
    """
    if person.size == 0:
        return np.zeros(0, dtype=np.int64)
    packed = np.zeros(person.size, dtype=np.int64)
    n_bits = 0
    for name, column in (("person", person), ("day", day), ("what", what), ("rows", np.arange(person.size))):
        least = start_day if name == "day" else 0
        width = (int(column.max()) - least).bit_length()
        n_bits += width
        if int(column.min()) < least or n_bits > 63:
            raise ValueError(f"rows cannot be put in order: {name} out of range; make the shards smaller")
        packed <<= width
        packed |= column.astype(np.int64) - least if least else column.astype(np.int64, copy=False)
    packed.sort()
    packed &= (1 << width) - 1
    return packed


def repeats_previous(*columns: Ints) -> Flags:
    """Whether each row equals the row before it in all columns."""
    same = np.ones(columns[0].size, dtype=bool)
    same[:1] = False
    for column in columns:
        same[1:] &= column[1:] == column[:-1]
    return same


def code_events(signals: Signals, counts: CountStream, positions: Ints, *, rng: np.random.Generator) -> Rows:
    """Give the events of a stream a code each, by the stream's weights."""
    events = signals.events[counts.name]
    return Rows(events.person, events.day, positions[draw_categories(counts.weights, events.day.size, rng=rng)])


def join_rows(parts: list[Rows]) -> tuple[Ints, Ints, Ints]:
    """Return persons, days and what of all parts, one after the other."""
    return (
        np.concatenate([rows.person for rows in parts]),
        np.concatenate([rows.day for rows in parts]),
        np.concatenate([rows.what for rows in parts]),
    )


def as_enum(place: Ints | pl.Series, names: Sequence[str | None]) -> pl.Series:
    """Return the name at each place as one byte or two; one that is empty or None is null.

    Texts would be sixteen times as large, and to be looked up once more when they are written.
    """
    distinct = list(dict.fromkeys(name for name in names if name))
    return pl.Series([name or None for name in names], dtype=pl.Enum(distinct)).gather(place)
