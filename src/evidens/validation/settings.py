"""How predictions are evaluated."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class DecisionRange:
    """The thresholds of a decision curve: `n` risks from `low` to `high`, evenly spaced."""

    low: float
    high: float
    n: int

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high < 1 or self.n < 2:
            raise ValueError("decision_thresholds: need 0 < low < high < 1 and n >= 2.")

    def reach(self, highest: float) -> NDArray[np.float64]:
        """List the risks, up to the highest threshold of the question where that lies beyond `high`."""
        return np.linspace(self.low, max(self.high, highest), self.n)


@dataclass(frozen=True)
class ValidationSettings:
    """How predictions are evaluated.

    Parameters
    ----------
    n_resamples : int
        Bootstrap samples of the optimism correction, each a whole new fit; at least 2.
    n_interval_resamples : int
        Bootstrap samples of percentile intervals; at least 2.
    decision_thresholds : DecisionRange
        Where the decision curve runs.
    risk_bins : int
        Bins of the distribution of predicted risk, evenly spaced on the logit scale.
    n_candidate_parameters : int
        Predictor parameters that the sample size is reckoned for.
    anticipated_c_statistic : float
        For the sample size, before any model exists; in (0.5, 1).
    leakage_auroc : float
        A single feature that discriminates better than this, in either direction, is suspected to leak.
    """

    n_resamples: int
    n_interval_resamples: int
    decision_thresholds: DecisionRange
    risk_bins: int
    n_candidate_parameters: int
    anticipated_c_statistic: float
    leakage_auroc: float

    def __post_init__(self) -> None:
        if min(self.n_resamples, self.n_interval_resamples) < 2:
            raise ValueError("n_resamples and n_interval_resamples must be at least 2.")
        if not 0.5 < self.anticipated_c_statistic < 1 or not 0.5 < self.leakage_auroc < 1:
            raise ValueError("anticipated_c_statistic and leakage_auroc must lie in (0.5, 1).")
