"""Smooth calibration curves and the distances read from them."""

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import StatisticsError, calibration_curve, ici
from evidens.statistics.loess import fit_loess, local_weights
from evidens.statistics.logistic import expit, logit
from evidens.statistics.spline import fit_spline, restricted_cubic_terms


def draw(n, shift=0.0, name="curve"):
    rng = stream(41, name)
    risk = expit(rng.normal(-1.2, 1.1, n))
    return rng.random(n) < expit(shift + logit(risk)), risk


@pytest.mark.parametrize("smoother", ["loess", "spline"])
def test_a_calibrated_models_curve_is_the_diagonal_within_its_band(smoother):
    y, p = draw(5000)
    curve = calibration_curve(y, p, smoother=smoother, at=np.linspace(0.05, 0.6, 12))
    assert np.abs(curve.observed - curve.risk).max() < 0.06
    assert (curve.lower <= curve.observed).all()
    assert (curve.observed <= curve.upper).all()


@pytest.mark.parametrize("smoother", ["loess", "spline"])
def test_a_curve_finds_the_shape_that_a_slope_cannot(smoother):
    """The truth bends: risk overstated in the middle, right at both ends."""
    rng = stream(42, "bent")
    p = rng.uniform(0.02, 0.98, 15_000)
    y = rng.random(p.size) < p - 0.2 * np.sin(np.pi * p) ** 2
    curve = calibration_curve(y, p, smoother=smoother, at=[0.1, 0.5, 0.9])
    assert curve.observed == pytest.approx([0.1 - 0.2 * np.sin(0.1 * np.pi) ** 2, 0.3, 0.881], abs=0.04)


def test_loess_up_to_20000_people_and_splines_above():
    assert "loess" in calibration_curve(*draw(20_000)).method
    assert "restricted cubic spline on logit risk, 5 knots" in calibration_curve(*draw(20_001)).method


def test_both_smoothers_tell_the_same_story():
    y, p = draw(8000, shift=0.5)
    one, other = (ici(y, p, smoother=smoother) for smoother in ("loess", "spline"))
    assert one.ici.value == pytest.approx(other.ici.value, abs=0.01)
    assert one.ici.value > 0.05


def test_the_integrated_index_is_the_mean_of_the_curves_distance():
    """Events happen at half the risk, so the distance is p / 2 on average."""
    rng = stream(43, "half")
    p = rng.uniform(0.1, 0.9, 20_000)
    found = ici(rng.random(p.size) < p / 2, p)
    assert found.ici.value == pytest.approx(0.25, abs=0.01)
    assert found.e50.value == pytest.approx(0.25, abs=0.01)
    assert found.e90.value == pytest.approx(0.41, abs=0.015)


def test_without_resamples_there_is_no_interval_and_the_method_says_so():
    found = ici(*draw(500)).ici
    assert (found.se, found.lower, found.upper, found.reason) == (None, None, None, None)
    assert found.method.endswith("no interval")


@pytest.mark.parametrize("n", [600, 21_000])
def test_resamples_give_an_interval_that_the_same_stream_gives_again(n):
    y, p = draw(n, shift=0.6)
    one, again = (ici(y, p, n_resamples=25, rng=stream(44, "resamples")) for _ in range(2))
    assert one == again
    assert one.ici.lower < one.ici.value < one.ici.upper
    assert "25 resamples" in one.ici.method


def test_few_events_get_fewer_knots_then_a_line():
    y, p = draw(4000)
    few = np.zeros(y.size, bool)
    for n_events, knots in ((45, 5), (25, 3), (8, 0)):
        few[:] = False
        few[np.flatnonzero(y)[:n_events]] = True
        assert fit_spline(few, p, None).knots.size == knots
    curve = calibration_curve(few, p, smoother="spline")
    assert "logistic line" in curve.method
    assert "too few events" in curve.reason


def test_weights_move_a_spline_and_not_its_knots():
    y, p = draw(2000)
    plain, weighted = fit_spline(y, p, None), fit_spline(y, p, np.where(y, 2.0, 1.0))
    assert (weighted.knots == plain.knots).all()
    assert (weighted.predict(p) > plain.predict(p)).all()


def test_few_distinct_risks_get_a_line_and_no_loess():
    rng = stream(45, "steps")
    p = rng.choice([0.1, 0.2, 0.4], 600)
    y = rng.random(600) < p
    curve = calibration_curve(y, p)
    assert "logistic line" in curve.method
    assert ici(y, p).ici.value < 0.1


def test_the_curve_stays_within_the_risks_that_were_seen():
    y, p = draw(500)
    curve = calibration_curve(y, p, at=[0.0, 0.2, 1.0])
    assert curve.risk.tolist() == [0.2]


def test_by_default_a_hundred_points_leave_out_the_outermost_people():
    y, p = draw(3000)
    curve = calibration_curve(y, p)
    assert curve.risk.size == 100
    assert p.min() < curve.risk[0] < curve.risk[-1] < p.max()


@pytest.mark.parametrize(
    ("y", "p", "reason"),
    [([], [], "no one to count"), ([False] * 30, np.linspace(0.1, 0.5, 30), "no one has the outcome"),
     ([True, False] * 10, [0.2] * 20, "do not vary"),
     ([False] * 5 + [True] * 5, np.linspace(0.1, 0.5, 10), "separate")],
)  # fmt: skip
def test_a_curve_that_cannot_be_drawn_is_empty_and_says_why(y, p, reason):
    curve = calibration_curve(np.array(y, bool), p)
    assert curve.observed.size == 0
    assert reason in curve.reason


def test_missing_points_are_refused():
    with pytest.raises(StatisticsError, match="missing"):
        calibration_curve(*draw(50), at=[0.1, np.nan])


def test_loess_of_a_straight_line_is_that_line():
    """Local quadratics contain lines: the smoother's weights sum to 1 and reproduce x and x squared."""
    x = np.sort(stream(46, "line").random(200))
    for at in (0.05, 0.5, 0.93):
        window, weights = local_weights(x, None, at)
        assert [weights.sum(), (weights * x[window]).sum(), (weights * x[window] ** 2).sum()] == pytest.approx(
            [1, at, at * at]
        )


def test_loess_with_most_people_at_one_risk_gives_their_share():
    """More than three quarters share one risk: the neighbourhood has no width, and its mean is the fit."""
    p = np.concatenate([np.full(90, 0.2), np.linspace(0.3, 0.9, 10)])
    y = np.arange(100) % 3 == 0
    assert fit_loess(y, p, None).predict(np.array([0.2]))[0] == pytest.approx(y[:90].mean())


def test_splines_are_straight_beyond_the_outer_knots():
    knots = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    for column in restricted_cubic_terms(np.array([3.0, 4.0, 5.0, -3.0, -4.0]), knots):
        assert column[2] - column[1] == pytest.approx(column[1] - column[0])
        assert column[3:].tolist() == [0, 0]


def test_weights_undo_selection_by_risk():
    y, p = draw(6000, shift=0.4)
    chance = np.where(p > 0.3, 0.9, 0.45)
    seen = stream(47, "seen").random(p.size) < chance
    at = [0.1, 0.3, 0.5]
    whole = calibration_curve(y, p, at=at).observed
    part = calibration_curve(y, p, at=at, weights=np.where(seen, 1 / chance, 0.0))
    assert part.observed == pytest.approx(whole, abs=0.04)
    assert "weighted" in part.method
