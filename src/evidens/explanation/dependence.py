"""How the contribution of a feature depends on its value: in bins of people, never person by person."""

from dataclasses import dataclass

import numpy as np

from evidens.explanation.attribution import Attribution


@dataclass(frozen=True)
class DependencePoint:
    """People with about the same value: their mean value, and the mean and quartiles of its contribution."""

    value: float
    mean: float
    lower: float
    upper: float
    n: int


def bin_people(values: np.ndarray, *, n_bins: int, min_people: int) -> np.ndarray:
    """Return the bin of each person, by value: about equally many people, never fewer than `min_people`.

    Parameters
    ----------
    values : numpy.ndarray
        float64, no NaN.
    n_bins : int
        At most.
    min_people : int
        At least, in every bin; people with equal values share a bin.

    Returns
    -------
    numpy.ndarray
        int64: 0 for the lowest values. Empty when there are fewer than `min_people` people.

    Examples
    --------
    >>> bin_people(np.array([0.0, 0.0, 0.0, 1.0, 2.0, 3.0]), n_bins=3, min_people=2).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    if len(values) < min_people:
        return np.empty(0, dtype=np.int64)
    distinct, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    wanted = max(min_people, len(values) / n_bins)
    bin_of_value = np.zeros(len(distinct), dtype=np.int64)
    current, inside, left = 0, 0, len(values)
    for k, count in enumerate(counts):
        bin_of_value[k] = current
        inside, left = inside + count, left - count
        if inside >= wanted and left >= min_people:
            current, inside = current + 1, 0
    return bin_of_value[place]


def average_dependence(
    attribution: Attribution, feature: int, *, n_bins: int, min_people: int
) -> list[DependencePoint]:
    """Points of one feature's curve, by rising value, among those measured."""
    measured = ~np.isnan(attribution.features[:, feature])
    values, contributions = attribution.features[measured, feature], attribution.values[measured, feature]
    bins = bin_people(values, n_bins=n_bins, min_people=min_people)
    return [_average(values[bins == k], contributions[bins == k]) for k in np.unique(bins)]


def average_missing(attribution: Attribution, feature: int, *, min_people: int) -> DependencePoint | None:
    """Return what not having been measured contributes; None when fewer than `min_people` were not."""
    missing = np.isnan(attribution.features[:, feature])
    if missing.sum() < min_people:
        return None
    return _average(np.zeros(int(missing.sum())), attribution.values[missing, feature])


def _average(values: np.ndarray, contributions: np.ndarray) -> DependencePoint:
    lower, upper = np.quantile(contributions, [0.25, 0.75])
    return DependencePoint(float(values.mean()), float(contributions.mean()), float(lower), float(upper), len(values))
