"""What every model offers, and how it finds its columns in a feature matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from evidens.foundation import EvidensError, Fault

if TYPE_CHECKING:
    import scipy.sparse

    from evidens.features import FeatureMatrix

LARGEST_LOGIT = 30.0  # a risk of 1 - 1e-13: beyond it a double no longer tells the risk from certainty
NAMES_IN_MESSAGE = 20  # of missing features; a message is for reading


class ModelError(EvidensError):
    """A model cannot be fitted on, or applied to, what it was given."""


class TooFewError(ModelError):
    """Too few people of one class to fit a model on, or to tune it with."""


@dataclass(frozen=True)
class Trial:
    """One candidate that tuning tried inside development.

    Parameters
    ----------
    parameters : dict
        The candidate's hyper-parameters.
    n_folds : int
        Folds it was tried on.
    log_loss : float
        Weighted mean log loss over the people of those folds while held out.
    is_chosen : bool
        Whether the model was then fitted with it.
    """

    parameters: dict[str, float | int]
    n_folds: int
    log_loss: float
    is_chosen: bool = False


@dataclass(frozen=True)
class FitRecord:
    """What a model was fitted on, and how its hyper-parameters were found."""

    n_people: int
    n_events: int
    n_columns_offered: int
    trials: tuple[Trial, ...] = ()

    @property
    def chosen(self) -> dict[str, float | int]:
        """Hyper-parameters of the chosen candidate; empty where nothing was tuned."""
        return next((trial.parameters for trial in self.trials if trial.is_chosen), {})


class Model(Protocol):
    """A fitted model: reads features by name, gives the risk of the outcome within the horizon."""

    @property
    def kind(self) -> str:
        """One of `logistic`, `lightgbm`, `age_sex`."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features that the model uses, and no others; all must be in a matrix it is applied to."""

    @property
    def record(self) -> FitRecord:
        """People, events and tuning behind the fit."""

    def predict_logit(self, features: FeatureMatrix) -> np.ndarray:
        """Log-odds of the outcome, float64, one per row."""

    def predict_risk(self, features: FeatureMatrix) -> np.ndarray:
        """Risk of the outcome, float64 inside (0, 1), one per row."""

    def describe(self) -> dict[str, float | int | str]:
        """Size, chosen hyper-parameters and tuning result, flat, for reports and experiment stores."""

    def to_record(self) -> dict[str, Any]:
        """Return the model as plain numbers and strings, without any code."""

    def save(self, folder: Path) -> None:
        """Write the model to `folder` as text, without pickle; `load_model` reads it back."""


def risk_of_logit(logit: np.ndarray) -> np.ndarray:
    """Turn log-odds into a risk inside (0, 1).

    >>> risk_of_logit(np.array([0.0, 800.0])).tolist()[0]
    0.5
    >>> bool(risk_of_logit(np.array([800.0]))[0] < 1)
    True
    """
    return 1.0 / (1.0 + np.exp(-np.clip(logit, -LARGEST_LOGIT, LARGEST_LOGIT)))


def find_columns(available: Sequence[str], wanted: Sequence[str], *, place: str) -> np.ndarray:
    """Return the positions of the `wanted` features among the `available`; extra ones and order do not matter.

    Raises
    ------
    ModelError
        One fault that names the missing features.
    """
    position = {name: j for j, name in enumerate(available)}
    missing = [name for name in wanted if name not in position]
    if missing:
        shown = ", ".join(missing[:NAMES_IN_MESSAGE])
        more = f" and {len(missing) - NAMES_IN_MESSAGE} more" if len(missing) > NAMES_IN_MESSAGE else ""
        finding = f"{len(missing)} of {len(wanted)} features are missing: {shown}{more}."
        remedy = "Build them with the settings and the vocabulary that the model was developed with."
        raise ModelError(Fault(place, finding, remedy))
    return np.array([position[name] for name in wanted], dtype=np.int64)


def select_columns(features: FeatureMatrix, wanted: Sequence[str], *, place: str) -> scipy.sparse.csc_array:
    """Return the `wanted` features, in that order, by column; explicit NaN stays NaN, absent stays 0."""
    columns = find_columns(features.names, wanted, place=place)
    return features.matrix.tocsc()[:, columns]


def dense_column(matrix: scipy.sparse.csc_array, column: int) -> np.ndarray:
    """One column as float64, NaN where not measured and 0 where absent."""
    start, stop = matrix.indptr[column], matrix.indptr[column + 1]
    values = np.zeros(matrix.shape[0])
    values[matrix.indices[start:stop]] = matrix.data[start:stop]
    return values
