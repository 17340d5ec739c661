"""Shares against R's prop.test, Hmisc and statsmodels; net benefit and Brier against R and scikit-learn."""

import pytest

from evidens.statistics import (
    brier,
    classification_at_threshold,
    compare_brier,
    log_loss,
    net_benefit,
    net_benefit_difference,
    scaled_brier,
    tango_interval,
    wilson_interval,
)

EXACT = 1e-9


@pytest.mark.parametrize("share", ["sensitivity", "specificity", "ppv", "npv", "flagged"])
def test_shares_at_a_threshold_have_the_interval_of_prop_test(people, by_r, share):
    found = getattr(classification_at_threshold(people.outcome, people.risk, 0.3), share)
    assert [found.value, found.lower, found.upper] == pytest.approx(by_r.vector(share), rel=1e-7)


@pytest.mark.parametrize(("hits", "n", "name"), [(0, 20, "none.of.20"), (3, 10, "3.of.10")])
def test_wilson_is_that_of_hmisc_binconf(by_r, hits, n, name):
    assert wilson_interval(hits, n) == pytest.approx(by_r.vector(f"wilson.{name}"), abs=1e-9)


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (3, 10), (81, 263)])
def test_wilson_is_that_of_statsmodels(by_python, hits, n):
    assert wilson_interval(hits, n) == pytest.approx(by_python.vector(f"wilson.{hits}.of.{n}"), abs=1e-12)


@pytest.mark.parametrize(("b", "c", "n"), [(9, 2, 50), (1, 5, 30)])
def test_tangos_interval_is_that_of_a_numerical_likelihood(by_r, b, c, n):
    assert tango_interval(b, c, n) == pytest.approx(by_r.vector(f"tango.{b}.{c}.of.{n}"), abs=1e-6)


def test_net_benefit_is_that_of_counts(people, by_r):
    at = by_r.vector("net.benefit.at")
    curve = net_benefit(people.outcome, people.risk, at)
    assert curve.model == pytest.approx(by_r.vector("net.benefit"), rel=EXACT)
    assert curve.treat_all == pytest.approx(by_r.vector("net.benefit.all"), rel=EXACT)
    weighted = net_benefit(people.outcome, people.risk, at, weights=people.weight)
    assert weighted.model == pytest.approx(by_r.vector("net.benefit.weighted"), rel=EXACT)


def test_difference_of_net_benefit_has_the_se_of_a_paired_mean(people, by_r):
    found = net_benefit_difference(people.outcome, people.risk, people.reference, 0.3)
    pinned = [by_r["net.benefit.difference"], by_r["net.benefit.difference.se"]]
    assert [found.value, found.se] == pytest.approx(pinned, rel=EXACT)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("statistic", "name"), [(brier, "brier"), (log_loss, "log.loss"), (scaled_brier, "scaled.brier")]
)
def test_overall_scores_are_those_of_sklearn_and_their_ses_the_jackknifes(people, by_python, statistic, name, weighted):
    name = f"{name}.weighted" if weighted else name
    found = statistic(people.outcome, people.risk, weights=people.weight if weighted else None)
    assert found.value == pytest.approx(by_python[name], rel=EXACT)
    assert found.se == pytest.approx(by_python[f"{name}.se"], rel=1e-6)


def test_difference_of_brier_scores_has_the_se_of_a_paired_mean(people, by_r):
    assert brier(people.outcome, people.risk).se == pytest.approx(by_r["brier.se"], rel=EXACT)
    found = compare_brier(people.outcome, people.risk, people.reference)
    assert [found.value, found.se] == pytest.approx([by_r["brier.difference"], by_r["brier.difference.se"]], rel=EXACT)
