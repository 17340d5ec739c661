"""Restricted cubic splines: a logistic curve that bends between knots and is straight beyond them."""

from dataclasses import dataclass

import numpy as np

from evidens.statistics.logistic import LogisticFit, expit, fit_logistic, logit
from evidens.statistics.overall import NEAREST
from evidens.statistics.sample import Bools, Floats

KNOT_QUANTILES = {5: (0.05, 0.275, 0.5, 0.725, 0.95), 3: (0.10, 0.5, 0.90)}
EVENTS_PER_PARAMETER = 10


@dataclass(frozen=True)
class SplineCurve:
    """A fitted logistic spline of the outcome on the logit of the risk.

    Parameters
    ----------
    knots : ndarray of float, shape (k,)
        On the logit scale; empty for a straight line.
    fit : LogisticFit
        Coefficients of intercept, logit risk and the k - 2 spline terms.
    """

    knots: Floats
    fit: LogisticFit

    @property
    def method(self) -> str:
        """Name of the curve."""
        if self.knots.size == 0:
            return "logistic line on logit risk"
        return f"restricted cubic spline on logit risk, {self.knots.size} knots"

    def predict(self, x: Floats) -> Floats:
        """Curve at the risks `x`."""
        return expit(self._linear(_design(x, self.knots)))

    def band(self, x: Floats, z: float) -> tuple[Floats, Floats, Floats]:
        """Curve at the risks `x` with a pointwise band formed on the logit scale."""
        columns = _design(x, self.knots)
        variance = np.zeros(x.size)
        for i, left in enumerate(columns):
            for j, right in enumerate(columns):
                variance += self.fit.covariance[i, j] * left * right
        centre, width = self._linear(columns), z * np.sqrt(np.maximum(variance, 0.0))
        return expit(centre), expit(centre - width), expit(centre + width)

    def _linear(self, columns: list[Floats]) -> Floats:
        return sum(b * column for b, column in zip(self.fit.coefficients, columns, strict=True))


def fit_spline(outcome: Bools, risk: Floats, weights: Floats | None) -> SplineCurve | None:
    """Fit with 5 knots, with 3, or a straight line, whichever the events and distinct risks can carry.

    Returns
    -------
    SplineCurve or None
        None where not even a line has a finite slope.

    Notes
    -----
    A spline with k knots needs ten events and ten non-events per slope, 2 k distinct risks and k distinct
    knots. Knots lie at Harrell's quantiles (Regression Modeling Strategies 2015, table 2.3.
    doi:10.1007/978-3-319-19425-7): of the risks as they are, as in Harrell's rms, whose `rcs` knows no weights.
    Where a knot lies is a choice and no estimate; weights enter the fit alone.
    """
    fewest = min(int(outcome.sum()), int((~outcome).sum()))
    n_distinct = np.unique(risk).size
    x = _logit(risk)
    for n_knots, quantiles in KNOT_QUANTILES.items():
        knots = np.unique(np.quantile(x, quantiles))
        if fewest < EVENTS_PER_PARAMETER * (n_knots - 1) or n_distinct < 2 * n_knots or knots.size < n_knots:
            continue
        fit = fit_logistic(outcome, _design(risk, knots), weights=weights)
        if fit is not None:
            return SplineCurve(knots, fit)
    fit = fit_logistic(outcome, _design(risk, np.empty(0)), weights=weights)
    return None if fit is None else SplineCurve(np.empty(0), fit)


def restricted_cubic_terms(x: Floats, knots: Floats) -> list[Floats]:
    """Columns of the nonlinear terms at `x`, one fewer than the inner knots plus one.

    Devlin and Weeks' truncated powers divided by the squared distance of the outer knots, so that every
    column has the scale of `x`; straight beyond the outer knots.

    >>> knots = np.array([0.0, 1.0, 2.0])
    >>> [float(v) for v in restricted_cubic_terms(np.array([-1.0, 1.0, 2.0, 3.0]), knots)[0]]
    [0.0, 0.25, 1.5, 3.0]
    """
    last, before = knots[-1], knots[-2]
    scale = (last - knots[0]) ** 2

    def cube(knot: float) -> Floats:
        above = np.maximum(x - knot, 0.0)
        return above * above * above

    tail, bend = cube(last), cube(before)
    return [
        (cube(k) - bend * (last - k) / (last - before) + tail * (before - k) / (last - before)) / scale
        for k in knots[:-2]
    ]


def _design(risk: Floats, knots: Floats) -> list[Floats]:
    x = _logit(risk)
    terms = restricted_cubic_terms(x, knots) if knots.size else []
    return [np.ones(x.size), x, *terms]


def _logit(risk: Floats) -> Floats:
    return logit(np.clip(risk, NEAREST, 1 - NEAREST))
