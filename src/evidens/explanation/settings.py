"""Settings of an explanation: how many people are looked at, and how few may stand behind a point."""

from dataclasses import dataclass

FEWEST_IN_ARCHETYPE = 20  # an average of fewer comes too near to describing a person


@dataclass(frozen=True)
class ExplanationSettings:
    """How a model is explained.

    Parameters
    ----------
    n_people : int
        People drawn at random for the explanation.
    min_people : int
        Fewest people behind a point of a curve or a value about a part of the people.
    n_curves, n_bins : int
        Dependence curves are drawn for the features that matter most, in this many bins at most.
    archetype_people : int
        People averaged into an archetype, at least 20.
    n_archetype_features : int
        Contributions shown per archetype; the others are summed.
    high_risk_share, typical_share : float
        The high-risk profile is the mean over this share of people with the highest risk; the typical
        profile the mean over this share around the median risk.
    additivity_tolerance : float
        Largest gap allowed between the sum of contributions and the model's log-odds.
    """

    n_people: int = 2000
    min_people: int = 20
    n_curves: int = 10
    n_bins: int = 10
    archetype_people: int = 25
    n_archetype_features: int = 10
    high_risk_share: float = 0.05
    typical_share: float = 0.20
    additivity_tolerance: float = 1e-6

    def __post_init__(self) -> None:
        if self.archetype_people < FEWEST_IN_ARCHETYPE:
            raise ValueError(f"archetype_people must be at least {FEWEST_IN_ARCHETYPE}")
        if self.min_people < 5:
            raise ValueError("min_people must be at least 5: fewer could be known persons")
        if self.n_people < self.archetype_people:
            raise ValueError("n_people must be at least archetype_people")
        if min(self.n_curves, self.n_bins, self.n_archetype_features) < 1:
            raise ValueError("n_curves, n_bins and n_archetype_features must be at least 1")
        if not 0 < self.high_risk_share < 1 or not 0 < self.typical_share < 1:
            raise ValueError("high_risk_share and typical_share must lie in (0, 1)")
        if self.additivity_tolerance <= 0:
            raise ValueError("additivity_tolerance must be above 0")
