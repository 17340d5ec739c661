"""The people a statistic is computed from: outcome, predicted risk, weight; checked once, at the door."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evidens.foundation import Faults
from evidens.statistics.estimate import StatisticsError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Sample:
    """Checked people with a weight above zero.

    Parameters
    ----------
    outcome : ndarray of bool, shape (n,)
        Whether the person had the outcome.
    risk : ndarray of float, shape (n,)
        Predicted probability in [0, 1].
    reference : ndarray of float, shape (n,)
        Predicted probability of the model compared with; `risk` itself where nothing is compared.
    weights : ndarray of float, shape (n,), optional
        Positive and not all equal; None where everyone counts alike.
    """

    outcome: Bools
    risk: Floats
    reference: Floats
    weights: Floats | None

    @property
    def n(self) -> int:
        """People."""
        return self.outcome.size

    @property
    def n_events(self) -> int:
        """People with the outcome."""
        return int(np.count_nonzero(self.outcome))

    @property
    def n_non_events(self) -> int:
        """People without the outcome."""
        return self.n - self.n_events

    @property
    def one_class(self) -> str | None:
        """Why events cannot be compared with non-events, or None when they can."""
        if self.n == 0:
            return "no one to count"
        if self.n_events == 0:
            return "no one has the outcome"
        return "everyone has the outcome" if self.n_non_events == 0 else None

    def method(self, text: str) -> str:
        """Name of the convention, saying when it is weighted."""
        return text if self.weights is None else f"{text}, weighted"

    def total(self, values: NDArray) -> float:
        """Weighted sum of `values`.

        Numpy's pairwise sum, not a dot product: the linear algebra library may split a long dot
        product over threads, and the last digits would depend on their number.
        """
        return float(values.sum() if self.weights is None else (self.weights * values).sum())

    def mean(self, values: NDArray) -> float:
        """Weighted mean of `values`."""
        return self.total(values) / self.size

    @property
    def size(self) -> float:
        """Sum of weights."""
        return float(self.n if self.weights is None else self.weights.sum())

    @property
    def prevalence(self) -> float:
        """Weighted share with the outcome."""
        return self.mean(self.outcome)

    def mean_se(self, values: NDArray) -> float | None:
        """Estimate the standard error of the weighted mean of `values`; None for fewer than two people.

        The square root of `n / (n - 1) * sum(w^2 (v - mean)^2) / sum(w)^2`, which for equal weights
        is the textbook standard deviation over the root of n. Weights count as known.
        """
        if self.n < 2:
            return None
        residual = values - self.mean(values)
        if self.weights is not None:
            residual *= self.weights
        return float(np.sqrt((residual * residual).sum() * self.n / (self.n - 1)) / self.size)

    def take(self, rows: NDArray[np.intp]) -> "Sample":
        """Sample of the people in `rows`, who may repeat."""
        weights = None if self.weights is None else self.weights[rows]
        return Sample(self.outcome[rows], self.risk[rows], self.reference[rows], weights)


def check_sample(
    place: str,
    outcome: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    reference_risk: ArrayLike | None = None,
    level: float = 0.95,
) -> Sample:
    """Return the people with a weight above zero, or stop with everything that is wrong.

    Parameters
    ----------
    place : str
        The statistic, named in errors.
    outcome : array_like of bool, shape (n,)
        0 and 1 are taken as False and True.
    risk : array_like of float, shape (n,)
        In [0, 1].
    weights : array_like of float, shape (n,), optional
        Inverse-probability-of-censoring weights; 0 for people censored before the horizon. Equal
        weights are no weights: every measure here is a ratio of weighted sums.
    reference_risk : array_like of float, shape (n,), optional
        In [0, 1]; risks of the model compared with.
    level : float
        Confidence level in (0, 1).

    Raises
    ------
    StatisticsError
        With one fault per thing that is wrong; never a person's value.
    """
    faults = Faults()
    observed = _check_outcome(faults, place, outcome)
    columns = {"risk": risk, "reference_risk": reference_risk, "weights": weights}
    floats = {name: _check_floats(faults, place, name, given) for name, given in columns.items() if given is not None}
    lengths = {"outcome": observed.size, **{name: column.size for name, column in floats.items()}}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        faults.add(place, f"lengths differ: {said}.", "Give one entry per person in each.")
    check_level(faults, place, level)
    faults.stop(StatisticsError)
    w = floats.get("weights")
    sample = Sample(observed, floats["risk"], floats.get("reference_risk", floats["risk"]), w)
    if w is None:
        return sample
    if not (w > 0).all():
        sample = sample.take(np.flatnonzero(w > 0))
    kept = sample.weights
    equal = kept is None or kept.size == 0 or kept.min() == kept.max()
    return replace(sample, weights=None) if equal else sample


def check_level(faults: Faults, place: str, level: float) -> None:
    """Note a confidence level outside (0, 1)."""
    if not 0 < level < 1:
        faults.add(place, "level is outside (0, 1).", "Give a share, such as 0.95.")


def _check_outcome(faults: Faults, place: str, outcome: ArrayLike) -> Bools:
    column = np.asarray(outcome)
    if column.ndim != 1:
        faults.add(place, f"outcome has {column.ndim} dimensions, not 1.", "Give one entry per person.")
        return np.zeros(0, bool)
    if column.dtype == np.bool_:
        return column
    is_number = np.issubdtype(column.dtype, np.number)
    if column.size and not (is_number and bool(((column == 0) | (column == 1)).all())):
        faults.add(place, "outcome holds something other than true and false.", "Drop people without a known outcome.")
    return column.astype(bool) if is_number else np.zeros(column.size, bool)


def _check_floats(faults: Faults, place: str, name: str, given: ArrayLike) -> Floats:
    try:
        column = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        faults.add(place, f"{name} holds something other than numbers.", "Give one number per person.")
        return np.zeros(np.size(given))
    if column.ndim != 1:
        faults.add(place, f"{name} has {column.ndim} dimensions, not 1.", "Give one entry per person.")
        return column.ravel()
    low, high = (column.min(), column.max()) if column.size else (0.0, 0.0)
    if np.isnan(low) or np.isnan(high):
        faults.add(place, f"{name} has missing values.", "Predict for everyone, or drop them and say how many.")
    elif name == "weights" and (low < 0 or np.isinf(high)):
        faults.add(place, "weights are negative or infinite.", "Make them with censoring_weights.")
    elif name != "weights" and (low < 0 or high > 1):
        faults.add(place, f"{name} lies outside [0, 1].", "Give probabilities, not scores or logits.")
    return column
