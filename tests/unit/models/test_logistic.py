"""Ridge logistic regression."""

import dataclasses

import numpy as np
import pytest

from evidens.models import AgeSexSettings, LogisticSettings, ModelError, fit_model, take_rows
from evidens.models.terms import SplineTerm, ValueTerm
from evidens.statistics import auroc

RNG = np.random.default_rng


def terms_of(model, feature):
    return {term.kind: (term, c) for term, c in zip(model.terms, model.coefficients, strict=True)
            if term.feature == feature}  # fmt: skip


def test_signal_is_found(simulated):
    model = fit_model(*simulated(3000), LogisticSettings(), rng=RNG(0))
    features, outcome, _ = simulated(3000, seed=2)
    assert auroc(outcome, model.predict_risk(features)).value > 0.70
    assert terms_of(model, "hba1c")["value"][1] > 0.3
    assert abs(terms_of(model, "noise")["value"][1]) < 0.1


def test_without_signal_everybody_gets_about_the_same_risk(simulated):
    features, outcome, weights = simulated(3000, signal=0.0)
    model = fit_model(features, outcome, weights, LogisticSettings(), rng=RNG(0))
    assert model.predict_risk(features).std() < 0.02
    assert model.describe()["penalty"] >= 0.03


def test_mean_risk_equals_the_weighted_share_of_events(simulated):
    """The intercept is not penalised and classes are not rebalanced."""
    features, outcome, weights = simulated(2000)
    weights = weights + RNG(4).random(2000)
    model = fit_model(features, outcome, weights, LogisticSettings(), rng=RNG(0))
    expected = (weights * outcome).sum() / weights.sum()
    assert (weights * model.predict_risk(features)).sum() / weights.sum() == pytest.approx(expected, abs=1e-4)


def test_person_not_measured_is_imputed_with_the_median_and_flagged(table):
    """HbA1c of people 0 to 99: 40, 42, 42, 44 in turn (median 42); of people 100 to 199: not measured."""
    n = 200
    hba1c = [[40.0, 42.0, 42.0, 44.0][i % 4] if i < 100 else None for i in range(n)]
    features = table({"hba1c": hba1c})
    outcome = np.arange(n) % 3 == 0
    outcome[100:] |= np.arange(100) % 2 == 0
    model = fit_model(features, outcome, np.ones(n), LogisticSettings(min_people=20), rng=RNG(0))
    terms = terms_of(model, "hba1c")
    assert terms["value"][0].impute == 42.0
    assert terms["missing"][1] > 0  # here, not being measured goes with the outcome


def test_few_people_not_measured_are_imputed_without_an_indicator(table):
    n = 200
    features = table({"bmi": [None if i < 10 else 20.0 + i % 9 for i in range(n)]})
    model = fit_model(features, np.arange(n) % 3 == 0, np.ones(n), LogisticSettings(min_people=20), rng=RNG(0))
    assert set(terms_of(model, "bmi")) == {"value"}


def test_code_that_one_in_a_thousand_have_is_no_predictor(simulated):
    model = fit_model(*simulated(3000), LogisticSettings(), rng=RNG(0))
    assert "code_rare" not in model.feature_names
    assert "code_common" in model.feature_names


def test_count_that_one_in_fifty_have_is_not_cut_to_zero(table):
    """The 99 % quantile of everybody is 0 or 1 here; limits come from those who have the code."""
    n = 5000
    features = table({"code": [float(i % 4 + 1) if i % 50 == 0 else 0.0 for i in range(n)]})
    model = fit_model(features, np.arange(n) % 7 == 0, np.ones(n), LogisticSettings(), rng=RNG(0))
    term = terms_of(model, "code")["value"][0]
    assert (term.lower, term.upper) == (0.0, 3.0)  # i % 50 == 0 leaves i % 4 in {0, 2}: counts 1 and 3


def test_typing_error_in_a_laboratory_value_counts_as_the_highest_normal_one(simulated, table):
    model = fit_model(*simulated(2000), LogisticSettings(), rng=RNG(0))
    upper = terms_of(model, "hba1c")["value"][0].upper
    rest = {"age": [60.0] * 2, "is_female": [1.0] * 2, "code_common": [0.0] * 2, "noise": [0.1] * 2}
    risk = model.predict_risk(table({**rest, "hba1c": [upper, 4000.0]}))
    assert risk[0] == risk[1]


def test_limit_is_never_one_persons_value(table):
    """60 people have a value; the 1 % quantile would be the lowest person's."""
    features = table({"crp": [float(i) for i in range(1, 61)] + [0.0] * 60})
    model = fit_model(features, np.arange(120) % 3 == 0, np.ones(120), LogisticSettings(), rng=RNG(0))
    assert terms_of(model, "crp")["value"][0].upper == 55.0


