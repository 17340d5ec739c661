"""Dispensings of one shard, from all their sources, as a table."""

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation import background, care
from evidens.simulation.diseases import DISEASES
from evidens.simulation.drawn import Drawn, code_events, join_rows, order_rows, repeats_previous
from evidens.simulation.pools import PACKS
from evidens.simulation.quarters import day_number


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
    person, day, item = join_rows(parts)
    kept = np.flatnonzero(day <= day_number(drawn.world.end_on))
    order = kept[order_rows(person[kept], day[kept], item[kept], start_day=start_day)]
    person, day, item = person[order], day[order], item[order]
    first = np.flatnonzero(~repeats_previous(person, day, item))  # the same item twice on a day is one row of two packs
    n_packs = np.diff(np.append(first, person.size)) + (rng.random(first.size, dtype=np.float32) < 0.1)
    person, day, item = person[first], day[first], item[first]
    return pl.DataFrame({
        "pnr": pnr.gather(person),
        "dispensed_on": pl.Series(day).cast(pl.Date),
        "atc": pl.Series(atc).gather(item),
        "item": pl.Series([pack.item for pack in PACKS]).gather(item),
        "n_packs": n_packs.astype(np.int8),
        "pack_size": np.array([pack.size for pack in PACKS])[item],
        "daily_doses": np.array([pack.daily_doses for pack in PACKS])[item],
        "indication": pl.Series([pack.indication for pack in PACKS]).gather(item),
        "_told": rng.random(item.size, dtype=np.float32) >= 0.15,
    }).with_columns(pl.when("_told").then("indication").alias("indication")).drop("_told")  # fmt: skip
