"""Trees that two workers grow together are nearly those of one machine."""

from functools import partial

import numpy as np
import pytest
import scipy.sparse

from evidens.features import FeatureMatrix
from evidens.models import LightGBMSettings, fit_model, load_model, take_rows
from evidens.statistics import auroc
from evidens.study import engine_dask
from evidens.study.engine import DaskSettings
from evidens.study.engine_dask_training import Part, fit_on_cluster, gather_sample

TWO = DaskSettings(worker_memory_mb=1000, n_workers=2)
SMALL = LightGBMSettings(
    num_leaves=(5,), min_people_per_leaf=(50,), n_trials=1, n_folds=2, max_rounds=30, early_stopping_rounds=5
)
RNG = np.random.default_rng


@pytest.fixture(scope="module", autouse=True)
def _cluster():
    yield
    engine_dask.close()


def draw(n, *, seed):
    """Three columns of which two raise the risk, 97 that are noise, weights of which 1 in 50 is zero."""
    rng = RNG(seed)
    value = rng.normal(40.0, 6.0, n)
    codes = (rng.random((n, 99)) < 0.05) * 1.0
    outcome = rng.random(n) < 1 / (1 + np.exp(1.5 - 0.15 * (value - 40) - 1.2 * codes[:, 0]))
    value[rng.random(n) < 0.3] = np.nan
    matrix = scipy.sparse.csr_array(np.column_stack([value, codes]).astype(np.float32))
    names = ("hba1c", *(f"code_{number}" for number in range(99)))
    features = FeatureMatrix(names, matrix, np.arange(n) * 7, np.full(n, np.datetime64("2017-01-01", "us")))
    return features, outcome, np.where(np.arange(n) % 50 == 0, 0.0, 1.0 + np.arange(n) % 3 / 10)


def divide(features, outcome, weights, *, n_parts=3):
    parts = []
    for number in range(n_parts):
        rows = np.flatnonzero(np.arange(len(outcome)) % n_parts == number)
        known = np.flatnonzero(weights[rows] > 0)
        parts.append(Part(partial(take_rows, features, rows), known, outcome[rows][known], weights[rows][known]))
    return parts


def test_a_cluster_predicts_what_one_machine_predicts_but_for_small_digits(tmp_path):
    """The bound: nearer to one machine than that is to itself with another seed for its columns."""
    features, outcome, weights = draw(6000, seed=1)
    here = fit_model(features, outcome, weights, SMALL, rng=RNG(0))
    again = fit_model(features, outcome, weights, SMALL, rng=RNG(1))
    there = fit_on_cluster(divide(features, outcome, weights), SMALL, TWO, rng=RNG(0))
    unseen, happened, _ = draw(6000, seed=2)
    risk, other_seed, risk_there = (model.predict_risk(unseen) for model in (here, again, there))
    assert np.abs(risk - risk_there).mean() < max(np.abs(risk - other_seed).mean(), 0.01)
    assert auroc(happened, risk_there).value == pytest.approx(auroc(happened, risk).value, abs=0.01)
    assert risk_there.mean() == pytest.approx(risk.mean(), rel=0.01)
    assert (there.record.n_people, there.record.n_events) == (here.record.n_people, here.record.n_events)
    assert "127.0.0.1" not in there.trees
    there.save(tmp_path / "model")
    assert np.array_equal(load_model(tmp_path / "model").predict_risk(unseen), risk_there)


def test_tuning_takes_as_many_parts_as_a_worker_has_memory_for():
    features, outcome, weights = draw(300, seed=3)
    parts = divide(features, outcome, weights)
    assert [len(gather_sample(parts, limit_mb=mb)) for mb in (0.01, 0.2, 100)] == [1, 2, 3]
