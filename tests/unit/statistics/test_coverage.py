"""Intervals hold the truth about as often as they say, in few replicates with generous limits.

With 200 replicates a true 95 % interval covers in 90 to 99 % of them but for one time in five hundred.
"""

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import (
    aalen_johansen,
    auroc,
    average_precision,
    brier,
    calibration_curve,
    calibration_in_the_large,
    calibration_slope,
    censoring_weights,
    classification_at_threshold,
    compare_auroc,
    net_benefit_at_threshold,
    oe_ratio,
    paired_difference,
    scaled_brier,
)
from evidens.statistics.logistic import expit

REPLICATES, N = 200, 400
STATISTICS = {
    "auroc": auroc,
    "average_precision": average_precision,
    "brier": brier,
    "scaled_brier": scaled_brier,
    "calibration_in_the_large": calibration_in_the_large,
    "calibration_slope": calibration_slope,
    "oe_ratio": oe_ratio,
    "sensitivity": lambda y, p, **o: classification_at_threshold(y, p, 0.3, **o).sensitivity,
    "net_benefit": lambda y, p, **o: net_benefit_at_threshold(y, p, 0.2, **o),
}


def draw(rng, n):
    linear = rng.normal(-1.4, 1.1, n)
    return rng.random(n) < expit(0.2 + 0.9 * linear), expit(linear)


@pytest.fixture(scope="module")
def truth():
    y, p = draw(stream(111, "truth"), 1_000_000)
    return {name: statistic(y, p).value for name, statistic in STATISTICS.items()}


@pytest.mark.parametrize("weighted", [False, True], ids=["everyone", "weighted"])
@pytest.mark.parametrize("name", STATISTICS)
def test_intervals_cover_the_population(truth, name, weighted):
    hits = 0
    for replicate in range(REPLICATES):
        rng = stream(112, name, replicate)
        y, p = draw(rng, N)
        chance = np.clip(0.4 + p, 0, 1)
        weights = np.where(rng.random(N) < chance, 1 / chance, 0.0) if weighted else None
        found = STATISTICS[name](y, p, weights=weights)
        hits += found.lower <= truth[name] <= found.upper
    # O/E counts the expected events as fixed, like the published formula, and so is on the wide side.
    assert 0.9 <= hits / REPLICATES <= (1.0 if name == "oe_ratio" else 0.99)


@pytest.mark.parametrize("smoother", ["loess", "spline"])
def test_pointwise_bands_of_calibration_curves_cover_the_population(smoother):
    """Each point by itself; loess bends a little towards the mean, hence the lower limit."""
    at, hits = np.array([0.1, 0.25, 0.5]), np.zeros(3)
    true = expit(0.2 + 0.9 * np.log(at / (1 - at)))
    for replicate in range(100):
        y, p = draw(stream(116, smoother, replicate), 1500)
        curve = calibration_curve(y, p, at=at, smoother=smoother)
        hits += (curve.lower <= true) & (true <= curve.upper)
    assert (hits / 100 >= 0.86).all()
    assert (hits / 100 <= 1.0).all()


def test_paired_differences_cover_the_population():
    def draw_pair(rng, n):
        y, p = draw(rng, n)
        return y, p, expit(np.log(p / (1 - p)) + rng.normal(0, 0.8, n))

    y, p, r = draw_pair(stream(113, "truth"), 1_000_000)
    differences = {
        "auroc": compare_auroc,
        "sensitivity": lambda y, p, r: paired_difference(y, p, r, 0.3, "sensitivity"),
    }
    for name, difference in differences.items():
        true, hits = difference(y, p, r).value, 0
        for replicate in range(REPLICATES):
            found = difference(*draw_pair(stream(114, name, replicate), N))
            hits += found.lower <= true <= found.upper
        assert 0.9 <= hits / REPLICATES <= 0.99


def test_cumulative_incidence_covers_the_population_despite_censoring():
    """Constant hazards of event 1/900 and death 1/1500 a day: 1500/2400 of the exits by day 1095 are events."""
    rate = 1 / 900 + 1 / 1500
    true, hits = (1 - np.exp(-1095 * rate)) / 900 / rate, 0
    for replicate in range(REPLICATES):
        event, death, leaves = stream(115, replicate).exponential([[900], [1500], [2000]], (3, 150))
        first = np.minimum(np.minimum(event, death), np.minimum(leaves, 1095))
        status = np.select([first == event, first == death], [1, 2], 0)
        found = aalen_johansen(first, status, 1095)
        hits += found.lower <= true <= found.upper
        assert censoring_weights(first, (status == 0) & (first < 1095), 1095).sum() == pytest.approx(150)
    assert 0.9 <= hits / REPLICATES <= 0.99
