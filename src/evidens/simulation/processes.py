"""Point processes with rates that are constant within a quarter, drawn all at once."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.lives import Lives
from evidens.simulation.people import People


def draw_cells(intensity: Floats, *, rng: np.random.Generator) -> Ints:
    """Draw a Poisson process over people and quarters.

    Parameters
    ----------
    intensity : array of shape (n, q)
        Expected number of events per person and quarter.
    rng : numpy.random.Generator

    Returns
    -------
    int64 array
        One entry per event: `person * q + quarter`, ascending.

    Notes
    -----
    The total is Poisson; given the total, the events are uniform over the cumulated intensity. Normalised
    partial sums of exponential variates are uniform order statistics, so nothing has to be sorted.
    """
    cumulated = intensity.astype(np.float64).ravel()
    np.cumsum(cumulated, out=cumulated)
    total = cumulated[-1] if cumulated.size else 0.0
    n_events = rng.poisson(total)
    if n_events == 0:
        return np.zeros(0, dtype=np.int64)
    gaps = rng.standard_exponential(n_events + 1)
    np.cumsum(gaps, out=gaps)
    return np.searchsorted(cumulated, gaps[:-1] * (total / gaps[-1]), side="right")


def draw_multipliers(dispersion: float, n: int, *, rng: np.random.Generator) -> Floats:
    """Draw one gamma multiplier per person, mean 1 and variance 1 / dispersion."""
    return rng.standard_gamma(dispersion, n) / dispersion


def draw_event_days(cells: Ints, lives: Lives, *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the person and the day of each event, uniform over the days open to the person in the quarter."""
    person = (cells // lives.open_day.shape[1]).astype(np.int32)
    width = lives.open_days.ravel()[cells]
    day = (rng.random(cells.size, dtype=np.float32) * width).astype(np.int32)
    np.minimum(day, width - 1, out=day)
    return person, day + lives.open_day.ravel()[cells]


def draw_categories(weights: tuple[float, ...], n: int, *, rng: np.random.Generator) -> Ints:
    """Draw n positions by weight, from a table of 65,536 slots: a weight is exact to 1 in 65,536."""
    cut = np.round(np.cumsum(weights) / np.sum(weights) * 65_536).astype(np.int64)
    table = np.searchsorted(cut, np.arange(65_536), side="right").astype(np.int16)
    return table[rng.integers(0, 65_536, n, dtype=np.uint16)]


def rate_table(ages: tuple[int, ...], rates: tuple[float, ...], male_factor: float = 1.0) -> Floats:
    """Rates per quarter by sex (0 women, 1 men) and completed years 0 to 125, linear between `ages`."""
    by_age = np.interp(np.arange(126), ages, rates) / 4
    return np.stack([by_age, by_age * male_factor])


def expected_rates(table: Floats, people: People, lives: Lives) -> Floats:
    """Return expected events per person and quarter, from a `rate_table` and the days open to each person.

    Notes
    -----
    Age is counted in quarters of life, so that a person's rates are a stretch of one list of rates by quarter of
    life: stretches are copied, nothing is looked up.
    """
    n_quarters, latest = lives.age.shape[1], int(people.born_quarter.max(initial=0))
    ages = np.arange(-latest, n_quarters - int(people.born_quarter.min(initial=0))) // 4
    by_quarter = table.astype(np.float32)[:, np.clip(ages, 0, table.shape[1] - 1)]
    stretches = sliding_window_view(by_quarter, n_quarters, axis=1)
    rates = stretches[people.is_male.astype(np.intp), latest - people.born_quarter]
    rates *= lives.exposure
    return rates
