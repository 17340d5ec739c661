"""Terms of a linear model: how one feature becomes one number, with development's quantities."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from evidens.statistics.spline import restricted_cubic_terms


@dataclass(frozen=True)
class ValueTerm:
    """A feature's value: imputed where missing, drawn in to limits, standardised."""

    kind: ClassVar[str] = "value"
    feature: str
    impute: float  # the median of development
    lower: float | None = None  # None: no limit
    upper: float | None = None
    centre: float = 0.0
    scale: float = 1.0

    def raw(self, column: np.ndarray) -> np.ndarray:
        """Return the term before standardising."""
        return np.clip(np.where(np.isnan(column), self.impute, column), self.lower, self.upper)


@dataclass(frozen=True)
class MissingTerm:
    """Whether a feature was not measured: who is measured, and who is not, is itself informative."""

    kind: ClassVar[str] = "missing"
    feature: str
    centre: float = 0.0
    scale: float = 1.0

    def raw(self, column: np.ndarray) -> np.ndarray:
        """Return the term before standardising."""
        return np.isnan(column).astype(np.float64)


@dataclass(frozen=True)
class SplineTerm:
    """One curved part of a restricted cubic spline of a feature (straight beyond the outer knots).

    References
    ----------
    Harrell FE. Regression Modeling Strategies, 2nd ed., section 2.4.5. Springer, 2015.
    doi:10.1007/978-3-319-19425-7
    """

    kind: ClassVar[str] = "spline"
    feature: str
    impute: float
    knots: tuple[float, ...]
    part: int  # 0 to len(knots) - 3
    centre: float = 0.0
    scale: float = 1.0

    def raw(self, column: np.ndarray) -> np.ndarray:
        """Return the term before standardising."""
        x = np.where(np.isnan(column), self.impute, column)
        return restricted_cubic_terms(x, np.array(self.knots))[self.part]


Term = ValueTerm | MissingTerm | SplineTerm
TERM_KINDS: dict[str, type[Term]] = {cls.kind: cls for cls in (ValueTerm, MissingTerm, SplineTerm)}


def apply_term(term: Term, column: np.ndarray) -> np.ndarray:
    """Return the standardised term of each row."""
    return (term.raw(column) - term.centre) / term.scale


def term_to_record(term: Term) -> dict[str, Any]:
    """Return the term as plain numbers and strings."""
    return {"kind": term.kind, **asdict(term)}


def term_from_record(record: dict[str, Any]) -> Term:
    """Return the term that `term_to_record` wrote."""
    values: dict[str, Any] = {name: value for name, value in record.items() if name != "kind"}
    if "knots" in values:
        values["knots"] = tuple(values["knots"])
    return TERM_KINDS[record["kind"]](**values)


def weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Return the smallest value below or at which at least `share` of the weight lies.

    Notes
    -----
    The inverse of the weighted distribution function: with whole-number weights it equals the
    quantile of the repeated values, which keeps a resample and its counts the same thing.

    Examples
    --------
    >>> weighted_quantile(np.array([5.0, 1.0, 3.0]), np.array([1.0, 1.0, 2.0]), 0.5)
    3.0
    """
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    place = np.searchsorted(cumulative, share * cumulative[-1], side="left")
    return float(values[order[min(place, len(order) - 1)]])
