"""Waiting times under hazards that are constant within a quarter of life, by inversion."""

import numpy as np

from evidens.simulation.arrays import Floats, Ints


def cumulate(hazards: Floats) -> Floats:
    """Cumulative hazard at the start of each quarter and at the end of the last: one column more.

    >>> cumulate(np.array([[0.5, 1.0]]))
    array([[0. , 0.5, 1.5]])
    """
    return np.concatenate([np.zeros_like(hazards[..., :1]), np.cumsum(hazards, axis=-1)], axis=-1)


def draw_quarters(
    cumulative: Floats,
    row: Ints,
    from_quarter: Ints,
    factor: Floats | float = 1.0,
    *,
    rng: np.random.Generator,
) -> Ints:
    """Draw the quarter of life in which the event falls.

    Parameters
    ----------
    cumulative : array of shape (rows, quarters + 1)
        Cumulative hazards, see `cumulate`.
    row, from_quarter : int arrays of length n
        Which hazard a person has, and the first quarter of life at risk.
    factor : float array of length n, or float
        Multiplies the person's hazard.
    rng : numpy.random.Generator
        One exponential variate per person.

    Returns
    -------
    int array of length n
        Quarters of life; the number of quarters where there is no event within the table.

    Notes
    -----
    With E standard exponential, the event falls where the cumulative hazard first reaches
    H(from) + E / factor.
    """
    exponential = rng.standard_exponential(row.size)
    n_quarters = cumulative.shape[1] - 1
    with np.errstate(divide="ignore"):
        target = cumulative[row, np.minimum(from_quarter, n_quarters)] + exponential / factor
    drawn = np.full(row.size, n_quarters)
    for r in range(cumulative.shape[0]):
        mine = row == r
        drawn[mine] = np.searchsorted(cumulative[r], target[mine], side="left") - 1
    return np.minimum(drawn, n_quarters)
