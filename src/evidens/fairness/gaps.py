"""How far groups lie apart, with intervals that know how many pairs were compared."""

from dataclasses import dataclass

import numpy as np

from evidens.cohort.target import Target
from evidens.fairness.settings import FairnessSettings
from evidens.statistics import Estimate

GAPS = {
    "prevalence_gap": ("prevalence",),
    "share_flagged_gap": ("share_flagged",),  # demographic parity
    "sensitivity_gap": ("sensitivity",),  # of true positive rates: equal opportunity
    "specificity_gap": ("specificity",),  # as large as that of false positive rates
    "equalized_odds_gap": ("sensitivity", "specificity"),  # the larger of the two
    "oe_ratio_gap": ("oe_ratio",),
}


@dataclass(frozen=True)
class CellTable:
    """People counted by group, outcome and bin of predicted risk.

    Parameters
    ----------
    counts : numpy.ndarray
        int64, cells: people.
    weight, expected : numpy.ndarray
        float64, cells: mean weight, and mean weight times risk, of the people of a cell.
    group : numpy.ndarray
        int64, cells.
    is_event, is_flagged : numpy.ndarray
        bool, cells.
    n_groups : int
        Groups 0 to n_groups - 1.
    """

    counts: np.ndarray
    weight: np.ndarray
    expected: np.ndarray
    group: np.ndarray
    is_event: np.ndarray
    is_flagged: np.ndarray
    n_groups: int

    def measure(self, counts: np.ndarray) -> dict[str, np.ndarray]:
        """Each share by group, for one or more tables of counts.

        Parameters
        ----------
        counts : numpy.ndarray
            Draws x cells.

        Returns
        -------
        dict
            Metric to float64, draws x groups; NaN where a denominator is 0.
        """
        weight = counts * self.weight
        people = self._sum(weight, np.ones_like(self.is_event))
        events = self._sum(weight, self.is_event)
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "prevalence": events / people,
                "share_flagged": self._sum(weight, self.is_flagged) / people,
                "sensitivity": self._sum(weight, self.is_event & self.is_flagged) / events,
                "specificity": self._sum(weight, ~self.is_event & ~self.is_flagged) / (people - events),
                "oe_ratio": events / self._sum(counts * self.expected, np.ones_like(self.is_event)),
            }

    def _sum(self, values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        parts = [values[:, chosen & (self.group == g)].sum(axis=1) for g in range(self.n_groups)]
        return np.stack(parts, axis=1)


def count_cells(
    target: Target, risk: np.ndarray, group: np.ndarray, threshold: float, *, n_groups: int, n_risk_bins: int
) -> CellTable:
    """Count people by group, outcome and bin of risk; the threshold is an edge between bins.

    Parameters
    ----------
    target, risk : Target, numpy.ndarray
        n people.
    group : numpy.ndarray
        int64, n: 0 to n_groups - 1, or -1 for people in none; they and those of weight 0 are left out.
    threshold : float
        A person with a risk at or above it is flagged.
    n_groups, n_risk_bins : int
        Bins are about equally large; more of them follow the risks within a group more closely.
    """
    kept = (target.weights > 0) & (group >= 0)
    risk, weights, outcome, group = risk[kept], target.weights[kept], target.outcome[kept], group[kept]
    inner = np.quantile(risk, np.arange(1, n_risk_bins) / n_risk_bins, method="inverted_cdf")
    edges = np.unique(np.append(inner, threshold))
    bins = np.searchsorted(edges, risk, side="right")
    n_bins = len(edges) + 1
    cell = (group * 2 + outcome) * n_bins + bins
    distinct, cell = np.unique(cell, return_inverse=True)
    counts = np.bincount(cell)
    return CellTable(
        counts=counts,
        weight=np.bincount(cell, weights=weights) / counts,
        expected=np.bincount(cell, weights=weights * risk) / counts,
        group=distinct // (2 * n_bins),
        is_event=(distinct // n_bins) % 2 == 1,
        is_flagged=distinct % n_bins > np.searchsorted(edges, threshold),
        n_groups=n_groups,
    )


def estimate_gaps(table: CellTable, settings: FairnessSettings, *, rng: np.random.Generator) -> dict[str, Estimate]:
    """Largest difference between any two groups, for each of `GAPS`.

    Parameters
    ----------
    table : CellTable
        Of two or more groups.
    settings : FairnessSettings
        Draws, and when base rates are said to differ.
    rng : numpy.random.Generator
        Draws the tables.

    Notes
    -----
    The bootstrap draws people from the cells of one contingency table (multinomial), which is what
    resampling the people and counting again would do, at a thousandth of its cost. Weights and risks
    are taken as their cell's mean.

    The largest of many differences is large by chance alone, and the percentiles of its bootstrap
    are larger still. The interval is therefore simultaneous over all pairs of groups: with `q` the
    95 % quantile of the largest standardised error among pairs, the true largest difference lies
    between the largest `d - q se` and the largest `d + q se`. It reaches 0 unless some pair differs.
    Equal sensitivity, equal specificity and calibration cannot all hold where base rates differ [1]_.

    References
    ----------
    .. [1] Chouldechova A. Fair prediction with disparate impact. Big Data 2017;5:153-63.
       doi:10.1089/big.2016.0047
    """
    n, n_events = int(table.counts.sum()), int(table.counts[table.is_event].sum())
    observed = table.measure(table.counts[None, :])
    drawn = table.measure(rng.multinomial(n, table.counts / n, size=settings.n_draws))
    rates = observed["prevalence"][0]
    warning = None
    if rates.max() >= settings.base_rate_ratio * rates.min():
        warning = (
            f"base rates differ by a factor of {settings.base_rate_ratio:g} or more: sensitivity, specificity "
            "and calibration cannot all be equal"
        )
    gaps = {}
    for gap, metrics in GAPS.items():
        differences = np.concatenate([_pairwise(observed[metric]) for metric in metrics], axis=1)[0]
        errors = np.concatenate([_pairwise(drawn[metric]) for metric in metrics], axis=1) - differences
        value, se, lower, upper = _simultaneous(differences, errors)
        method = (
            f"largest difference between groups, simultaneous interval over pairs, {settings.n_draws} bootstrap draws"
        )
        gaps[gap] = Estimate(value, se, lower, upper, n, n_events, method, warning)
    return gaps


def _pairwise(values: np.ndarray) -> np.ndarray:
    """Differences of all ordered pairs of groups: draws x pairs."""
    first, second = np.nonzero(~np.eye(values.shape[1], dtype=bool))
    return values[:, first] - values[:, second]


def _simultaneous(differences: np.ndarray, errors: np.ndarray) -> tuple[float, float, float, float]:
    """Largest difference, its bootstrap standard error and simultaneous limits."""
    errors = errors[np.isfinite(errors).all(axis=1)]
    se = errors.std(axis=0, ddof=1)
    reach = np.zeros(len(errors))
    varies = se > 0
    if varies.any():
        reach = np.abs(errors[:, varies] / se[varies]).max(axis=1)
    q = float(np.quantile(reach, 0.95))
    largest = float(differences.max())
    lower = max(float((differences - q * se).max()), 0.0)
    return largest, float((differences + errors).max(axis=1).std(ddof=1)), lower, float((differences + q * se).max())
