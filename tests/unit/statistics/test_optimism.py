"""Optimism: what a model gains from having seen the people it is measured on."""

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import (
    StatisticsError,
    auroc,
    average_precision,
    bootstrap_optimism,
    brier,
    calibration_slope,
)
from evidens.statistics.logistic import expit, fit_logistic

METRICS = {"auroc": auroc, "slope": calibration_slope}


def draw(n, n_noise):
    rng = stream(95, "optimism", n, n_noise)
    x = rng.normal(size=(n, 1 + n_noise))
    return rng.random(n) < expit(-0.8 + 0.9 * x[:, 0]), x


def fit_on(y, x):
    design = [np.ones(y.size), *x.T]

    def fit_predict(rows):
        fit = fit_logistic(y[rows], [column[rows] for column in design])
        beta = np.zeros(len(design)) if fit is None else fit.coefficients
        return expit(sum(b * column for b, column in zip(beta, design, strict=True)))

    return fit_predict


def test_a_model_fitted_on_noise_is_corrected_downwards():
    y, x = draw(150, 12)
    found = bootstrap_optimism(y, fit_on(y, x), metrics=METRICS, n_resamples=60, rng=stream(96, "rows"))
    assert found["auroc"].optimism.value > 0.01
    assert found["auroc"].corrected.value < found["auroc"].apparent.value
    assert found["slope"].apparent.value == pytest.approx(1)  # in-sample, always
    assert found["slope"].corrected.value < 0.9  # what shrinkage the model needs


def test_a_simple_model_on_many_people_is_hardly_optimistic():
    y, x = draw(2000, 0)
    found = bootstrap_optimism(y, fit_on(y, x), metrics=METRICS, n_resamples=30, rng=stream(97, "rows"))
    assert abs(found["auroc"].optimism.value) < 0.005
    assert found["slope"].corrected.value == pytest.approx(1, abs=0.03)


def test_a_rule_that_is_not_fitted_has_no_optimism_on_average():
    y, x = draw(300, 0)
    rule = expit(x[:, 0])
    found = bootstrap_optimism(y, lambda rows: rule, metrics={"auroc": auroc}, n_resamples=200, rng=stream(98, "rows"))
    optimism = found["auroc"].optimism
    assert abs(optimism.value) < 4 * optimism.se


def test_the_interval_moves_with_the_value():
    y, x = draw(150, 5)
    found = bootstrap_optimism(y, fit_on(y, x), metrics=METRICS, n_resamples=10, rng=stream(99, "rows"))["auroc"]
    shift = found.optimism.value
    assert found.corrected.lower == pytest.approx(found.apparent.lower - shift)
    assert found.corrected.upper == pytest.approx(found.apparent.upper - shift)
    assert "Harrell bootstrap of 10 resamples" in found.corrected.method


def test_given_resamples_repeat_a_run_exactly():
    y, x = draw(100, 2)
    rows = stream(100, "rows").integers(0, 100, (8, 100))
    one = bootstrap_optimism(y, fit_on(y, x), metrics=METRICS, indices=rows)
    again = bootstrap_optimism(y, fit_on(y, x), metrics=METRICS, indices=iter(rows))
    drawn = bootstrap_optimism(y, fit_on(y, x), metrics=METRICS, n_resamples=8, rng=stream(100, "rows"))
    assert one == again
    assert one["auroc"].apparent == drawn["auroc"].apparent


def test_a_resample_of_everyone_once_has_no_optimism():
    y, x = draw(100, 2)
    found = bootstrap_optimism(y, fit_on(y, x), metrics={"brier": brier}, indices=[np.arange(100)])
    assert found["brier"].optimism.value == 0
    assert found["brier"].optimism.se is None  # of a single resample


def test_weights_reach_the_metrics():
    y, x = draw(200, 1)
    w = stream(101, "weights").uniform(1, 4, 200)
    found = bootstrap_optimism(
        y, fit_on(y, x), metrics={"ap": average_precision}, weights=w, n_resamples=3, rng=stream(102, "rows")
    )
    apparent = average_precision(y, fit_on(y, x)(np.arange(200)), weights=w)
    assert found["ap"].apparent == apparent


def test_resamples_without_events_are_left_out_and_counted():
    y = np.array([True] + [False] * 9)
    rows = [np.arange(10), np.full(10, 5)]
    found = bootstrap_optimism(y, lambda r: np.linspace(0.1, 0.9, 10), metrics={"auroc": auroc}, indices=rows)
    assert found["auroc"].optimism.reason == "undefined in 1 of 2 resamples"


def test_a_metric_undefined_in_everyone_stays_undefined():
    y = np.zeros(10, bool)
    rows = [np.arange(10)]
    found = bootstrap_optimism(y, lambda r: np.linspace(0.1, 0.9, 10), metrics={"auroc": auroc}, indices=rows)
    assert found["auroc"].corrected.value is None
    assert found["auroc"].corrected.reason == "no one has the outcome"


@pytest.mark.parametrize(
    ("given", "finding"),
    [({}, "neither rng nor indices"), ({"indices": []}, "no resamples"), ({"indices": [[0, 1]]}, "row numbers"),
     ({"indices": [[0, 1, 99]]}, "row numbers")],
)  # fmt: skip
def test_resamples_must_fit_the_people(given, finding):
    with pytest.raises(StatisticsError, match=finding):
        bootstrap_optimism([True, False, True], lambda rows: [0.2, 0.3, 0.4], metrics={"brier": brier}, **given)


def test_risks_must_be_given_for_everyone():
    with pytest.raises(StatisticsError, match="too few or too many risks"):
        bootstrap_optimism([True, False], lambda rows: [0.2], metrics={"brier": brier}, indices=[[0, 1]])


def test_a_resample_that_cannot_be_modelled_is_left_out_and_said():
    y, x = draw(300, 0)
    rule, n_calls = expit(x[:, 0]), iter(range(100))

    def fit_predict(rows):
        return rule * np.nan if next(n_calls) % 3 == 1 else rule

    found = bootstrap_optimism(y, fit_predict, metrics={"auroc": auroc}, n_resamples=6, rng=stream(98, "rows"))
    assert found["auroc"].corrected.reason == "undefined in 2 of 6 resamples"
    assert found["auroc"].corrected.value is not None
