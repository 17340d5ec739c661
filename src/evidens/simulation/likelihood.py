"""How likely one person's record is, given the class of frailty and the quarter of onset."""

from dataclasses import dataclass

import numpy as np

from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.diseases import FRAILTY, CountStream, Disease, ValueStream
from evidens.simulation.quarters import Calendar
from evidens.simulation.signals import Signals, log_rate_ratios, strengths_of, value_moves
from evidens.simulation.world import WorldSettings

_AT_A_TIME = 8  # columns of cells, for the processor's sake


@dataclass(frozen=True)
class Onsets:
    """The onset quarters that are told apart at one index.

    Parameters
    ----------
    index : int
        Quarter that the index opens.
    quarters : int array
        Onset quarters; the last stands for itself and everything later.
    holds_earlier : bool
        Whether the first stands for itself and everything earlier.
    """

    index: int
    quarters: Ints
    holds_earlier: bool = False

    @classmethod
    def before_and_after(
        cls, disease: Disease, index: int, first: int, *, is_recorded: bool = True, waits: bool = False
    ) -> "Onsets":
        """Return the onsets that may still be unknown to the registers, up to the first that nothing can announce.

        Parameters
        ----------
        first : int
            First quarter of the record.
        is_recorded : bool
            Whether every diagnosis is recorded in the end. If not, onset may be any time ago; so long before the
            record that all signals are at their height is one cell.
        waits : bool
            Whether someone diagnosed in the last quarter before the index may not be shown by then.

        Notes
        -----
        Some onsets more, which nothing comes of, make rows that processors read faster.
        """
        earliest = index - disease.max_delay - waits
        if not is_recorded:
            earliest = min(earliest, first - disease.longest_rise)
        last = index + disease.longest_lead
        earliest -= -(last - earliest) % _AT_A_TIME
        return cls(index, np.arange(earliest, last), not is_recorded)


def log_likelihood(
    disease: Disease, signals: Signals, rows: Ints, onsets: Onsets, window: slice, world: WorldSettings,
    calendar: Calendar,
) -> Floats:  # fmt: skip
    """Log likelihood of the record in the window up to a constant, shape (k, rows, o), float32.

    Notes
    -----
    All but the counts' normalising terms is a quadratic in frailty, whose coefficients are summed over streams.
    Onsets so late that a stream cannot yet announce them are alike to it: one column of its loads stands for all.
    Sums over quarters go through `einsum`, in one thread and one order, so that they are the same everywhere.
    """
    r, signal = np.arange(window.start, window.stop)[:, None] - onsets.quarters, world.effects.signal
    constant = np.zeros((rows.size, onsets.quarters.size), dtype=np.float32)
    slope, curve = np.zeros_like(constant), np.zeros((rows.size, 1), dtype=np.float32)
    loads = []
    for counts in disease.counts:
        n_events = signals.n_events[counts.name][rows, window].astype(np.float32)
        expected = signals.expected[counts.name][rows, window]
        near = int(np.searchsorted(onsets.quarters, window.stop - 1 + counts.ramp.lead_quarters))
        near = _AT_A_TIME * (near // _AT_A_TIME + 1)
        strengths = strengths_of(disease, counts.name, world, calendar)[window]
        log_ratios = log_rate_ratios(counts, r[:, :near], strengths, world)
        load = _add_counts(constant, slope, counts, expected, n_events, log_ratios, signal)
        loads.append((np.float32(signal * counts.per_class), np.float32(counts.dispersion), load, _total(n_events)))
    for values in disease.values:
        n_events = signals.n_events[values.test][rows, window].astype(np.float32)
        residuals = signals.residual_sums[values.analysis][rows, window]
        moves = value_moves(values, r, strengths_of(disease, values.analysis, world, calendar)[window])
        _add_values(constant, slope, curve, values, n_events, residuals, moves, signal)
    total = np.empty((FRAILTY.size, *constant.shape), dtype=np.float32)
    for k, frailty in enumerate(FRAILTY.astype(np.float32)):
        total[k] = constant + frailty * slope + frailty**2 * curve
        for per_class, dispersion, load, n in loads:
            term = load * np.exp(per_class * frailty)
            term += dispersion
            np.log(term, out=term)
            term *= dispersion + n
            total[k] -= term
    return total


def reported_variance(values: ValueStream) -> float:
    """Variance of one reported value (or its logarithm) about the person's level: that of a test and of rounding."""
    step = values.step / np.exp(values.female_mean) if values.is_log else values.step
    return float(values.sd**2 + step**2 / 12)


def _add_counts(
    constant: Floats, slope: Floats, counts: CountStream, expected: Floats, n_events: Floats, log_ratios: Floats,
    signal: float,
) -> Floats:  # fmt: skip
    """Negative binomial: sum of n log(rate ratio) - (shape + n) log(shape + expected); return the expected."""
    near, load = log_ratios.shape[1], np.empty_like(constant)
    constant[:, :near] += np.einsum("nq,qo->no", n_events, log_ratios.astype(np.float32))
    slope += np.float32(signal * counts.per_class) * _total(n_events)
    load[:, :near] = np.einsum("nq,qo->no", expected, np.exp(log_ratios).astype(np.float32))
    load[:, near:] = load[:, near - 1 : near]
    return load


def _add_values(
    constant: Floats, slope: Floats, curve: Floats, values: ValueStream, n_events: Floats, residuals: Floats,
    moves: Floats, signal: float,
) -> None:  # fmt: skip
    """Equally correlated Gaussians, through the sums of residuals and the number of tests."""
    rise = moves.astype(np.float32)
    n, per_class = _total(n_events), np.float32(signal * values.per_class)
    variance, level = np.float32(reported_variance(values)), np.float32(values.person_sd**2)
    pull = level / (2 * variance * (variance + n * level))
    left = _total(residuals) - np.einsum("nq,qo->no", n_events, rise)
    fit = np.einsum("nq,qo->no", residuals, rise) - np.einsum("nq,qo->no", n_events, rise**2) / 2
    constant += fit / variance + pull * left**2
    slope += per_class * left * (1 / variance - 2 * pull * n)
    curve += per_class**2 * (pull * n**2 - n / (2 * variance))


def _total(per_quarter: Floats) -> Floats:
    return per_quarter.sum(axis=1, keepdims=True)
