"""The one shape of results, and intervals formed on other scales."""

import math

import pytest

from evidens.statistics import Estimate, StatisticsError
from evidens.statistics.estimate import wald_estimate

ABOUT = {"n": 100, "n_events": 10, "method": "m", "level": 0.95}
Z = 1.959963984540054


def test_a_missing_value_needs_a_reason():
    with pytest.raises(StatisticsError, match="no value and no reason"):
        Estimate(None, None, None, None, 1, 0, "m")


@pytest.mark.parametrize("part", range(4))
def test_not_a_number_is_refused(part):
    given = [0.5, 0.1, 0.3, 0.7]
    given[part] = math.nan
    with pytest.raises(StatisticsError, match="NaN"):
        Estimate(*given, 1, 0, "m")


def test_a_logit_interval_stays_within_zero_and_one():
    found = wald_estimate(0.99, 0.02, scale="logit", **ABOUT)
    centre, half = math.log(0.99 / 0.01), Z * 0.02 / (0.99 * 0.01)
    assert found.lower == pytest.approx(1 / (1 + math.exp(-(centre - half))))
    assert found.lower < 0.99 < found.upper < 1


def test_a_log_interval_is_symmetric_in_ratio():
    found = wald_estimate(2.0, 0.4, scale="log", **ABOUT)
    assert found.upper / 2 == pytest.approx(2 / found.lower)
    assert found.upper == pytest.approx(2 * math.exp(Z * 0.2))


def test_a_complementary_log_log_interval_is_symmetric_in_cumulative_hazard():
    found = wald_estimate(0.2, 0.05, scale="cloglog", **ABOUT)
    hazard = [-math.log(1 - p) for p in (found.lower, 0.2, found.upper)]
    assert hazard[0] * hazard[2] == pytest.approx(hazard[1] ** 2)


@pytest.mark.parametrize("se", [0.0, None])
def test_no_variance_is_not_certainty(se):
    found = wald_estimate(0.5, se, **ABOUT)
    assert (found.value, found.se, found.lower, found.upper) == (0.5, None, None, None)
    assert "no interval" in found.reason


def test_limits_are_cut_where_the_quantity_ends():
    found = wald_estimate(0.01, 0.1, within=(0.0, 1.0), **ABOUT)
    assert found.lower == 0.0
