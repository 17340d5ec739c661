"""Laboratory results of one shard, from all their sources, as a table."""

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation import background
from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.background import Rows
from evidens.simulation.diseases import DISEASES
from evidens.simulation.drawn import Drawn, join_rows, order_rows, repeats_previous
from evidens.simulation.places import LABORATORIES, pool_of
from evidens.simulation.pools import ANALYSES


def describe_results(pnr: pl.Series, drawn: Drawn) -> pl.DataFrame:
    """Return the table of laboratory results, see `shard.Shard`."""
    people, lives = drawn.people, drawn.lives
    rng = stream(drawn.world.seed, "simulation", "result details", drawn.shard)
    rows, value, minute = background.draw_results(
        people, lives, drawn.comorbidity, drawn.is_covered, drawn.calendar, **drawn.keys
    )
    parts, values, minutes = [rows], [value], [minute]
    codes = [analysis.code for analysis in ANALYSES]
    for disease in DISEASES:
        signals = drawn.signals[disease.outcome]
        for counts in disease.counts:
            events = signals.events[counts.name]
            minute = rng.integers(420, 960, events.day.size, dtype=np.int16)
            for measured in (v for v in disease.values if v.test == counts.name):
                place = np.full(events.day.size, codes.index(measured.analysis), np.int16)
                parts.append(Rows(events.person, events.day, place))
                values.append(signals.values[measured.analysis])
                minutes.append(minute)
    person, day, what = join_rows(parts)
    order = order_rows(person, day, what, start_day=int(drawn.calendar.starts[0]))
    person, day, what = person[order], day[order], what[order]
    value, minute = np.concatenate(values)[order], np.concatenate(minutes)[order]
    while (same := repeats_previous(person, day, what, minute)).any():
        minute[same] += 1  # two samples of one analysis in one minute would look like one delivered twice
    return _write_results(pnr, drawn, person, day, what, value, minute)


def _write_results(
    pnr: pl.Series, drawn: Drawn, person: Ints, day: Ints, what: Ints, value: Floats, minute: Ints
) -> pl.DataFrame:
    """Round to the decimals reported, apply limits of reporting, turn words into words."""
    decimals = np.array([a.decimals for a in ANALYSES], dtype=np.int8)
    scale = 10.0 ** decimals[what]
    below = np.array([-np.inf if a.below is None else a.below for a in ANALYSES])[what]
    above = np.array([np.inf if a.above is None else a.above for a in ANALYSES])[what]
    reported = np.clip(np.round(value * scale) / scale, below, above)
    operator = np.where(value < below, 1, np.where(value > above, 2, 0))
    is_word = np.array([bool(a.words) for a in ANALYSES])[what]
    words = next(a.words for a in ANALYSES if a.words)
    region = drawn.region_on(person, day)
    pool, first, count = pool_of(LABORATORIES)
    return pl.DataFrame({
        "pnr": pnr.gather(person),
        "sampled_on": pl.Series(day).cast(pl.Date),
        "minute": minute,
        "analysis": pl.Series([a.code for a in ANALYSES]).gather(what),
        "value": np.where(is_word, np.nan, reported),
        "operator": pl.Series([None, "<", ">"]).gather(operator),
        "word": pl.Series([None, *words]).gather(np.where(is_word, value + 1, 0).astype(np.int64)),
        "decimals": decimals[what],
        "unit": pl.Series([a.unit or None for a in ANALYSES]).gather(what),
        "laboratory": pl.Series(list(pool)).gather(first[region] + person % count[region]),
    }).with_columns(pl.col("value").fill_nan(None))  # fmt: skip
