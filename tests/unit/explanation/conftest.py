"""Simulated people, and one fitted model of each kind."""

import numpy as np
import pytest
import scipy.sparse

from evidens.features import FeatureMatrix
from evidens.models import AgeSexSettings, LightGBMSettings, LogisticSettings, fit_model

SETTINGS = {
    "logistic": LogisticSettings(),
    "lightgbm": LightGBMSettings(num_leaves=(4,), min_people_per_leaf=(30,), max_rounds=60),
    "age_sex": AgeSexSettings(),
}


@pytest.fixture(scope="session")
def people():
    """3,000 people; `hba1c` (unmeasured in 3 of 10) and `statins` raise the risk, `egfr` lowers it."""
    rng, n = np.random.default_rng(7), 3000
    age, female = rng.integers(40, 90, n), rng.integers(0, 2, n)
    hba1c, egfr, statins = rng.normal(40, 6, n), rng.normal(80, 15, n), rng.random(n) < 0.25
    logit = -2.0 + 0.15 * (hba1c - 40) - 0.04 * (egfr - 80) + statins + 0.04 * (age - 65)
    outcome = rng.random(n) < 1 / (1 + np.exp(-logit))
    hba1c = np.where(rng.random(n) < 0.3, np.nan, hba1c)
    values = np.column_stack([age, female, hba1c, egfr, statins, rng.normal(size=n)]).astype(np.float32)
    names = ("age", "is_female", "hba1c", "egfr", "statins", "noise")
    index_at = np.full(n, np.datetime64("2017-01-01", "us"))
    features = FeatureMatrix(names, scipy.sparse.csr_array(values), np.arange(1, n + 1, dtype=np.int64), index_at)
    return features, outcome


@pytest.fixture(scope="session")
def models(people):
    """One fitted model per kind."""
    features, outcome = people
    weights = np.ones(len(outcome))
    return {kind: fit_model(features, outcome, weights, settings, rng=np.random.default_rng(0))
            for kind, settings in SETTINGS.items()}  # fmt: skip
