"""Dispensings of one shard, from all their sources, as a table."""

import datetime as dt

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation import background, care
from evidens.simulation.arrays import Flags, Ints
from evidens.simulation.background import Rows
from evidens.simulation.conditions import draw_condition_dispensings
from evidens.simulation.diseases import DISEASES
from evidens.simulation.drawn import Drawn, as_enum, code_events, join_rows, order_rows, repeats_previous
from evidens.simulation.pools import PACKS, WEIGHT_DRUG
from evidens.simulation.quarters import day_number

_TOLD_MORE_FROM = dt.date(2017, 10, 1)  # before, more indications are missing
_CORRECTED_SHARE = 0.002
_WEIGHT_DRUG_FROM, _WEIGHT_DRUG_SHARE = dt.date(2022, 12, 1), 0.03  # of people from 25 to 69 years (assumption)


def describe_dispensings(pnr: pl.Series, drawn: Drawn) -> pl.DataFrame:
    """Return the table of dispensings, see `shard.Shard`."""
    rng = stream(drawn.world.seed, "simulation", "dispensing details", drawn.shard)
    people, lives = drawn.people, drawn.lives
    parts = [background.draw_dispensings(people, lives, drawn.comorbidity, **drawn.keys)]
    atc = [pack.atc for pack in PACKS]
    for disease in DISEASES:
        for counts in disease.counts:
            if counts.codes and counts.codes[0] in atc:
                positions = np.array([atc.index(c) for c in counts.codes], dtype=np.int16)
                parts.append(code_events(drawn.signals[disease.outcome], counts, positions, rng=rng))
    start_day = day_number(drawn.world.start_on)
    parts.append(care.draw_refills(people, lives, drawn.courses["type_2_diabetes"], start_day, **drawn.keys))
    parts.append(care.draw_leaks(people, lives, drawn.courses, drawn.world))
    parts.append(draw_weight_drugs(drawn))
    parts.append(draw_condition_dispensings(people, lives, drawn.calendar, **drawn.keys))
    person, day, item = join_rows(parts)
    kept = np.flatnonzero(day <= day_number(drawn.world.end_on))
    order = kept[order_rows(person[kept], day[kept], item[kept], start_day=start_day)]
    person, day, item = person[order], day[order], item[order]
    first = np.flatnonzero(~repeats_previous(person, day, item))  # the same item twice on a day is one row of two packs
    n_packs = np.diff(np.append(first, person.size)) + (rng.random(first.size, dtype=np.float32) < 0.1)
    person, day, item = person[first], day[first], item[first]
    row, is_wrong, is_correction = _correct(person.size, drawn)
    person, day, item = person[row], day[row], item[row]
    n_packs = (n_packs[row] + (is_wrong | is_correction)) * np.where(is_correction, -1, 1)
    is_told = rng.random(first.size, dtype=np.float32)[row] >= np.where(day < day_number(_TOLD_MORE_FROM), 0.18, 0.12)
    return pl.DataFrame({
        "pnr": pnr.gather(person),
        "dispensed_on": pl.Series(day).cast(pl.Date),
        "atc": as_enum(item, atc),
        "item": as_enum(item, [pack.item for pack in PACKS]),
        "n_packs": n_packs.astype(np.int8),
        "pack_size": np.array([pack.size for pack in PACKS])[item],
        "daily_doses": np.array([pack.daily_doses for pack in PACKS])[item],
        "indication": as_enum(np.where(is_told, item + 1, 0), [None, *(pack.indication for pack in PACKS)]),
        "is_correction": is_correction,
    })  # fmt: skip


def _correct(n_rows: int, drawn: Drawn) -> tuple[Ints, Flags, Flags]:
    """Draw which rows were typed with a pack too many at first, corrected and typed again: three rows for one.

    Returns
    -------
    row : int array
        Which row each row is made from, ascending.
    is_wrong, is_correction : bool arrays
        Whether it is the wrong one, and the one that takes it back.
    """
    rng = stream(drawn.world.seed, "simulation", "dispensing corrections", drawn.shard)
    n_of = np.where(rng.random(n_rows, dtype=np.float32) < _CORRECTED_SHARE, 3, 1)
    row = np.repeat(np.arange(n_rows), n_of)
    rank = np.arange(row.size) - np.repeat(np.cumsum(n_of) - n_of, n_of)
    is_one_of_three = n_of[row] == 3
    return row, is_one_of_three & (rank == 0), is_one_of_three & (rank == 1)


def draw_weight_drugs(drawn: Drawn) -> Rows:
    """Draw the drug against obesity that has the ATC code of a drug against diabetes, and another item number.

    Notes
    -----
    Who buys it depends on age alone, and says nothing about diabetes.
    """
    people, lives, world = drawn.people, drawn.lives, drawn.world
    rng = stream(world.seed, "simulation", "weight drugs", drawn.shard)
    first_day, last_day = day_number(_WEIGHT_DRUG_FROM), day_number(world.end_on)
    age = (first_day - people.born_day) / 365.25
    person = np.flatnonzero((rng.random(people.n) < _WEIGHT_DRUG_SHARE) & (age >= 25) & (age < 70)).astype(np.int32)
    start = first_day + rng.integers(0, max(last_day - first_day, 1), person.size)
    n_packs = 1 + rng.geometric(1 / 8, person.size)
    who = np.repeat(np.arange(person.size), n_packs)
    rank = np.arange(who.size) - np.repeat(np.cumsum(n_packs) - n_packs, n_packs)
    day = (start[who] + 28 * rank + rng.integers(0, 4, who.size)).astype(np.int32)
    kept = (day <= last_day) & care.is_there(person[who], day, people, lives)
    kept &= ~np.isin(day, drawn.calendar.starts)  # nothing but treatment of the diseases falls on these days
    item = [pack.item for pack in PACKS].index(WEIGHT_DRUG)
    return Rows(person[who][kept], day[kept], np.full(int(kept.sum()), item, dtype=np.int16))
