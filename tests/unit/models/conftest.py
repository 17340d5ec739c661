"""Small feature matrices: drawn by hand, or simulated with a known signal."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse

from evidens.features import FeatureMatrix


def build_matrix(columns: dict[str, list[float | None]], *, first_person: int = 1) -> FeatureMatrix:
    """One row per entry; None: not measured (explicit NaN); 0: absent."""
    values = np.array([[np.nan if v is None else v for v in column] for column in columns.values()], dtype=np.float32).T
    people = np.arange(first_person, first_person + len(values), dtype=np.int64)
    index_at = np.full(len(values), np.datetime64("2017-01-01", "us"))
    return FeatureMatrix(tuple(columns), scipy.sparse.csr_array(values), people, index_at)


@pytest.fixture
def table() -> Callable[..., FeatureMatrix]:
    """Draw a small table."""
    return build_matrix


@pytest.fixture
def simulated() -> Callable[..., tuple[FeatureMatrix, np.ndarray, np.ndarray]]:
    """Simulate features, outcome and weights: `hba1c` and `code_common` raise the risk, `noise` does not."""

    def simulate(n: int = 3000, *, seed: int = 1, signal: float = 1.0, shift: float = -2.5):
        rng = np.random.default_rng(seed)
        age, female = rng.integers(40, 90, n), rng.integers(0, 2, n)
        hba1c = rng.normal(40.0, 6.0, n)
        code_common, code_rare = rng.random(n) < 0.2, rng.random(n) < 0.002
        logit = shift + signal * (0.15 * (hba1c - 40) + 1.2 * code_common + 0.03 * (age - 65) - 0.3 * female)
        outcome = rng.random(n) < 1 / (1 + np.exp(-logit))
        values = np.column_stack(
            [age, female, np.where(rng.random(n) < 0.3, np.nan, hba1c.round(0)), code_common * rng.integers(1, 4, n),
             code_rare, rng.normal(size=n)]
        ).astype(np.float32)  # fmt: skip
        names = ("age", "is_female", "hba1c", "code_common", "code_rare", "noise")
        people = rng.permutation(np.arange(1, n + 1, dtype=np.int64) * 7_919_000_003)
        index_at = np.full(n, np.datetime64("2017-01-01", "us"))
        return FeatureMatrix(names, scipy.sparse.csr_array(values), people, index_at), outcome, np.ones(n)

    return simulate
