"""Settings of the fairness assessment: when a group is large enough to be judged."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FairnessSettings:
    """When a group can be judged, and how differences between groups are weighed.

    Parameters
    ----------
    min_people, min_events, min_non_events : int
        A group with fewer is shown as insufficient: neither good nor bad, and never left out.
    n_draws : int
        Bootstrap draws for the intervals of gaps.
    n_risk_bins : int
        Bins of predicted risk in the table that the bootstrap draws from.
    base_rate_ratio : float
        Gaps carry a warning where the highest base rate is at least this many times the lowest.
    """

    min_people: int = 100
    min_events: int = 10
    min_non_events: int = 10
    n_draws: int = 2000
    n_risk_bins: int = 20
    base_rate_ratio: float = 1.25

    def __post_init__(self) -> None:
        if min(self.min_people, self.min_events, self.min_non_events) < 1:
            raise ValueError("min_people, min_events and min_non_events must be at least 1")
        if self.n_draws < 200:
            raise ValueError("n_draws must be at least 200: fewer do not give a 95 % interval")
        if self.n_risk_bins < 1:
            raise ValueError("n_risk_bins must be at least 1")
        if self.base_rate_ratio <= 1:
            raise ValueError("base_rate_ratio must be above 1")
