"""Contributions add up, and speak about source features."""

import numpy as np
import pytest

from evidens.explanation import ExplanationError, attribute_risk
from evidens.models import take_rows

KINDS = ["logistic", "lightgbm", "age_sex"]


@pytest.mark.parametrize("kind", KINDS)
def test_base_and_contributions_add_up_to_the_predicted_log_odds(people, models, kind):
    features, _ = people
    attribution = attribute_risk(models[kind], features, tolerance=1e-6)
    risk = models[kind].predict_risk(features)
    rebuilt = 1 / (1 + np.exp(-(attribution.base + attribution.values.sum(axis=1))))
    assert np.abs(rebuilt - risk).max() < 1e-9
    assert attribution.additivity_gap < 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_that_do_not_add_up_are_refused(people, models, kind):
    """Floating-point sums are not exact: a tolerance below their rounding must be exceeded."""
    with pytest.raises(ExplanationError, match="contributions miss the predicted log-odds"):
        attribute_risk(models[kind], people[0], tolerance=1e-300)


def test_value_and_missing_indicator_are_one_feature(people, models):
    """Of a linear model: coefficient times standardised term, summed over the terms of `hba1c`."""
    features, _ = people
    model = models["logistic"]
    attribution = attribute_risk(model, features, tolerance=1e-6)
    terms = model.term_matrix(features)
    own = [j for j, term in enumerate(model.terms) if term.feature == "hba1c"]
    assert [model.terms[j].kind for j in own] == ["value", "missing"]
    by_hand = sum(model.coefficients[j] * terms[:, j] for j in own)
    given = attribution.values[:, attribution.feature_names.index("hba1c")]
    assert np.abs(given - by_hand).max() < 1e-12


def test_spline_of_age_is_one_feature(people, models):
    attribution = attribute_risk(models["age_sex"], people[0], tolerance=1e-6)
    assert attribution.feature_names == ("is_female", "age")


def test_trees_give_what_lightgbm_itself_gives(people, models):
    model = models["lightgbm"]
    attribution = attribute_risk(model, people[0], tolerance=1e-6)
    native = model.booster.predict(model.matrix_for(people[0]).astype(np.float64), pred_contrib=True).toarray()
    assert np.abs(attribution.values - native[:, list(model.used_columns.values())]).max() < 1e-12
    assert attribution.base == pytest.approx(native[0, -1])


def test_nobody_cannot_be_explained(people, models):
    nobody = take_rows(people[0], np.array([], dtype=np.int64))
    with pytest.raises(ExplanationError, match="nobody to explain"):
        attribute_risk(models["logistic"], nobody, tolerance=1e-6)