def test_order_of_features_and_extra_ones_do_not_matter(simulated):
    features, outcome, weights = simulated(1000)
    model = fit_model(features, outcome, weights, LogisticSettings(min_people=5), rng=RNG(0))
    turned = dataclasses.replace(
        features,
        names=("unheard_of", *features.names[::-1]),
        matrix=type(features.matrix)(np.column_stack([np.ones(1000), features.matrix.toarray()[:, ::-1]])),
    )
    assert np.array_equal(model.predict_risk(turned), model.predict_risk(features))


def test_missing_features_are_named_in_one_error(simulated, table):
    model = fit_model(*simulated(1000), LogisticSettings(), rng=RNG(0))
    with pytest.raises(ModelError, match="2 of 5 features are missing: hba1c, noise") as caught:
        model.predict_risk(table({"age": [50.0], "is_female": [0.0], "code_common": [0.0]}))
    assert len(caught.value.faults) == 1


def test_risk_of_a_person_does_not_depend_on_who_else_is_in_the_table(simulated):
    features, outcome, weights = simulated(1500)
    model = fit_model(features, outcome, weights, LogisticSettings(), rng=RNG(0))
    rows = np.array([700, 3, 1499])
    assert np.array_equal(model.predict_risk(take_rows(features, rows)), model.predict_risk(features)[rows])


def test_extreme_values_give_risks_inside_0_and_1(simulated, table):
    model = fit_model(*simulated(2000), AgeSexSettings(), rng=RNG(0))
    risk = model.predict_risk(table({"age": [1e6, -1e6], "is_female": [0.0, 0.0]}))
    assert ((risk > 0) & (risk < 1)).all()


def test_description_counts_what_was_fitted(simulated):
    model = fit_model(*simulated(2000), LogisticSettings(), rng=RNG(0))
    described = model.describe()
    assert described["n_people"] == 2000
    assert described["n_columns_offered"] == 6
    assert described["n_features"] == 5
    assert described["n_missing_indicators"] == 1
    assert described["n_parameters"] == 7  # five values, one indicator, the intercept
    assert [trial.is_chosen for trial in model.record.trials].count(True) == 1


def test_age_and_sex_solve_the_score_equations(simulated):
    """At the maximum of the likelihood, sum(weight * (outcome - risk) * term) is 0 for every term."""
    features, outcome, weights = simulated(3000)
    weights = weights + RNG(4).random(3000)
    model = fit_model(features, outcome, weights, AgeSexSettings(), rng=RNG(0))
    residual = weights * (outcome - model.predict_risk(features))
    score = (residual[:, None] * model.term_matrix(features)).sum(axis=0) / weights.sum()
    assert np.abs(score).max() < 2e-5
    assert model.feature_names == ("is_female", "age")
    assert model.describe()["n_parameters"] == 5  # sex, age, two bends, the intercept


def test_spline_is_straight_beyond_its_outer_knots():
    term = SplineTerm("age", 60.0, (40.0, 55.0, 65.0, 80.0), 0)
    low, high = term.raw(np.array([10.0, 20.0, 30.0, 40.0])), term.raw(np.array([80.0, 90.0, 100.0, 110.0]))
    assert (low == 0).all()
    assert np.abs(np.diff(high, 2)).max() < 1e-9
    assert np.diff(high).min() > 0


def test_with_two_ages_only_the_spline_is_a_line(table):
    features = table({"age": [50.0, 60.0] * 50, "is_female": [0.0, 0.0, 1.0, 1.0] * 25})
    model = fit_model(features, np.arange(100) % 3 == 0, np.ones(100), AgeSexSettings(), rng=RNG(0))
    assert [type(term) for term in model.terms] == [ValueTerm, ValueTerm]


def test_comparator_without_age_names_it(table):
    features = table({"alder": [50.0, 60.0], "is_female": [0.0, 1.0]})
    with pytest.raises(ModelError, match="missing: age"):
        fit_model(features, np.array([True, False]), np.ones(2), AgeSexSettings(), rng=RNG(0))


def test_without_any_usable_feature_everybody_gets_the_base_rate(table):
    features = table({"code_rare": [1.0, *[0.0] * 99]})
    outcome = np.arange(100) % 4 == 0
    model = fit_model(features, outcome, np.ones(100), LogisticSettings(), rng=RNG(0))
    assert model.feature_names == ()
    assert model.predict_risk(features) == pytest.approx(np.full(100, 0.25))
