"""The comparator that every model has to beat: age and sex alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evidens.models.linear import LinearModel, fit_coefficients, standardise_terms
from evidens.models.model import FitRecord, dense_column, find_columns
from evidens.models.settings import AgeSexSettings
from evidens.models.terms import SplineTerm, Term, ValueTerm, weighted_quantile

if TYPE_CHECKING:
    from evidens.features import FeatureMatrix

# Harrell's default places of the knots, as shares of people (Regression Modeling Strategies, table 2.3).
KNOT_SHARES = {3: (0.10, 0.50, 0.90), 4: (0.05, 0.35, 0.65, 0.95), 5: (0.05, 0.275, 0.50, 0.725, 0.95)}


def fit_age_sex(
    features: FeatureMatrix, outcome: np.ndarray, weights: np.ndarray, settings: AgeSexSettings
) -> LinearModel:
    """Fit on rows that all have a weight above 0; nothing is tuned and nothing penalised.

    Notes
    -----
    Where ages are so few that knots coincide, the distinct ones are used; with fewer than three the
    spline is a straight line.
    """
    names = (settings.sex_feature, settings.age_feature)
    columns = find_columns(features.names, names, place="model age_sex")
    matrix = features.matrix.tocsc()[:, columns]
    age = dense_column(matrix, 1)
    known = ~np.isnan(age)
    impute = weighted_quantile(age[known], weights[known], 0.5) if known.any() else 0.0
    shares = KNOT_SHARES[settings.n_knots]
    knots = tuple(sorted({weighted_quantile(age[known], weights[known], share) for share in shares})) if impute else ()
    drawn: list[Term] = [
        ValueTerm(settings.sex_feature, 0.0),
        ValueTerm(settings.age_feature, impute),
        *(SplineTerm(settings.age_feature, impute, knots, part) for part in range(len(knots) - 2)),
    ]
    positions = {name: j for j, name in enumerate(names)}
    terms, standardised = standardise_terms(drawn, matrix, positions, weights)
    ((intercept, coefficients),) = fit_coefficients(standardised, outcome, weights, [0.0], max_iterations=1000)
    record = FitRecord(n_people=len(outcome), n_events=int(outcome.sum()), n_columns_offered=2)
    return LinearModel("age_sex", intercept, tuple(terms), tuple(map(float, coefficients)), record)
