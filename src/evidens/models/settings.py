"""Settings of the three kinds of model, told apart by `kind`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class LogisticSettings:
    """Ridge logistic regression on curated measurements and on the counts that many people have.

    Parameters
    ----------
    penalties : tuple of float
        Candidate strengths of the ridge penalty, per person: the fit minimises
        `mean weighted log loss + penalty / 2 * sum(coefficient ** 2)` over standardised terms, so a
        strength means the same in a fold, in a resample and in the whole development set.
    n_folds : int
        Cross-validation folds for choosing the strength; a person is in one fold.
    min_share, min_people : float, int
        A feature is used when at least this share, and this many, of the people have a measured value
        other than zero. Rare codes have no say in a linear model and each would cost a parameter.
    winsor_share : float
        Values are drawn in to this quantile and its mirror image, or a little further so that a limit is
        never the most extreme value of fewer than five people.
    max_iterations : int
        Of the solver (L-BFGS), per fit.
    """

    kind: ClassVar[str] = "logistic"
    penalties: tuple[float, ...] = (0.3, 0.1, 0.03, 0.01)
    n_folds: int = 3
    min_share: float = 0.01
    min_people: int = 50
    winsor_share: float = 0.01
    max_iterations: int = 1000

    def __post_init__(self) -> None:
        if not self.penalties or min(self.penalties) <= 0:
            raise ValueError("penalties must be one or more numbers above 0")
        _check_folds(self.n_folds)
        if not 0 <= self.min_share < 1 or self.min_people < 1:
            raise ValueError("min_share must lie in [0, 1) and min_people be at least 1")
        if not 0 <= self.winsor_share < 0.5:
            raise ValueError("winsor_share must lie in [0, 0.5)")


@dataclass(frozen=True)
class LightGBMSettings:
    """Gradient-boosted trees, tuned inside development over a small declared grid.

    Parameters
    ----------
    num_leaves, min_people_per_leaf : tuple of int
        The grid of candidates: every pair. Leaves of few people would describe those people, so
        `min_people_per_leaf` is a matter of privacy too. Among few people it is an eighth of them, at least 50.
    n_trials : int
        Candidates tried; fewer than the grid has are drawn at random.
    n_folds, n_screening_folds, n_finalists : int
        All candidates meet on the first `n_screening_folds`; the best `n_finalists` on all folds.
    learning_rate, feature_share, l2, max_bins : float, float, float, int
        Fixed for all candidates; `feature_share` of the columns is offered to each tree.
    max_rounds, early_stopping_rounds : int
        Trees at most; a fold stops after this many rounds without a lower log loss.
    min_people : int
        A column is offered when at least this many people have a measured value other than zero.
    num_threads : int
        Fixed, because the order of float sums depends on it.
    """

    kind: ClassVar[str] = "lightgbm"
    num_leaves: tuple[int, ...] = (4, 8, 15)
    min_people_per_leaf: tuple[int, ...] = (300,)
    n_trials: int = 3
    n_folds: int = 3
    n_screening_folds: int = 2
    n_finalists: int = 2
    learning_rate: float = 0.1
    feature_share: float = 0.5
    l2: float = 5.0
    max_bins: int = 63
    max_rounds: int = 500
    early_stopping_rounds: int = 20
    min_people: int = 50
    num_threads: int = 1

    def __post_init__(self) -> None:
        if not self.num_leaves or min(self.num_leaves) < 2:
            raise ValueError("num_leaves must be one or more numbers of at least 2")
        if not self.min_people_per_leaf or min(self.min_people_per_leaf) < 20:
            raise ValueError("min_people_per_leaf must be at least 20: a leaf must not describe single people")
        _check_folds(self.n_folds)
        if not 1 <= self.n_screening_folds <= self.n_folds:
            raise ValueError("n_screening_folds must lie between 1 and n_folds")
        if min(self.n_trials, self.n_finalists, self.max_rounds, self.early_stopping_rounds, self.min_people) < 1:
            raise ValueError("n_trials, n_finalists, max_rounds, early_stopping_rounds, min_people must be at least 1")
        if not 0 < self.learning_rate <= 1 or not 0 < self.feature_share <= 1 or self.l2 < 0:
            raise ValueError("learning_rate and feature_share must lie in (0, 1], l2 be at least 0")
        if self.num_threads < 1 or self.max_bins < 2:
            raise ValueError("num_threads must be at least 1 and max_bins at least 2")


@dataclass(frozen=True)
class AgeSexSettings:
    """Unpenalised logistic regression on sex and a restricted cubic spline of age: the comparator.

    Parameters
    ----------
    age_feature, sex_feature : str
        Names of the two features.
    n_knots : int
        Knots of the spline, 3 to 5, at Harrell's quantiles of age.
    """

    kind: ClassVar[str] = "age_sex"
    age_feature: str = "age"
    sex_feature: str = "is_female"
    n_knots: int = 4

    def __post_init__(self) -> None:
        if not 3 <= self.n_knots <= 5:
            raise ValueError("n_knots must be 3, 4 or 5")


ModelSettings = LogisticSettings | LightGBMSettings | AgeSexSettings


def _check_folds(n_folds: int) -> None:
    if n_folds < 2:
        raise ValueError("n_folds must be at least 2")
