"""Brier score, scaled Brier score and log loss."""

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import brier, compare_brier, log_loss, scaled_brier


def draw(n=4000):
    rng = stream(71, "overall")
    risk = rng.beta(1, 3, n)
    return rng.random(n) < risk, risk


def test_four_people_by_hand():
    """Squared errors .01, .04, .09, .16: mean .075, standard deviation over root 4."""
    found = brier([True, True, False, False], [0.9, 0.8, 0.3, 0.4])
    assert found.value == pytest.approx(0.075)
    assert found.se == pytest.approx(np.std([0.01, 0.04, 0.09, 0.16], ddof=1) / 2)


def test_giving_everyone_the_prevalence_explains_nothing():
    y, _ = draw()
    assert scaled_brier(y, np.full(y.size, y.mean())).value == pytest.approx(0)


def test_knowing_the_outcome_explains_everything():
    y, _ = draw()
    found = scaled_brier(y, y.astype(float))
    assert (found.value, found.lower) == (1.0, None)  # no variance is not certainty


def test_being_surely_wrong_is_worse_than_knowing_nothing():
    y, _ = draw()
    assert scaled_brier(y, 1 - y).value < 0


def test_the_true_risk_minimises_the_brier_score_and_the_log_loss():
    """Both are proper: no distortion of the truth scores better."""
    y, p = draw(50_000)
    for distorted in (p**1.3, np.sqrt(p), np.clip(p + 0.05, 0, 1), np.full(p.size, p.mean())):
        assert brier(y, p).value < brier(y, distorted).value
        assert log_loss(y, np.clip(p, 1e-6, 1)).value < log_loss(y, np.clip(distorted, 1e-6, 1 - 1e-6)).value


def test_one_certain_error_is_costly_but_finite_and_said():
    found = log_loss([True, False, False], [0.0, 0.2, 0.2])
    assert found.value == pytest.approx((-np.log(1e-8) - 2 * np.log(0.8)) / 3)
    assert "1e-8" in found.reason


def test_the_better_model_has_the_lower_score():
    y, p = draw()
    found = compare_brier(y, p, np.full(p.size, p.mean()))
    assert found.upper < 0


def test_scaled_brier_without_events_is_undefined():
    assert scaled_brier([False] * 3, [0.1, 0.2, 0.3]).reason == "no one has the outcome"


def test_one_person_has_a_score_without_an_interval():
    found = brier([True], [0.3])
    assert (found.value, found.se) == (pytest.approx(0.49), None)
    assert found.reason
