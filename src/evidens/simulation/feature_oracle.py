"""The true risk given a few features of the oracle's lookback instead of all its events: what is lost by summing up.

The features are what is known of the person (age, sex, origin, arrival, residence) and, of one analysis per outcome
over the oracle's lookback, how many tests there were, in which quarter the latest fell, and what it showed.
Their likelihood given frailty k and onset o is exact, like that of all events of the same quarters:

* the number n is negative binomial with the summed load S of the quarters, as the person's multiplier is gamma;
* given n, the tests are independent draws over the cumulated load, so that the latest falls in quarter q with
  probability (S_q^n - S_{q-1}^n) / S^n, whatever the multiplier;
* the latest value is normal with the mean at (k, o) in that quarter; its variance is that of one test, the person's own
  level and rounding. Values are independent of the number and the time of tests given (k, o).

A model that uses more than these features can know more than this oracle; one that uses only these cannot. The
difference to the oracle of all events of the lookback is the price of the features. Where readings are off, the value
is the body's, not what is reported: a model that reads what is reported can then know less. The risks themselves are
worked out beside those given all events, in one pass: see `true_risk`.
"""

from dataclasses import dataclass

import numpy as np

from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.diseases import FRAILTY, Disease, ValueStream
from evidens.simulation.likelihood import Onsets, reported_variance
from evidens.simulation.lives import Lives
from evidens.simulation.people import People
from evidens.simulation.quarters import Calendar
from evidens.simulation.signals import Signals, log_rate_ratios, mean_value, strengths_of, value_moves
from evidens.simulation.world import WorldSettings

FEATURE_ANALYSES = {"type_2_diabetes": "NPU27300", "colorectal_cancer": "NPU02319"}  # HbA1c, haemoglobin


@dataclass(frozen=True)
class TestHistory:
    """What is summed up of one analysis; arrays with one entry per person asked for.

    Parameters
    ----------
    n_tests : int array
    latest : int array
        Quarter of the calendar of the latest test; -1 without a test.
    residual : float array
        Latest value minus the mean at frailty 0 and far from onset (of the logarithm, if values are); 0 without.
    """

    __test__ = False  # no test of pytest's

    n_tests: Ints
    latest: Ints
    residual: Floats

    def of(self, some: Ints) -> "TestHistory":
        """Of some of the people, by position."""
        return TestHistory(self.n_tests[some], self.latest[some], self.residual[some])


def find_analysis(disease: Disease) -> ValueStream:
    """Return the analysis whose tests are summed up for a disease."""
    return next(v for v in disease.values if v.analysis == FEATURE_ANALYSES[disease.outcome])


def summarise_tests(
    values: ValueStream, signals: Signals, people: People, lives: Lives, rows: Ints, window: slice, calendar: Calendar
) -> TestHistory:
    """Count the tests of each of `rows` in the quarters of `window`, and find the latest; of a day's, any one."""
    starts, events = calendar.starts, signals.events[values.test]
    inside = (events.day >= starts[window.start]) & (events.day < starts[window.stop])
    person, day = events.person[inside].astype(np.int64), events.day[inside].astype(np.int64)
    order = np.argsort(person << 32 | day, kind="stable")
    is_last = np.append(np.diff(person[order]) > 0, True)[: person.size]
    last = order[is_last]  # one test per person that has any
    quarter = np.searchsorted(starts, day[last], side="right") - 1
    shown = signals.values[values.analysis][inside][last]
    mean = mean_value(values, people.is_male[person[last]], lives.age[person[last], quarter])
    latest, residual = np.full(people.n, -1, dtype=np.int64), np.zeros(people.n)
    latest[person[last]] = quarter
    residual[person[last]] = (np.log(shown) if values.is_log else shown) - mean
    return TestHistory(np.bincount(person, minlength=people.n)[rows], latest[rows], residual[rows])


def feature_log_likelihood(
    disease: Disease, signals: Signals, history: TestHistory, rows: Ints, onsets: Onsets, window: slice,
    world: WorldSettings, calendar: Calendar,
) -> Floats:  # fmt: skip
    """Log likelihood of the summed-up record up to a constant, shape (k, rows, o), float32.

    Parameters
    ----------
    history : TestHistory
        Of the same `rows` and `window`.
    """
    values, signal = find_analysis(disease), np.float32(world.effects.signal)
    counts = next(c for c in disease.counts if c.name == values.test)
    r = np.arange(window.start, window.stop)[:, None] - onsets.quarters
    ratios = np.exp(log_rate_ratios(counts, r, strengths_of(disease, counts.name, world, calendar)[window], world))
    moves = value_moves(values, r, strengths_of(disease, values.analysis, world, calendar)[window])
    ratios, moves = ratios.astype(np.float32), moves.astype(np.float32)
    expected = signals.expected[counts.name][rows, window]
    load, n = np.einsum("nq,qo->no", expected, ratios), history.n_tests[:, None].astype(np.float32)
    seen = np.flatnonzero(history.latest >= 0)
    place = history.latest[seen] - window.start
    until = expected[seen] * (np.arange(ratios.shape[0]) <= place[:, None])
    until = np.einsum("nq,qo->no", until, ratios)
    before = np.minimum(expected[seen, place][:, None] * ratios[place] / until, 1.0)
    latest = np.zeros_like(load)
    with np.errstate(divide="ignore"):  # the first quarter with any load: no test can have come before
        latest[seen] = n[seen] * np.log(until) + np.log(-np.expm1(n[seen] * np.log1p(-before)))
    variance = reported_variance(values) + values.person_sd**2
    left = history.residual[seen, None].astype(np.float32) - moves[place]
    total = np.empty((FRAILTY.size, *load.shape), dtype=np.float32)
    for k, frailty in enumerate(FRAILTY.astype(np.float32)):
        ratio = signal * counts.per_class * frailty
        total[k] = latest + n * ratio - (counts.dispersion + n) * np.log(counts.dispersion + load * np.exp(ratio))
        total[k][seen] -= (left - signal * values.per_class * frailty) ** 2 / (2 * variance)
    return total
