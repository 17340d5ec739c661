"""Gradient-boosted trees by LightGBM, kept as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from evidens.models.model import FitRecord, Trial, find_columns, risk_of_logit
from evidens.models.rows import draw_up_folds
from evidens.models.settings import LightGBMSettings
from evidens.models.tuning import draw_candidates, race_candidates, to_lightgbm

if TYPE_CHECKING:
    import lightgbm
    import scipy.sparse

    from evidens.features import FeatureMatrix


@dataclass(frozen=True)
class LightGBMModel:
    """Trees as LightGBM's own text, and the names that its columns have.

    Parameters
    ----------
    trees : str
        LightGBM's model text. Its columns have no names; `used_columns` gives them.
    n_columns : int
        Width of the matrix that the trees were grown on.
    used_columns : dict
        Feature name to column, for the columns that occur in a split.
    num_threads : int
        For predicting.
    record : FitRecord
        What it was fitted on.
    """

    kind: ClassVar[str] = "lightgbm"
    trees: str
    n_columns: int
    used_columns: dict[str, int]
    num_threads: int
    record: FitRecord

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features that occur in a split; all others cannot change a prediction and are not asked for."""
        return tuple(self.used_columns)

    @cached_property
    def booster(self) -> lightgbm.Booster:
        """The trees, read from their text: predictions before saving and after loading come from the same text."""
        import lightgbm

        return lightgbm.Booster(model_str=self.trees)

    def matrix_for(self, features: FeatureMatrix) -> scipy.sparse.csr_matrix:
        """Lay out the columns that the trees were grown on; those never split on stay empty."""
        import scipy.sparse

        wanted = find_columns(features.names, self.feature_names, place="model lightgbm")
        part = take_columns(features.matrix, wanted)
        places = np.array(list(self.used_columns.values()), dtype=np.int32)
        shape = (part.shape[0], self.n_columns)
        return scipy.sparse.csr_matrix((part.data, places[part.indices], part.indptr), shape=shape)

    def predict_logit(self, features: FeatureMatrix) -> np.ndarray:
        """Log-odds of the outcome, float64, one per row."""
        matrix = self.matrix_for(features)
        if not matrix.shape[0]:
            return np.empty(0)
        return np.asarray(self.booster.predict(matrix, raw_score=True, num_threads=self.num_threads))

    def predict_risk(self, features: FeatureMatrix) -> np.ndarray:
        """Risk of the outcome, float64 inside (0, 1), one per row."""
        return risk_of_logit(self.predict_logit(features))

    def describe(self) -> dict[str, float | int | str]:
        """Size, chosen hyper-parameters and tuning result, flat.

        Notes
        -----
        `smallest_leaf_people` is counted from the trees: LightGBM estimates counts while it grows a
        tree, so its minimum per leaf holds only roughly.
        """
        people_per_leaf = [int(n) for line in self.trees.splitlines() if line.startswith("leaf_count=")
                           for n in line.removeprefix("leaf_count=").split()]  # fmt: skip
        chosen = next((trial for trial in self.record.trials if trial.is_chosen), None)
        return {
            "kind": self.kind,
            "n_people": self.record.n_people,
            "n_events": self.record.n_events,
            "n_columns_offered": self.record.n_columns_offered,
            "n_features": len(self.used_columns),
            "n_parameters": max(len(people_per_leaf), 1),  # one value per leaf
            "n_trees": self.booster.num_trees(),
            "smallest_leaf_people": min(people_per_leaf, default=self.record.n_people),
            **self.record.chosen,
            **({"tuning_log_loss": chosen.log_loss} if chosen else {}),
        }

    def to_record(self) -> dict[str, Any]:
        """Return everything but the trees, as plain numbers and strings."""
        return {
            "n_columns": self.n_columns,
            "used_columns": self.used_columns,
            "num_threads": self.num_threads,
        }

    def save(self, folder: Path) -> None:
        """Write the model to `folder` as JSON and LightGBM's text; `load_model` reads it back bit for bit."""
        from evidens.models.storage import save_model

        save_model(self, folder)


@dataclass(frozen=True)
class TreePlan:
    """How trees are to be grown.

    Parameters
    ----------
    parameters : dict
        By LightGBM's names.
    n_trees : int
        Where the held-out log loss was lowest.
    offered : numpy.ndarray
        Columns that trees may split on.
    trials : tuple of Trial
        What was tried on the way.
    """

    parameters: dict[str, Any]
    n_trees: int
    offered: np.ndarray
    trials: tuple[Trial, ...]


def fit_lightgbm(
    features: FeatureMatrix,
    outcome: np.ndarray,
    weights: np.ndarray,
    settings: LightGBMSettings,
    *,
    rng: np.random.Generator,
) -> LightGBMModel:
    """Fit on rows that all have a weight above 0; see `plan_trees`."""
    offered = np.flatnonzero(count_people(features.matrix) >= settings.min_people)
    plan, data = plan_trees(features, outcome, weights, settings, offered=offered, rng=rng)
    trees = _grow(data, plan.parameters, rounds=plan.n_trees).model_to_string()
    return model_of_trees(trees, features.names, plan, settings, outcome)


