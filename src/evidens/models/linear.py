"""A linear model on the log-odds scale: an intercept and terms with coefficients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evidens.models.model import FitRecord, dense_column, risk_of_logit, select_columns
from evidens.models.terms import Term, apply_term, term_to_record

if TYPE_CHECKING:
    import scipy.sparse

    from evidens.features import FeatureMatrix

NO_SPREAD = 1e-12  # a term whose standard deviation is no more than this is the same for everybody


@dataclass(frozen=True)
class LinearModel:
    """Logistic regression, penalised (`logistic`) or not (`age_sex`)."""

    kind: str
    intercept: float
    terms: tuple[Term, ...]
    coefficients: tuple[float, ...]
    record: FitRecord

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Source features of the terms, each once, in the order of the terms."""
        return tuple(dict.fromkeys(term.feature for term in self.terms))

    def predict_logit(self, features: FeatureMatrix) -> np.ndarray:
        """Log-odds of the outcome, float64, one per row.

        Notes
        -----
        Summed term by term in a fixed order, not by a matrix product: so a person's risk is the same
        to the last bit whoever else is in the table and however many threads there are.
        """
        logit = np.full(features.matrix.shape[0], self.intercept)
        for (_, values), coefficient in zip(self._transformed(features), self.coefficients, strict=True):
            logit += coefficient * values
        return logit

    def predict_risk(self, features: FeatureMatrix) -> np.ndarray:
        """Risk of the outcome, float64 inside (0, 1), one per row."""
        return risk_of_logit(self.predict_logit(features))

    def term_matrix(self, features: FeatureMatrix) -> np.ndarray:
        """Return the standardised terms, float64, rows x terms: what the coefficients multiply."""
        matrix = np.empty((features.matrix.shape[0], len(self.terms)))
        for j, (_, values) in enumerate(self._transformed(features)):
            matrix[:, j] = values
        return matrix

    def describe(self) -> dict[str, float | int | str]:
        """Size, chosen penalty and tuning result, flat."""
        described: dict[str, float | int | str] = {
            "kind": self.kind,
            "n_people": self.record.n_people,
            "n_events": self.record.n_events,
            "n_columns_offered": self.record.n_columns_offered,
            "n_features": len(self.feature_names),
            "n_parameters": len(self.terms) + 1,
            "n_missing_indicators": sum(term.kind == "missing" for term in self.terms),
            **self.record.chosen,
        }
        trials = {trial.parameters["penalty"]: trial for trial in self.record.trials}
        if trials:
            chosen = self.record.chosen["penalty"]
            described["tuning_log_loss"] = trials[chosen].log_loss
            described["is_penalty_at_edge"] = str(chosen in (min(trials), max(trials))).lower()
        return described

    def to_record(self) -> dict[str, Any]:
        """Return the model as plain numbers and strings."""
        return {
            "intercept": self.intercept,
            "terms": [term_to_record(term) | {"coefficient": c}
                      for term, c in zip(self.terms, self.coefficients, strict=True)],
        }  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write the model to `folder` as JSON; `load_model` reads it back bit for bit."""
        from evidens.models.storage import save_model

        save_model(self, folder)

    def _transformed(self, features: FeatureMatrix) -> Iterator[tuple[Term, np.ndarray]]:
        names = self.feature_names
        matrix = select_columns(features, names, place=f"model {self.kind}")
        position = {name: j for j, name in enumerate(names)}
        current, column = "", np.empty(0)
        for term in self.terms:  # terms of one feature follow each other
            if term.feature != current:
                current, column = term.feature, dense_column(matrix, position[term.feature])
            yield term, apply_term(term, column)


def standardise_terms(
    terms: list[Term], matrix: scipy.sparse.csc_array, positions: dict[str, int], weights: np.ndarray
) -> tuple[list[Term], np.ndarray]:
    """Give the terms the centre and scale of development, and return their standardised matrix.

    Parameters
    ----------
    terms : list of Term
        Terms of one feature next to each other.
    matrix : scipy.sparse.csc_array
        People x features.
    positions : dict
        Column of each feature in `matrix`.
    weights : numpy.ndarray
        One per person.

    Returns
    -------
    list of Term
        Without those that are the same for everybody.
    numpy.ndarray
        float64, people x returned terms, weighted mean 0 and variance 1.
    """
    kept: list[Term] = []
    standardised = np.empty((matrix.shape[0], len(terms)), order="F")
    total = weights.sum()
    current, column = "", np.empty(0)
    for term in terms:
        if term.feature != current:
            current, column = term.feature, dense_column(matrix, positions[term.feature])
        values = term.raw(column)
        centre = float((weights * values).sum() / total)
        values -= centre
        scale = float(np.sqrt((weights * values * values).sum() / total))
        if scale > NO_SPREAD:
            standardised[:, len(kept)] = values / scale
            kept.append(replace(term, centre=centre, scale=scale))
    return kept, np.ascontiguousarray(standardised[:, : len(kept)])


def fit_coefficients(
    matrix: np.ndarray, outcome: np.ndarray, weights: np.ndarray, penalties: list[float], *, max_iterations: int
) -> list[tuple[float, np.ndarray]]:
    """Intercept and coefficients for each ridge penalty, each fit starting from the one before.

    Parameters
    ----------
    matrix : numpy.ndarray
        float64, people x terms, standardised.
    outcome, weights : numpy.ndarray
        bool and float, one per person.
    penalties : list of float
        Per person, 0 for none; from strong to weak, so that each start is close.
    max_iterations : int
        Per fit; scikit-learn warns when a fit needs more.

    Notes
    -----
    The intercept is not penalised, so the mean predicted risk equals the share of events. There is no
    `class_weight` and no resampling of classes: either shifts every predicted risk and buys no
    discrimination [1]_. One BLAS thread, because sums split over threads round differently.

    References
    ----------
    .. [1] van den Goorbergh R, van Smeden M, Timmerman D, Van Calster B. The harm of class imbalance
       corrections for risk prediction models. J Am Med Inform Assoc 2022;29:1525-34.
       doi:10.1093/jamia/ocac093
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    if not matrix.shape[1]:
        events = (weights * outcome).sum()
        return [(float(np.log(events / (weights.sum() - events))), np.empty(0)) for _ in penalties]
    path = []
    solver = LogisticRegression(solver="lbfgs", tol=1e-5, max_iter=max_iterations, warm_start=True)
    with threadpool_limits(limits=1, user_api="blas"):
        for penalty in penalties:
            solver.C = 1.0 / (penalty * weights.sum()) if penalty else np.inf
            solver.fit(matrix, outcome, sample_weight=weights)
            path.append((float(solver.intercept_[0]), solver.coef_[0].copy()))
    return path
