"""Optimism against rms::validate on the same resamples."""

from pathlib import Path

import numpy as np
import pytest

from evidens.statistics import auroc, bootstrap_optimism, brier
from evidens.statistics.logistic import expit, fit_logistic

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def corrected():
    table = np.genfromtxt(DATA / "optimism_people.csv", delimiter=",", skip_header=1)
    rows = np.genfromtxt(DATA / "optimism_rows.csv", delimiter=",").astype(int)
    outcome = table[:, 0] == 1
    design = [np.ones(outcome.size), *table[:, 1:].T]

    def fit_predict(chosen):
        fit = fit_logistic(outcome[chosen], [column[chosen] for column in design])
        return expit(sum(b * column for b, column in zip(fit.coefficients, design, strict=True)))

    return bootstrap_optimism(outcome, fit_predict, metrics={"auroc": auroc, "brier": brier}, indices=rows)


@pytest.mark.parametrize("part", ["apparent", "optimism", "corrected"])
def test_brier_score_is_corrected_as_rms_validate_does(corrected, by_r, part):
    assert getattr(corrected["brier"], part).value == pytest.approx(by_r[f"optimism.B.{part}"], abs=1e-7)


def test_auroc_is_corrected_as_rms_validate_does_for_dxy(corrected, by_r):
    """Somers' Dxy is 2 (AUROC - 1/2), so its optimism is twice that of the AUROC."""
    found = corrected["auroc"]
    assert 2 * found.apparent.value - 1 == pytest.approx(by_r["optimism.Dxy.apparent"], abs=1e-9)
    assert 2 * found.optimism.value == pytest.approx(by_r["optimism.Dxy.optimism"], abs=1e-7)
    assert 2 * found.corrected.value - 1 == pytest.approx(by_r["optimism.Dxy.corrected"], abs=1e-7)
