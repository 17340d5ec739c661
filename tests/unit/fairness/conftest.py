"""People in two groups, with a calibrated risk unless a test spoils it."""

import numpy as np
import pytest

from evidens.cohort.target import Target


@pytest.fixture
def simulated():
    """Simulate a target, risks, and which of `n_groups` each person is in."""

    def simulate(n: int = 4000, *, seed: int = 1, n_groups: int = 2, censored: float = 0.0):
        rng = np.random.default_rng(seed)
        risk = 1 / (1 + np.exp(-rng.normal(-2.0, 1.0, n)))
        outcome = rng.random(n) < risk
        weights = np.where(rng.random(n) < censored, 0.0, rng.uniform(1.0, 1.2, n))
        return Target(outcome, weights, 365), risk, rng.integers(0, n_groups, n)

    return simulate