def plan_trees(
    features: FeatureMatrix,
    outcome: np.ndarray,
    weights: np.ndarray,
    settings: LightGBMSettings,
    *,
    offered: np.ndarray,
    rng: np.random.Generator,
) -> tuple[TreePlan, lightgbm.Dataset]:
    """Tune on people, and return what was found with their binned values.

    Notes
    -----
    No `scale_pos_weight`, `is_unbalance` or resampling of classes: predicted risks would no longer be
    risks (van den Goorbergh 2022, doi:10.1093/jamia/ocac093). Values are binned once for all
    candidates and folds; bins look at features only. Each candidate's number of trees is where the
    mean held-out log loss of its folds is lowest.
    """
    candidates = draw_candidates(settings, n_people=len(outcome), rng=rng)
    fixed = _fixed_parameters(settings, seed=int(rng.integers(2**31 - 1)))
    data = _bin_values(take_columns(features.matrix, offered), outcome, weights, fixed)
    parts = draw_up_folds(features.person_id, outcome, settings.n_folds)
    folds = [(_subset(data, fitted), _subset(data, held_out), weights[held_out].sum()) for fitted, held_out in parts]
    trials = race_candidates(candidates, folds, fixed, settings)
    chosen = next(trial.parameters for trial in trials if trial.is_chosen)
    return TreePlan(fixed | to_lightgbm(chosen), int(chosen["n_trees"]), offered, tuple(trials)), data


def model_of_trees(
    trees: str, names: Sequence[str], plan: TreePlan, settings: LightGBMSettings, outcome: np.ndarray
) -> LightGBMModel:
    """Give trees the names of their columns: `names` are those of all features, of which some were offered."""
    import lightgbm

    used = np.flatnonzero(lightgbm.Booster(model_str=trees).feature_importance("split"))
    record = FitRecord(len(outcome), int(outcome.sum()), len(names), plan.trials)
    used_columns = {names[plan.offered[j]]: int(j) for j in used}
    return LightGBMModel(forget_ranges(trees), len(plan.offered), used_columns, settings.num_threads, record)


def count_people(matrix: scipy.sparse.csr_array) -> np.ndarray:
    """Count, for each column, the rows with a measured value other than zero."""
    seen = ~np.isnan(matrix.data) & (matrix.data != 0)
    return np.bincount(matrix.indices[seen], minlength=matrix.shape[1])


def take_columns(matrix: scipy.sparse.csr_array, columns: np.ndarray) -> scipy.sparse.csr_matrix:
    """Take columns of a sparse matrix in the form that LightGBM reads where it lies, float32 as it is."""
    import scipy.sparse

    return scipy.sparse.csr_matrix(matrix[:, columns])  # csr_matrix, not csr_array: LightGBM copies anything else


def forget_ranges(trees: str) -> str:
    r"""Leave out the smallest and largest value of each feature, which LightGBM notes beside the trees.

    They are values of single people, and no prediction reads them.

    >>> forget_ranges("max_feature_idx=1\nfeature_infos=[18:104] [-1.5:155]\ntree_sizes=9")
    'max_feature_idx=1\nfeature_infos=none none\ntree_sizes=9'
    """
    lines = trees.split("\n")
    prefix = "feature_infos="
    kept = [prefix + " ".join("none" for _ in line.split(" ")) if line.startswith(prefix) else line for line in lines]
    return "\n".join(kept)


def _fixed_parameters(settings: LightGBMSettings, *, seed: int) -> dict[str, Any]:
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": settings.learning_rate,
        "feature_fraction": settings.feature_share,
        "lambda_l2": settings.l2,
        "max_bin": settings.max_bins,
        "feature_pre_filter": False,  # else the first candidate's leaf size would bind the later ones
        "num_threads": settings.num_threads,
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "verbosity": -1,
    }


def _bin_values(
    matrix: scipy.sparse.csr_matrix, outcome: np.ndarray, weights: np.ndarray, fixed: dict[str, Any]
) -> lightgbm.Dataset:
    import lightgbm

    data = lightgbm.Dataset(matrix, label=outcome.astype(np.float64), weight=weights, params=fixed, free_raw_data=False)
    return data.construct()


def _subset(data: lightgbm.Dataset, rows: np.ndarray) -> lightgbm.Dataset:
    return data.subset(rows).construct()  # type: ignore[arg-type]  # an array does, whatever its signature says


def _grow(data: lightgbm.Dataset, parameters: dict[str, Any], *, rounds: int) -> lightgbm.Booster:
    import lightgbm

    booster = lightgbm.Booster(parameters, data)
    for _ in range(rounds):
        if booster.update():  # nothing left to split
            break
    return booster
