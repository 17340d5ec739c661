"""Calibration against R's glm and sandwich, loess, and rms."""

import numpy as np
import pytest

from evidens.statistics import calibration_curve, calibration_in_the_large, calibration_slope, ici, oe_ratio

EXACT = 1e-8


def test_calibration_in_the_large_is_the_offset_glm_of_r(people, by_r):
    found = calibration_in_the_large(people.outcome, people.risk)
    assert [found.value, found.se] == pytest.approx([by_r["citl"], by_r["citl.se"]], rel=EXACT)


def test_slope_is_the_glm_of_r_and_rms_val_prob(people, by_r):
    found = calibration_slope(people.outcome, people.risk)
    assert [found.value, found.se] == pytest.approx([by_r["slope"], by_r["slope.se"]], rel=EXACT)
    assert found.value == pytest.approx(by_r["slope.by.val.prob"], rel=1e-6)


def test_weighted_calibration_is_rs_weighted_glm_with_sandwich_variance(people, by_r):
    for name, statistic in (("citl", calibration_in_the_large), ("slope", calibration_slope)):
        found = statistic(people.outcome, people.risk, weights=people.weight)
        assert found.value == pytest.approx(by_r[f"{name}.weighted"], rel=EXACT)
        assert found.se == pytest.approx(by_r[f"{name}.weighted.se"], rel=1e-6)


def test_observed_over_expected_has_rileys_interval(people, by_r):
    found = oe_ratio(people.outcome, people.risk)
    assert [found.value, found.lower, found.upper] == pytest.approx(
        [by_r["oe"], by_r["oe.interval.01"], by_r["oe.interval.02"]], rel=EXACT
    )


def test_loess_curve_is_rs_loess_computed_directly(people, by_r):
    curve = calibration_curve(people.outcome, people.risk, at=by_r.vector("loess.at"))
    assert curve.method.startswith("loess, span 0.75, degree 2")
    assert curve.observed == pytest.approx(by_r.vector("loess"), abs=1e-9)


def test_ici_e50_e90_are_those_of_rs_loess(people, by_r):
    found = ici(people.outcome, people.risk)
    values = [found.ici.value, found.e50.value, found.e90.value]
    assert values == pytest.approx(by_r.vector("ici.loess"), abs=1e-4)
    # R's default interpolates on a coarse grid of cells; the published numbers carry that error.
    assert values == pytest.approx(by_r.vector("ici.loess.interpolated"), abs=0.003)


def test_weighted_ici_is_that_of_rs_weighted_loess(people, by_r):
    found = ici(people.outcome, people.risk, weights=people.weight)
    assert found.ici.value == pytest.approx(by_r["ici.loess.weighted"], abs=1e-4)


def test_spline_curve_band_and_ici_are_those_of_rms(people, by_r):
    curve = calibration_curve(people.outcome, people.risk, at=by_r.vector("loess.at"), smoother="spline")
    assert curve.observed == pytest.approx(by_r.vector("rcs"), abs=1e-6)
    assert curve.lower == pytest.approx(by_r.vector("rcs.lower"), abs=1e-5)
    assert curve.upper == pytest.approx(by_r.vector("rcs.upper"), abs=1e-5)
    found = ici(people.outcome, people.risk, smoother="spline")
    assert [found.ici.value, found.e50.value, found.e90.value] == pytest.approx(by_r.vector("ici.rcs"), abs=1e-5)


def test_knots_lie_at_harrells_quantiles(people, by_r):
    from evidens.statistics.spline import fit_spline

    fitted = fit_spline(people.outcome, people.risk, None)
    assert fitted.knots == pytest.approx(by_r.vector("rcs.knots"), rel=1e-9)


def test_three_knots_where_events_are_few_are_those_of_rms(people, by_r):
    from evidens.statistics.spline import KNOT_QUANTILES, SplineCurve, _design, fit_logistic

    x = np.log(people.risk) - np.log1p(-people.risk)
    knots = np.quantile(x, KNOT_QUANTILES[3])
    fitted = SplineCurve(knots, fit_logistic(people.outcome, _design(people.risk, knots)))
    assert fitted.predict(np.array(by_r.vector("loess.at"))) == pytest.approx(by_r.vector("rcs.three"), abs=1e-6)
