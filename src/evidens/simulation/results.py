"""Laboratory results of one shard, from all their sources, as a table."""

import numpy as np
import polars as pl

from evidens.simulation.analyses import ASSAYS, SUBSTANCES, assay_table
from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.drawn import Drawn, as_enum, order_rows, repeats_previous
from evidens.simulation.places import LABORATORIES, pool_of
from evidens.simulation.samples import draw_samples, kinds


def describe_results(pnr: pl.Series, drawn: Drawn) -> pl.DataFrame:
    """Return the table of laboratory results, see `shard.Shard`.

    Notes
    -----
    Samples are put in order, not rows: there are several rows to a sample, and they follow it.
    """
    sources = draw_samples(drawn)
    person, day, minute, kind, laboratory, values = (
        np.concatenate([getattr(source, name) for source in sources])
        for name in ("person", "day", "minute", "kind", "laboratory", "values")
    )
    size = kinds().size[kind]
    first_row = np.cumsum(size) - size
    order = order_rows(person, day, minute, start_day=int(drawn.calendar.starts[0]))
    person, day, minute, kind, laboratory = (a[order] for a in (person, day, minute, kind, laboratory))
    while (same := repeats_previous(person, day, minute)).any():
        minute[same] += 1  # two samples in one minute would look like one that was delivered twice
    size = size[order]
    first = np.cumsum(size) - size
    sample = np.repeat(np.arange(order.size, dtype=np.int32), size)
    row = np.arange(sample.size)
    what = kinds().what[(kinds().first[kind] - first)[sample] + row]
    values = values[(first_row[order] - first)[sample] + row]
    assay = assay_table()[what, laboratory[sample]]
    columns = {
        "pnr": pnr.gather(person[sample]),
        "sampled_on": pl.Series(day[sample]).cast(pl.Date),
        "minute": pl.Series(minute[sample]),
        "laboratory": as_enum(laboratory[sample], pool_of(LABORATORIES)[0]),
    }
    return pl.DataFrame(columns | _write_values(what, assay, values))


def _write_values(what: Ints, assay: Ints, value: Floats) -> dict[str, pl.Series]:
    """Return the columns of what was measured: in the assay's unit, rounded, within its limits, words as words."""
    factor = np.array([a.factor for a in ASSAYS], dtype=np.float32)
    other_unit = np.flatnonzero((factor != 1)[assay])
    value[other_unit] *= factor[assay[other_unit]]
    decimals = np.array([a.decimals for a in ASSAYS], dtype=np.int8)
    scale = (10.0**decimals).astype(np.float32)[assay]
    reported = np.rint(value * scale).astype(np.float64)
    reported /= scale
    below = np.array([-np.inf if a.below is None else a.below for a in ASSAYS])
    above = np.array([np.inf if a.above is None else a.above for a in ASSAYS])
    limited = np.flatnonzero((np.isfinite(below) | np.isfinite(above))[assay])
    low, high, measured = below[assay[limited]], above[assay[limited]], value[limited]
    reported[limited] = np.clip(reported[limited], low, high)
    operator = np.zeros(value.size, dtype=np.uint8)
    operator[limited] = (measured < low).astype(np.uint8) + 2 * (measured > high).astype(np.uint8)
    word = np.zeros(value.size, dtype=np.uint8)
    in_words = np.flatnonzero(np.array([bool(substance.words) for substance in SUBSTANCES])[what])
    word[in_words] = value[in_words] + 1
    reported[in_words] = np.nan
    words = next(substance.words for substance in SUBSTANCES if substance.words)
    units, lows, highs = (tuple(getattr(a, name) for a in ASSAYS) for name in ("unit", "low", "high"))
    return {
        "analysis": as_enum(assay, tuple(a.code for a in ASSAYS)),
        "value": pl.Series(reported).fill_nan(None),
        "operator": as_enum(operator, ("", "<", ">")),
        "word": as_enum(word, ("", *words)),
        "decimals": pl.Series(decimals[assay]),
        "unit": as_enum(assay, units),
        "interval_low": as_enum(assay, lows),
        "interval_high": as_enum(assay, highs),
    }
