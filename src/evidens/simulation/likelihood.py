"""How likely one person's record is, given the class of frailty and the quarter of onset."""

from dataclasses import dataclass

import numpy as np

from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.diseases import FRAILTY, CountStream, Disease, ValueStream
from evidens.simulation.signals import Signals, ramp_position, ramp_table, rise_table


@dataclass(frozen=True)
class Onsets:
    """The onset quarters that are told apart at one index.

    Parameters
    ----------
    index : int
        Quarter that the index opens.
    quarters : int array
        Onset quarters; the last stands for itself and everything later.
    """

    index: int
    quarters: Ints

    @classmethod
    def before_and_after(cls, disease: Disease, index: int) -> "Onsets":
        """From the longest delay before the index to the first onset that no signal can yet announce."""
        return cls(index, np.arange(index - disease.max_delay, index + disease.longest_lead))


def log_likelihood(
    disease: Disease, signals: Signals, rows: Ints, onsets: Onsets, window: slice, signal: float
) -> Floats:
    """Log likelihood of the record in the window up to a constant, shape (k, rows, o), float32.

    Notes
    -----
    All but the counts' normalising terms is a quadratic in frailty, whose coefficients are summed over streams.
    Sums over quarters go through `einsum`, in one thread and one order, so that they are the same everywhere.
    """
    r = np.arange(window.start, window.stop)[:, None] - onsets.quarters
    constant = np.zeros((rows.size, onsets.quarters.size), dtype=np.float32)
    slope, curve = np.zeros_like(constant), np.zeros((rows.size, 1), dtype=np.float32)
    loads = []
    for counts in disease.counts:
        n_events = signals.n_events[counts.name][rows, window].astype(np.float32)
        load = _add_counts(constant, slope, counts, signals.expected[counts.name][rows, window], n_events, r, signal)
        loads.append((np.float32(signal * counts.per_class), np.float32(counts.dispersion), load, _total(n_events)))
    for values in disease.values:
        n_events = signals.n_events[values.test][rows, window].astype(np.float32)
        residuals = signals.residual_sums[values.analysis][rows, window]
        _add_values(constant, slope, curve, values, n_events, residuals, r, signal)
    total = np.empty((FRAILTY.size, *constant.shape), dtype=np.float32)
    for k, frailty in enumerate(FRAILTY.astype(np.float32)):
        total[k] = constant + frailty * slope + frailty**2 * curve
        for per_class, dispersion, load, n in loads:
            mean = load * np.exp(per_class * frailty)
            mean += dispersion
            total[k] -= (dispersion + n) * np.log(mean, out=mean)
    return total


def _add_counts(
    constant: Floats, slope: Floats, counts: CountStream, expected: Floats, n_events: Floats, r: Ints, signal: float
) -> Floats:
    """Negative binomial: sum of n log(rate ratio) - (shape + n) log(shape + expected); return the expected."""
    rise = rise_table(counts, signal)
    rise = rise[ramp_position(r, counts.ramp, rise.size)].astype(np.float32)
    constant += np.einsum("nq,qo->no", n_events, np.log(rise))
    slope += np.float32(signal * counts.per_class) * _total(n_events)
    return np.einsum("nq,qo->no", expected, rise)


def _add_values(
    constant: Floats, slope: Floats, curve: Floats, values: ValueStream, n_events: Floats, residuals: Floats, r: Ints,
    signal: float,
) -> None:  # fmt: skip
    """Equally correlated Gaussians, through the sums of residuals and the number of tests."""
    table = ramp_table(values.ramp)
    rise = (signal * values.rise * table[ramp_position(r, values.ramp, table.size)]).astype(np.float32)
    n, per_class = _total(n_events), np.float32(signal * values.per_class)
    step = values.step / np.exp(values.female_mean) if values.is_log else values.step
    variance, level = np.float32(values.sd**2 + step**2 / 12), np.float32(values.person_sd**2)
    pull = level / (2 * variance * (variance + n * level))
    left = _total(residuals) - np.einsum("nq,qo->no", n_events, rise)
    fit = np.einsum("nq,qo->no", residuals, rise) - np.einsum("nq,qo->no", n_events, rise**2) / 2
    constant += fit / variance + pull * left**2
    slope += per_class * left * (1 / variance - 2 * pull * n)
    curve += per_class**2 * (pull * n**2 - n / (2 * variance))


def _total(per_quarter: Floats) -> Floats:
    return per_quarter.sum(axis=1, keepdims=True)
