"""What the diseases do to the record: tests, values, dispensings and contacts, and their statistics.

What draws the record and what reads it share the functions of this module: a signal as strong, a test as frequent and a
contact as likely to be lost in the one as in the other.
"""

from dataclasses import dataclass

import numpy as np

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.diseases import AGES, FRAILTY, CountStream, Disease, Ramp, ValueStream
from evidens.simulation.gap import kept_shares, lost_in_gap
from evidens.simulation.lives import Lives
from evidens.simulation.onset import Course
from evidens.simulation.people import People
from evidens.simulation.processes import draw_cells, draw_event_days, draw_multipliers, expected_rates, rate_table
from evidens.simulation.quarters import Calendar
from evidens.simulation.world import ORIGINS, WorldSettings


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
    return ramp(np.arange(-ramp.lead_quarters, ramp.quarters_to_cap + 1))


def ramp_position(r: Ints, ramp: Ramp, size: int) -> Ints:
    """Place of r quarters from onset in a table of `size` entries made for `ramp`."""
    return np.clip(r + ramp.lead_quarters, 0, size - 1)


def strengths_of(disease: Disease, name: str, world: WorldSettings, calendar: Calendar) -> Floats:
    """Return what multiplies the rise of a stream or value in each quarter of the calendar, length q.

    Parameters
    ----------
    name : str
        Of a count stream, or the analysis of a value stream.
    """
    strengths = np.full(calendar.n_quarters, world.effects.signal)
    for drift in world.effects.drifts:
        if drift.outcome == disease.outcome and drift.stream in ("all", name):
            strengths[max(calendar.position(drift.from_on), 0) :] *= drift.factor
    return strengths


def log_rate_ratios(counts: CountStream, r: Ints, strengths: Floats | float, world: WorldSettings) -> Floats:
    """Return the log of what r quarters from onset multiply the rate by; `strengths` is one, or one per row of r."""
    table = ramp_table(counts.ramp)
    rise = counts.rise * (world.effects.testing_rise if counts.is_laboratory else 1.0)
    return _per_row(strengths, r) * rise * table[ramp_position(r, counts.ramp, table.size)]


def value_moves(values: ValueStream, r: Ints, strengths: Floats | float) -> Floats:
    """Return what being r quarters from onset adds to a value; `strengths` is one, or one per row of r."""
    table = ramp_table(values.ramp)
    return _per_row(strengths, r) * values.rise * table[ramp_position(r, values.ramp, table.size)]


def expected_counts(
    counts: CountStream, people: People, lives: Lives, is_covered: Flags, world: WorldSettings
) -> Floats:
    """Return the expected count per person and quarter at frailty 0, multiplier 1, far from onset, before any loss.

    Parameters
    ----------
    is_covered : bool array of shape (n, q)
        Whether the person's region then has laboratory coverage; only tests ask.
    """
    rate = expected_rates(rate_table(AGES, counts.rates, counts.male_factor), people, lives)
    if not counts.is_laboratory:
        return rate
    if ratios := world.effects.testing_log_rate:
        by_origin = np.exp([ratios.get(origin, 0.0) for origin in ORIGINS]).astype(np.float32)
        rate = rate * by_origin[people.origin][:, None]
    return rate * is_covered


def is_contact(counts: CountStream) -> bool:
    """Whether the events of a stream are hospital contacts."""
    return counts.name.endswith("contact")


def _per_row(strengths: Floats | float, r: Ints) -> Floats:
    """Strengths in a shape that multiplies r row by row."""
    given = np.asarray(strengths)
    return given.reshape(given.shape + (1,) * (r.ndim - given.ndim))


def mean_value(values: ValueStream, is_male: Flags, age: Ints) -> Floats:
    """Mean of a value at frailty 0 and far from onset; of its logarithm where `is_log`."""
    return np.where(is_male, values.male_mean, values.female_mean) + values.per_decade * (age - 50) / 10


