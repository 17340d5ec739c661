"""Gaps between groups in which a measure may be undefined."""

import numpy as np
import pytest

from evidens.audit.gaps import largest_gaps
from evidens.contracts import NO_THRESHOLD


def group(sensitivity, specificity):
    return {("sensitivity", 0.1): sensitivity, ("specificity", 0.1): specificity, ("prevalence", NO_THRESHOLD): 0.1}


def test_a_gap_is_the_largest_difference_of_any_two_and_of_two_measures_the_larger():
    gaps = largest_gaps([group(0.5, 0.9), group(0.7, 0.8), group(0.6, 0.95)], 0.1)
    assert gaps["sensitivity_gap", 0.1] == pytest.approx(0.2)
    assert gaps["specificity_gap", 0.1] == pytest.approx(0.15)
    assert gaps["equalized_odds_gap", 0.1] == pytest.approx(0.2)
    assert gaps["prevalence_gap", NO_THRESHOLD] == 0


def test_a_group_without_a_value_is_left_out():
    gaps = largest_gaps([group(0.5, 0.9), group(np.nan, 0.8), group(0.6, 0.9)], 0.1)
    assert gaps["sensitivity_gap", 0.1] == pytest.approx(0.1)


@pytest.mark.parametrize("groups", [[(0.5, np.nan), (0.7, 0.9)], [(np.nan, 0.9), (0.7, 0.8)]])
def test_equalised_odds_are_undefined_where_either_half_is(groups):
    """Whichever of the two comes first: a largest value must not depend on where an undefined one stands."""
    assert np.isnan(largest_gaps([group(*values) for values in groups], 0.1)["equalized_odds_gap", 0.1])
