"""Performance of one score in one group of people under a known risk, as estimates without sampling error."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidens.contracts import NO_THRESHOLD
from evidens.simulation.expected import (
    expected_auroc,
    expected_brier,
    expected_classification,
    expected_net_benefit,
    expected_scaled_brier,
)
from evidens.simulation.expected_calibration import (
    expected_calibration,
    expected_calibration_in_the_large,
    expected_ici,
    expected_oe,
)
from evidens.statistics import Estimate

Array = NDArray[np.float64]
Measures = dict[tuple[str, float], float]  # by metric and threshold

DIGITS = 12  # beyond them lies the noise of adding up: what is the same on both sides has a difference of 0
METHOD = "expected under the true risk, no sampling error"
OVERALL: dict[str, Callable[[Array, Array], float]] = {
    "auroc": expected_auroc,
    "brier": expected_brier,
    "scaled_brier": expected_scaled_brier,
    "calibration_in_the_large": expected_calibration_in_the_large,
    "calibration_slope": lambda score, risk: expected_calibration(score, risk)[1],
    "oe_ratio": expected_oe,
    "ici": expected_ici,
    "prevalence": lambda score, risk: float(risk.mean()) if risk.size else math.nan,
}
CLASSIFICATION = ("share_flagged", "sensitivity", "specificity", "ppv", "npv")


@dataclass(frozen=True)
class Least:
    """The fewest people, expected events and expected non-events that a group is judged on."""

    people: int
    events: int
    non_events: int

    def judge(self, risk: Array, *, counted: str = "are expected") -> str | None:
        """Say why people of these risks, or outcomes that `counted` says "happened", are too few, or None."""
        events = float(risk.sum())
        if risk.size < self.people:
            return f"insufficient: fewer than {self.people} people"
        if events < self.events:
            return f"insufficient: fewer than {self.events} events {counted}"
        if risk.size - events < self.non_events:
            return f"insufficient: fewer than {self.non_events} non-events {counted}"
        return None


def measure_score(
    score: Array, risk: Array, thresholds: Sequence[float], *, overall: Collection[str] = tuple(OVERALL)
) -> Measures:
    """Work out every measure of a score when outcomes occur with these risks.

    Parameters
    ----------
    score : array of length n
        Predicted risks.
    risk : array of length n
        Of the outcome that is asked about: the true one, or being coded with it.
    thresholds : sequence of float
        For classification and net benefit.
    overall : collection of str
        Which of the measures without a threshold.

    Returns
    -------
    dict
        Metric and threshold to value, NaN where it is undefined.
    """
    found: Measures = {(name, NO_THRESHOLD): m(score, risk) for name, m in OVERALL.items() if name in overall}
    for threshold in thresholds:
        table = expected_classification(score, risk, threshold)
        found |= {(name, threshold): getattr(table, name) for name in CLASSIFICATION}
        found["net_benefit", threshold] = expected_net_benefit(score, risk, threshold)
    return found


def subtract(first: Measures, second: Measures) -> Measures:
    """Difference of each measure that both have."""
    return {key: first[key] - second[key] for key in first if key in second}


def as_estimate(value: float, n: int, n_events: int, method: str, *, too_few: str | None = None) -> Estimate:
    """Give a value the shape of all evidence; why there is none, where it is undefined or people are too few."""
    if too_few or math.isnan(value):
        reason = too_few or "undefined: no one is flagged, no one is not, or risks do not vary"
        return Estimate(None, None, None, None, n, n_events, method, reason)
    return Estimate(round(value, DIGITS) + 0.0, None, None, None, n, n_events, method, None)