def draw_signals(
    disease: Disease, people: People, lives: Lives, course: Course, is_covered: Flags, world: WorldSettings,
    calendar: Calendar, shard: int,
) -> Signals:  # fmt: skip
    """Draw all streams of one disease; each has a stream of random numbers of its own.

    Notes
    -----
    After a diagnosis that no register shows everything goes on as before it.
    """
    n_quarters, signal = calendar.n_quarters, world.effects.signal
    quarters = np.arange(n_quarters)
    r = quarters - course.onset_quarter[:, None]
    is_after = quarters > course.recorded.diagnosis_quarter[:, None]
    if disease.fades_after_diagnosis:
        r = np.where(is_after, -1_000_000, r)
    signals, kept_share = Signals({}, {}, {}, {}, {}), kept_shares(lives, world, calendar)
    for counts in disease.counts:
        rng = stream(world.seed, "simulation", "signals", disease.outcome, counts.name, shard)
        expected = expected_counts(counts, people, lives, is_covered, world)
        own = draw_multipliers(counts.dispersion, people.n, rng=rng)
        own = own * np.exp(signal * counts.per_class * FRAILTY[course.frailty_class])
        intensity = expected * own[:, None].astype(np.float32)
        _raise_rates(intensity, counts, r, strengths_of(disease, counts.name, world, calendar), world)
        if counts.follow_up:
            extra = is_after & is_covered if counts.is_laboratory else is_after
            intensity += extra * lives.exposure * np.float32(counts.follow_up / 4)
        cells = draw_cells(intensity, rng=rng)
        person, day = draw_event_days(cells, lives, rng=rng)
        if kept_share is not None and is_contact(counts):  # lost after it was drawn: a gap changes nothing else
            lost = lost_in_gap(person, day, lives.region.ravel()[cells].astype(np.int64), world, shard)
            cells, person, day, expected = cells[~lost], person[~lost], day[~lost], expected * kept_share
        signals.expected[counts.name] = expected
        signals.n_events[counts.name] = _count(cells, people.n, n_quarters)
        signals.events[counts.name] = Events(person, day)
        for values in disease.values:
            if values.test == counts.name:
                strengths = strengths_of(disease, values.analysis, world, calendar)
                value, residual = _draw_values(
                    values, cells, people, lives, course, r, is_after, strengths, signal, rng=rng
                )
                signals.values[values.analysis] = value
                sums = np.bincount(cells, weights=residual, minlength=people.n * n_quarters)
                signals.residual_sums[values.analysis] = sums.reshape(people.n, n_quarters).astype(np.float32)
    return signals


def _raise_rates(intensity: Floats, counts: CountStream, r: Ints, strengths: Floats, world: WorldSettings) -> None:
    """Multiply the intensity, in place, by what the disease makes of it."""
    size, lead = ramp_table(counts.ramp).size, counts.ramp.lead_quarters
    nears = np.flatnonzero((r > -lead).any(axis=1))
    for quarters in np.split(np.arange(strengths.size), np.flatnonzero(np.diff(strengths)) + 1):
        run = slice(quarters[0], quarters[-1] + 1)
        ratios = np.exp(log_rate_ratios(counts, np.arange(-lead, size - lead), strengths[run.start], world))
        intensity[nears, run] *= ratios.astype(np.float32)[ramp_position(r[nears, run], counts.ramp, size)]


def _count(cells: Ints, n: int, n_quarters: int) -> Ints:
    return np.bincount(cells, minlength=n * n_quarters).astype(np.int16).reshape(n, n_quarters)


def _draw_values(
    values: ValueStream, cells: Ints, people: People, lives: Lives, course: Course, r: Ints, is_after: Flags,
    strengths: Floats, signal: float, *, rng: np.random.Generator,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return the values as reported and their residuals, one per cell of a test."""
    person = cells // lives.age.shape[1]
    mean = mean_value(values, people.is_male[person], lives.age.ravel()[cells])
    moved = signal * values.per_class * FRAILTY[course.frailty_class[person]]
    moved = moved + value_moves(values, r.ravel()[cells], strengths[cells % strengths.size])
    level = rng.standard_normal(people.n)[person] * values.person_sd
    noise = rng.standard_normal(cells.size) * values.sd
    drawn = mean + moved + level + noise + values.treated * is_after.ravel()[cells]
    if values.is_log:
        reported = np.maximum(np.round(np.exp(drawn) / values.step), 1) * values.step
        return reported, np.log(reported) - mean
    reported = np.maximum(np.round(drawn / values.step), 1) * values.step
    return reported, reported - mean
