"""Optimism and leave-one-region-out, with models simple enough to reason about."""

import numpy as np
import pytest

from evidens.cohort.target import Target
from evidens.foundation import stream
from evidens.validation import correct_optimism, leave_regions_out


@pytest.fixture(scope="module")
def data():
    rng = stream(3, "internal")
    signal, noise = rng.normal(size=300), rng.normal(size=(300, 40))
    outcome = rng.random(300) < 1 / (1 + np.exp(1 - signal))
    return Target(outcome, np.ones(300), 365), signal, noise


def least_squares(columns, target):
    def fit_predict(rows):
        design = np.column_stack([np.ones(len(columns)), columns])
        beta, *_ = np.linalg.lstsq(design[rows], target.outcome[rows].astype(float), rcond=None)
        return np.clip(design @ beta, 0.001, 0.999)

    return fit_predict


def by_metric(frame, metric, model="m"):
    return frame.filter(metric=metric, model=model, group="all").row(0, named=True)


def test_a_model_with_many_noise_columns_is_more_optimistic_than_one_without(data):
    target, signal, noise = data
    models = {
        "lean": least_squares(signal[:, None], target),
        "fat": least_squares(np.column_stack([signal, noise]), target),
    }
    frame = correct_optimism(target, models, outcome="o", n_resamples=15, rng=stream(1, "b"))
    lean, fat = (by_metric(frame, "auroc_optimism", model)["value"] for model in ("lean", "fat"))
    assert fat > 0.03 > abs(lean)


def test_a_model_that_never_looks_at_the_data_has_no_optimism_in_expectation(data):
    target, signal, _ = data
    risk = 1 / (1 + np.exp(1 - signal))
    frame = correct_optimism(target, {"m": lambda rows: risk}, outcome="o", n_resamples=60, rng=stream(1, "b"))
    row = by_metric(frame, "auroc_optimism")
    assert abs(row["value"]) < 0.02


def test_each_region_is_predicted_by_a_model_that_never_saw_it(data):
    target, signal, _ = data
    regions = ["81"] * 100 + ["82"] * 100 + ["83"] * 100
    seen = []

    def fit_predict(rows):
        seen.append({regions[row] for row in rows})
        return 1 / (1 + np.exp(1 - signal))

    frame = leave_regions_out(target, regions, {"m": fit_predict}, outcome="o")
    assert seen == [{"82", "83"}, {"81", "83"}, {"81", "82"}]
    assert sorted(set(frame["group"])) == ["region=81", "region=82", "region=83"]
    assert frame.filter(metric="auroc_left_out")["n"].to_list() == [100, 100, 100]


def test_one_region_alone_cannot_be_left_out_and_says_so(data):
    target, signal, _ = data
    frame = leave_regions_out(target, ["84"] * 300, {"m": lambda rows: signal}, outcome="o")
    assert frame["value"].is_null().all()
    assert set(frame["reason"]) == {"only one region"}


def test_a_resample_too_small_to_be_modelled_is_left_out_and_counted(data):
    target, signal, _ = data
    risk = 1 / (1 + np.exp(1 - signal))

    def fit_predict(rows):
        return risk if len(np.unique(rows)) == 300 else risk * np.nan

    frame = correct_optimism(target, {"m": fit_predict}, outcome="o", n_resamples=5, rng=stream(1, "b"))
    assert frame["value"].is_null().all()
    assert set(frame["reason"]) == {"undefined in every resample"}


def test_regions_too_small_to_be_modelled_without_another_say_so(data):
    target, signal, _ = data
    frame = leave_regions_out(target, ["81"] * 290 + ["82"] * 10, {"m": _only_of(290, signal)}, outcome="o")
    reasons = dict(frame.filter(metric="auroc_left_out").select("group", "reason").iter_rows())
    assert reasons == {
        "region=81": "insufficient: the other regions have too few events to fit a model", "region=82": None
    }  # fmt: skip


def _only_of(n, signal):
    return lambda rows: 1 / (1 + np.exp(1 - signal)) if len(rows) >= n else np.full(300, np.nan)
