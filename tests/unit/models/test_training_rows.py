"""Which rows a model is fitted on."""

import dataclasses

import numpy as np
import pytest

from evidens.models import AgeSexSettings, LogisticSettings, ModelError, fit_model, fit_on_rows, fit_predict, take_rows
from evidens.models.rows import assign_folds, check_training_rows, draw_up_folds


def test_person_censored_before_the_horizon_has_no_say_in_the_fit(simulated):
    features, outcome, weights = simulated(1500)
    censored = np.arange(1500) % 5 == 0
    weights[censored] = 0.0
    wild = features.matrix.toarray()
    wild[censored] = 1e6
    with_wild_rows = dataclasses.replace(features, matrix=type(features.matrix)(wild))
    known = np.flatnonzero(~censored)

    given = fit_model(with_wild_rows, outcome, weights, LogisticSettings(), rng=np.random.default_rng(0))
    wanted = fit_model(
        take_rows(features, known), outcome[known], weights[known], LogisticSettings(), rng=np.random.default_rng(0)
    )

    assert given == wanted
    assert given.record.n_people == len(known)


def test_all_faults_are_named_at_once(table):
    features = table({"age": [50.0, 60.0, 70.0]})
    with pytest.raises(ModelError) as caught:
        check_training_rows(features, np.array([0, 1, 0]), np.array([1.0, np.nan]))
    message = str(caught.value)
    assert "3 rows of features, 3 outcomes, 2 weights" in message
    assert "int64, not bool" in message
    assert "1 weights are negative or not finite" in message


@pytest.mark.parametrize(
    ("outcome", "weights", "finding"),
    [
        ([False, False], [1.0, 1.0], "one class only"),
        ([True, True], [1.0, 1.0], "one class only"),
        ([True, False], [1.0, 0.0], "one class only"),  # the only person without the outcome is censored
        ([True, False], [0.0, 0.0], "no rows"),
        ([True, False], [1.0, -1.0], "negative"),
        ([True, False], [1.0, np.inf], "not finite"),
    ],
)
def test_nothing_to_learn_from_is_an_error(table, outcome, weights, finding):
    features = table({"age": [50.0, 60.0], "is_female": [0.0, 1.0]})
    with pytest.raises(ModelError, match=finding):
        fit_model(
            features, np.array(outcome), np.array(weights), AgeSexSettings(), rng=np.random.default_rng(0)
        )  # fmt: skip


def test_fold_of_a_person_depends_on_nobody_else():
    people = np.array([11, 12, 13, 14], dtype=np.int64)
    assert assign_folds(people, 4)[[2]].tolist() == assign_folds(people[[2]], 4).tolist()


def test_folds_cut_across_buckets():
    """All people of one bucket have identifiers equal modulo 16: they must not share a fold."""
    of_one_bucket = np.arange(4000, dtype=np.int64) * 16 + 3
    sizes = np.bincount(assign_folds(of_one_bucket, 4), minlength=4)
    assert sizes.min() > 900


def test_too_few_events_to_tune_with():
    people = np.arange(40, dtype=np.int64)
    outcome = assign_folds(people, 4) == 0
    with pytest.raises(ModelError, match="fold 0 of 4"):
        draw_up_folds(people, outcome, 4)


def test_person_drawn_twice_counts_twice(simulated):
    """Rows 0, 0, 1 are the same likelihood as row 0 with weight 2 and row 1 with weight 1."""
    features, outcome, weights = simulated(1200)
    rows = np.random.default_rng(3).integers(0, 1200, 1200)
    counts = np.bincount(rows, minlength=1200).astype(float)

    drawn = fit_on_rows(features, outcome, weights, LogisticSettings(), rows=rows, rng=np.random.default_rng(0))
    weighted = fit_model(features, outcome, counts, LogisticSettings(), rng=np.random.default_rng(0))

    assert drawn == weighted
    assert drawn.record.n_people == len(np.unique(rows))


def test_resample_predicts_for_everybody(simulated):
    features, outcome, weights = simulated(1200)
    rows = np.arange(600)
    risk = fit_predict(features, outcome, weights, AgeSexSettings(), rows=rows, rng=np.random.default_rng(0))
    assert risk.shape == (1200,)
    assert risk.min() > 0
    assert risk.max() < 1


def test_order_of_a_resample_does_not_matter(simulated):
    features, outcome, weights = simulated(800)
    rows = np.random.default_rng(3).integers(0, 800, 800)
    one = fit_predict(features, outcome, weights, LogisticSettings(), rows=rows, rng=np.random.default_rng(0))
    other = fit_predict(features, outcome, weights, LogisticSettings(), rows=rows[::-1], rng=np.random.default_rng(0))
    assert np.array_equal(one, other)


def test_rows_too_few_to_be_modelled_predict_nothing(table):
    features = table({"age": [50.0, 60.0, 70.0], "is_female": [0.0, 1.0, 0.0]})
    outcome, everyone = np.array([True, False, False]), np.ones(3)
    risk = fit_predict(
        features, outcome, everyone, AgeSexSettings(), rows=np.array([1, 2, 2]), rng=np.random.default_rng(0)
    )
    assert np.isnan(risk).all()
    with pytest.raises(ModelError, match="1 weights"):  # what is wrong is never passed over as too few
        fit_predict(
            features, outcome, -everyone, AgeSexSettings(), rows=np.array([1]), rng=np.random.default_rng(0)
        )  # fmt: skip
