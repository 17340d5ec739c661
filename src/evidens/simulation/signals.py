"""What the diseases do to the record: tests, values, dispensings and contacts, and their statistics."""

from dataclasses import dataclass

import numpy as np

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.diseases import AGES, FRAILTY, CountStream, Disease, Ramp, ValueStream
from evidens.simulation.lives import Lives
from evidens.simulation.onset import Course
from evidens.simulation.people import People
from evidens.simulation.processes import draw_cells, draw_event_days, draw_multipliers, expected_rates, rate_table


@dataclass(frozen=True)
class Events:
    """Events of one stream: arrays of one length, ascending by person and quarter."""

    person: Ints
    day: Ints


@dataclass(frozen=True)
class Signals:
    """What one disease's streams left in the record of one shard; n people, q quarters.

    Parameters
    ----------
    events : mapping of stream to Events
    values : mapping of analysis to float array
        As reported, one per event of the stream that measures it.
    expected : mapping of stream to float32 array of shape (n, q)
        Expected count of a person of frailty 0, multiplier 1, far from onset.
    n_events : mapping of stream to int16 array of shape (n, q)
    residual_sums : mapping of analysis to float32 array of shape (n, q)
        Sum of value minus mean at frailty 0 and far from onset.
    """

    events: dict[str, Events]
    values: dict[str, Floats]
    expected: dict[str, Floats]
    n_events: dict[str, Ints]
    residual_sums: dict[str, Floats]


def ramp_table(ramp: Ramp) -> Floats:
    """f(r) for r from -lead until it stays constant; see `ramp_position`."""
    last = int(np.ceil(ramp.lead_quarters * (ramp.cap - 1)))
    return ramp(np.arange(-ramp.lead_quarters, last + 1))


def ramp_position(r: Ints, ramp: Ramp, size: int) -> Ints:
    """Place of r quarters from onset in a table of `size` entries made for `ramp`."""
    return np.clip(r + ramp.lead_quarters, 0, size - 1)


def rise_table(counts: CountStream, signal: float) -> Floats:
    """Rate ratio exp(rise * f(r)) over the entries of `ramp_table`."""
    return np.exp(signal * counts.rise * ramp_table(counts.ramp))


def expected_counts(counts: CountStream, people: People, lives: Lives, is_covered: Flags) -> Floats:
    """Return the expected count per person and quarter at frailty 0, multiplier 1, far from onset.

    Parameters
    ----------
    is_covered : bool array of shape (n, q)
        Whether the person's region then has laboratory coverage; only tests ask.
    """
    rate = expected_rates(rate_table(AGES, counts.rates, counts.male_factor), people, lives)
    return rate * is_covered if counts.is_laboratory else rate


def mean_value(values: ValueStream, is_male: Flags, age: Ints) -> Floats:
    """Mean of a value at frailty 0 and far from onset; of its logarithm where `is_log`."""
    return np.where(is_male, values.male_mean, values.female_mean) + values.per_decade * (age - 50) / 10


def draw_signals(
    disease: Disease, people: People, lives: Lives, course: Course, is_covered: Flags, *,
    seed: int, shard: int, signal: float,
) -> Signals:  # fmt: skip
    """Draw all streams of one disease; each has a stream of random numbers of its own."""
    n_quarters = lives.age.shape[1]
    quarters = np.arange(n_quarters)
    r = quarters - course.onset_quarter[:, None]
    is_after = quarters > course.diagnosis_quarter[:, None]
    if disease.fades_after_diagnosis:
        r = np.where(is_after, -1_000_000, r)
    signals = Signals({}, {}, {}, {}, {})
    for counts in disease.counts:
        rng = stream(seed, "simulation", "signals", disease.outcome, counts.name, shard)
        expected = expected_counts(counts, people, lives, is_covered)
        rise = rise_table(counts, signal).astype(np.float32)
        own = draw_multipliers(counts.dispersion, people.n, rng=rng)
        own = own * np.exp(signal * counts.per_class * FRAILTY[course.frailty_class])
        intensity = expected * own[:, None].astype(np.float32)
        nears = (r > -counts.ramp.lead_quarters).any(axis=1)
        intensity[nears] *= rise[ramp_position(r[nears], counts.ramp, rise.size)]
        if counts.follow_up:
            extra = is_after & is_covered if counts.is_laboratory else is_after
            intensity += extra * lives.exposure * np.float32(counts.follow_up / 4)
        cells = draw_cells(intensity, rng=rng)
        signals.expected[counts.name] = expected
        signals.n_events[counts.name] = _count(cells, people.n, n_quarters)
        signals.events[counts.name] = Events(*draw_event_days(cells, lives, rng=rng))
        for values in disease.values:
            if values.test == counts.name:
                value, residual = _draw_values(values, cells, people, lives, course, r, is_after, signal, rng=rng)
                signals.values[values.analysis] = value
                sums = np.bincount(cells, weights=residual, minlength=people.n * n_quarters)
                signals.residual_sums[values.analysis] = sums.reshape(people.n, n_quarters).astype(np.float32)
    return signals


def _count(cells: Ints, n: int, n_quarters: int) -> Ints:
    return np.bincount(cells, minlength=n * n_quarters).astype(np.int16).reshape(n, n_quarters)


def _draw_values(
    values: ValueStream, cells: Ints, people: People, lives: Lives, course: Course, r: Ints, is_after: Flags,
    signal: float, *, rng: np.random.Generator,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return the values as reported and their residuals, one per cell of a test."""
    person = cells // lives.age.shape[1]
    mean = mean_value(values, people.is_male[person], lives.age.ravel()[cells])
    table = ramp_table(values.ramp)
    moved = signal * (
        values.per_class * FRAILTY[course.frailty_class[person]]
        + values.rise * table[ramp_position(r.ravel()[cells], values.ramp, table.size)]
    )
    level = rng.standard_normal(people.n)[person] * values.person_sd
    noise = rng.standard_normal(cells.size) * values.sd
    drawn = mean + moved + level + noise + values.treated * is_after.ravel()[cells]
    if values.is_log:
        reported = np.maximum(np.round(np.exp(drawn) / values.step), 1) * values.step
        return reported, np.log(reported) - mean
    reported = np.maximum(np.round(drawn / values.step), 1) * values.step
    return reported, reported - mean
