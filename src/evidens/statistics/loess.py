"""Local quadratic regression on one variable (Cleveland's loess, without robustness rounds)."""

from dataclasses import dataclass

import numpy as np

from evidens.statistics.sample import Bools, Floats

SPAN = 0.75
MOST_NODES = 200  # between which fitted values are interpolated linearly


@dataclass(frozen=True)
class Loess:
    """A fitted loess curve: the people sorted by risk, and its values at nodes.

    Parameters
    ----------
    x : ndarray of float, shape (n,)
        Sorted upwards.
    y : ndarray of float, shape (n,)
        The outcome, 0 or 1, in the order of `x`.
    weights : ndarray of float, shape (n,), optional
        In the order of `x`; they multiply the tricube weights, while the neighbourhood counts people.
    nodes, values : ndarray of float
        All distinct `x`, or 200 of them, and the curve there.
    """

    x: Floats
    y: Floats
    weights: Floats | None
    nodes: Floats
    values: Floats

    method = "loess, span 0.75, degree 2"

    def predict(self, x: Floats) -> Floats:
        """Curve at `x` by linear interpolation between nodes, cut to [0, 1]."""
        return np.clip(np.interp(x, self.nodes, self.values), 0.0, 1.0)

    def band(self, x: Floats, z: float) -> tuple[Floats, Floats, Floats]:
        """Curve at `x`, computed there and not interpolated, with a pointwise band; all cut to [0, 1].

        The fit is a sum of outcomes, ``sum(l_i y_i)``, so its variance is ``sum(l_i^2 r_i^2)`` with the
        residual r: no equal variance is assumed, which a binary outcome would break.
        """
        residual = self.y - self.predict(self.x)
        fitted, width = np.empty(x.size), np.empty(x.size)
        for i, at in enumerate(x):
            window, smoother = local_weights(self.x, self.weights, float(at))
            fitted[i] = (smoother * self.y[window]).sum()
            width[i] = z * np.sqrt(np.square(smoother * residual[window]).sum())
        lower, upper = np.clip(fitted - width, 0.0, 1.0), np.clip(fitted + width, 0.0, 1.0)
        return np.clip(fitted, 0.0, 1.0), lower, upper


def fit_loess(outcome: Bools, risk: Floats, weights: Floats | None) -> Loess:
    """Fit loess of the outcome on the risk.

    Cleveland WS, Devlin SJ. J Am Stat Assoc 1988;83:596-610. doi:10.1080/01621459.1988.10478639
    """
    order = np.argsort(risk, kind="stable")
    x, y = risk[order], outcome[order].astype(np.float64)
    w = None if weights is None else weights[order]
    nodes = _nodes(x)
    values = np.empty(nodes.size)
    for i, at in enumerate(nodes):
        window, smoother = local_weights(x, w, float(at))
        values[i] = (smoother * y[window]).sum()
    return Loess(x, y, w, nodes, values)


def local_weights(x: Floats, weights: Floats | None, at: float, span: float = SPAN) -> tuple[slice, Floats]:
    """Weights l with ``fit(at) = sum(l * y[window])`` for sorted `x`.

    Tricube weights over the nearest `floor(span * n)` people, then a local quadratic; a line or a mean
    where the neighbourhood has too few distinct values to carry a quadratic.
    """
    q = max(int(np.floor(x.size * span + 1e-5)), 1)
    start = _nearest(x, at, q)
    window = slice(start, start + q)
    distance = x[window] - at
    reach = float(max(-distance[0], distance[-1]))
    if reach <= 0:
        window = slice(int(np.searchsorted(x, at, "left")), int(np.searchsorted(x, at, "right")))
        kernel = np.ones(window.stop - window.start)
        u = np.zeros(kernel.size)
    else:
        u = distance / reach
        kernel = (1 - np.abs(u) ** 3) ** 3
    if weights is not None:
        kernel = kernel * weights[window]
    powers = [kernel]
    for _ in range(4):
        powers.append(powers[-1] * u)
    moments = [float(power.sum()) for power in powers]
    for degree in (2, 1):
        matrix = np.array([moments[row : row + degree + 1] for row in range(degree + 1)])
        if np.linalg.cond(matrix) < 1e10:
            first = np.linalg.solve(matrix, np.eye(degree + 1)[0])
            return window, sum(c * power for c, power in zip(first, powers, strict=False))
    return window, kernel / moments[0]


def _nearest(x: Floats, at: float, q: int) -> int:
    """Where the `q` values of sorted `x` nearest to `at` begin."""
    low, high = 0, x.size - q
    while low < high:
        middle = (low + high) // 2
        if at - x[middle] > x[middle + q] - at:
            low = middle + 1
        else:
            high = middle
    return low


def _nodes(x: Floats) -> Floats:
    """Distinct values of sorted `x`, or half of the nodes at its quantiles and half evenly spaced."""
    distinct = x[np.append(True, x[1:] != x[:-1])]
    if distinct.size <= MOST_NODES:
        return distinct
    half = MOST_NODES // 2
    return np.unique(np.concatenate([np.quantile(x, np.linspace(0, 1, half)), np.linspace(x[0], x[-1], half)]))
