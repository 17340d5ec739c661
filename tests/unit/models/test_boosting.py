"""Gradient-boosted trees."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse

from evidens.features import FeatureMatrix
from evidens.models import LightGBMSettings, ModelError, fit_model, take_rows
from evidens.models.tuning import draw_candidates
from evidens.statistics import auroc

RNG = np.random.default_rng
SMALL = LightGBMSettings(num_leaves=(3, 6), min_people_per_leaf=(30,), max_rounds=60, early_stopping_rounds=8)


def test_signal_is_found(simulated):
    model = fit_model(*simulated(3000), SMALL, rng=RNG(0))
    features, outcome, _ = simulated(3000, seed=2)
    assert auroc(outcome, model.predict_risk(features)).value > 0.68
    assert {"hba1c", "code_common"} <= set(model.feature_names)


def test_without_signal_few_trees_are_grown(simulated):
    features, outcome, weights = simulated(3000, signal=0.0)
    model = fit_model(features, outcome, weights, SMALL, rng=RNG(0))
    assert model.describe()["n_trees"] <= 10
    assert model.predict_risk(features).std() < 0.02


def test_mean_risk_is_the_share_of_events(simulated):
    """3 in 100 have the outcome, and classes are not rebalanced."""
    features, outcome, weights = simulated(6000, shift=-4.5)
    model = fit_model(features, outcome, weights, SMALL, rng=RNG(0))
    assert model.predict_risk(features).mean() == pytest.approx(outcome.mean(), rel=0.02)


def test_not_measured_is_not_the_same_as_zero(table):
    """Events: 3 of 4 among the unmeasured, 1 of 4 among those with a value of 0 or 1."""
    n = 1200
    features = table({"urea": [None if i % 3 == 0 else float(i % 2) for i in range(n)]})
    outcome = np.where(np.arange(n) % 3 == 0, np.arange(n) // 3 % 4 != 0, np.arange(n) // 3 % 4 == 0)
    model = fit_model(features, outcome, np.ones(n), SMALL, rng=RNG(0))
    risk = model.predict_risk(table({"urea": [None, 0.0]}))
    assert risk[0] > risk[1] + 0.2


def test_only_features_in_a_split_are_asked_for(simulated, table):
    model = fit_model(*simulated(3000), SMALL, rng=RNG(0))
    assert "code_rare" not in model.feature_names
    enough = {name: [1.0, 2.0] for name in model.feature_names}
    assert model.predict_risk(table(enough)).shape == (2,)
    enough.pop("hba1c")
    with pytest.raises(ModelError, match="missing: hba1c"):
        model.predict_risk(table(enough))


def test_order_of_features_does_not_matter(simulated, table):
    model = fit_model(*simulated(2000), SMALL, rng=RNG(0))
    columns = {"age": [50.0, 80.0], "is_female": [1.0, 0.0], "hba1c": [None, 51.0], "code_common": [0.0, 2.0],
               "noise": [0.3, -1.0]}  # fmt: skip
    turned = dict(reversed(columns.items()))
    assert np.array_equal(model.predict_risk(table(columns)), model.predict_risk(table(turned)))


def test_risk_of_a_person_does_not_depend_on_who_else_is_in_the_table(simulated):
    features, outcome, weights = simulated(1500)
    model = fit_model(features, outcome, weights, SMALL, rng=RNG(0))
    rows = np.array([700, 3, 1499])
    assert np.array_equal(model.predict_risk(take_rows(features, rows)), model.predict_risk(features)[rows])
    assert model.predict_risk(take_rows(features, rows[:0])).shape == (0,)


def test_all_candidates_are_screened_and_the_best_go_through_all_folds(simulated):
    settings = LightGBMSettings(
        num_leaves=(2, 4, 8), min_people_per_leaf=(30,), n_screening_folds=1, n_folds=3, n_finalists=2, max_rounds=20
    )  # fmt: skip
    model = fit_model(*simulated(1500), settings, rng=RNG(0))
    trials = model.record.trials
    assert sorted(trial.n_folds for trial in trials) == [1, 3, 3]
    finalists = [trial for trial in trials if trial.n_folds == 3]
    assert [t for t in trials if t.is_chosen] == [min(finalists, key=lambda trial: trial.log_loss)]
    assert model.describe()["n_trees"] == model.record.chosen["n_trees"]


def test_fewer_trials_than_candidates_are_drawn_without_repeats():
    settings = LightGBMSettings(n_trials=3)
    drawn = draw_candidates(settings, n_people=10_000, rng=RNG(0))
    assert len({tuple(candidate.values()) for candidate in drawn}) == 3
    assert draw_candidates(LightGBMSettings(n_trials=6), n_people=10_000, rng=RNG(0)) == draw_candidates(
        LightGBMSettings(n_trials=60), n_people=10_000, rng=RNG(1)
    )


def test_smallest_leaf_is_counted_in_people(simulated):
    features, outcome, weights = simulated(2000)
    model = fit_model(features, outcome, weights, SMALL, rng=RNG(0))
    leaves = model.booster.predict(model.matrix_for(features), pred_leaf=True)
    smallest = min(np.unique(leaves[:, tree], return_counts=True)[1].min() for tree in range(leaves.shape[1]))
    assert model.describe()["smallest_leaf_people"] == smallest


def test_censoring_weights_move_the_risk(simulated):
    """Everybody with the outcome counts twice: the odds double."""
    features, outcome, weights = simulated(3000)
    plain = fit_model(features, outcome, weights, SMALL, rng=RNG(0)).predict_risk(features)
    doubled = fit_model(features, outcome, weights + outcome, SMALL, rng=RNG(0)).predict_risk(features)
    odds_ratio = (doubled.mean() / (1 - doubled.mean())) / (plain.mean() / (1 - plain.mean()))
    assert odds_ratio == pytest.approx(2.0, rel=0.1)


def test_model_text_holds_no_extreme_value_of_a_person(table):
    """The one person with a value of 7777 must not be found in the model."""
    rng = RNG(2)
    urea = rng.normal(6.0, 2.0, 1500).round(1)
    outcome = rng.random(1500) < 1 / (1 + np.exp(6.0 - urea))
    urea[17] = 7777.0
    model = fit_model(table({"urea": urea.tolist()}), outcome, np.ones(1500), SMALL, rng=RNG(0))
    assert model.feature_names == ("urea",)
    assert "7777" not in model.trees


@pytest.mark.parametrize(("n_people", "leaf"), [(10_000, 300), (800, 100), (200, 50)])
def test_a_leaf_never_holds_more_than_an_eighth_of_few_people(n_people, leaf):
    settings = LightGBMSettings(num_leaves=(4,), min_people_per_leaf=(300,))
    assert draw_candidates(settings, n_people=n_people, rng=RNG(0)) == [{"num_leaves": 4, "min_people_per_leaf": leaf}]


def test_a_sparse_matrix_is_never_laid_out_densely():
    """20,000 people and 2,000 codes, of which each has 1 in 100: 2.4 MB, and 160 MB laid out."""
    rng, n, width = RNG(3), 20_000, 2_000
    indices = np.sort(rng.integers(0, width, (n, 20)), axis=1).astype(np.int32)
    matrix = scipy.sparse.csr_array((np.ones(n * 20, np.float32), indices.ravel(), np.arange(n + 1) * 20), (n, width))
    people, index_at = np.arange(n), np.full(n, np.datetime64("2017-01-01", "us"))
    features = FeatureMatrix(tuple(map(str, range(width))), matrix, people, index_at)
    outcome = (indices[:, 0] < 10) ^ (rng.random(n) < 0.1)
    tracemalloc.start()
    model = fit_model(features, outcome, np.ones(n), LightGBMSettings(max_rounds=3, n_trials=1), rng=RNG(0))
    model.predict_risk(features)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.3 * n * width * 4
