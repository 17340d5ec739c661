"""How far groups truly lie apart."""

from collections.abc import Sequence

import numpy as np

from evidens.audit.measures import Measures
from evidens.contracts import NO_THRESHOLD

GAPS = {  # as fairness names them on registered outcomes
    "prevalence_gap": ("prevalence",),
    "share_flagged_gap": ("share_flagged",),
    "sensitivity_gap": ("sensitivity",),
    "specificity_gap": ("specificity",),
    "equalized_odds_gap": ("sensitivity", "specificity"),
    "oe_ratio_gap": ("oe_ratio",),
}
_WITHOUT_THRESHOLD = ("prevalence", "oe_ratio")


def largest_gaps(groups: Sequence[Measures], threshold: float) -> Measures:
    """Return the largest difference between any two groups, for each of `GAPS`.

    Parameters
    ----------
    groups : sequence of Measures
        One per group; those in which a measure is undefined are left out of its gap, and fewer than two give NaN. A
        gap of two measures is NaN where either is.
    threshold : float
        At which groups are compared.

    Examples
    --------
    >>> women, men = {("prevalence", NO_THRESHOLD): 0.02}, {("prevalence", NO_THRESHOLD): 0.03}
    >>> round(largest_gaps([women, men], 0.1)["prevalence_gap", NO_THRESHOLD], 3)
    0.01
    """
    found: Measures = {}
    for gap, metrics in GAPS.items():
        at = NO_THRESHOLD if metrics[0] in _WITHOUT_THRESHOLD else threshold
        spreads = [_spread([group.get((metric, at), np.nan) for group in groups]) for metric in metrics]
        found[gap, at] = float(np.max(spreads))
    return found


def _spread(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return max(known) - min(known) if len(known) > 1 else float("nan")
