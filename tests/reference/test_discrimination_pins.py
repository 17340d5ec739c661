"""AUROC against pROC, average precision against scikit-learn."""

import numpy as np
import pytest

from evidens.statistics import auroc, average_precision, compare_auroc, newcombe_interval

EXACT = 1e-10


def test_auroc_and_delong_variance_are_those_of_proc(people, by_r):
    found = auroc(people.outcome, people.risk, interval="wald")
    assert found.value == pytest.approx(by_r["auroc"], rel=EXACT)
    assert found.se**2 == pytest.approx(by_r["auroc.variance"], rel=EXACT)
    assert [found.lower, found.upper] == pytest.approx(by_r.vector("auroc.wald"), rel=EXACT)


def test_auroc_of_forty_people_is_that_of_proc(people, by_r):
    found = auroc(people.outcome[:40], people.risk[:40])
    assert found.value == pytest.approx(by_r["auroc.few"], rel=EXACT)
    assert found.se**2 == pytest.approx(by_r["auroc.few.variance"], rel=EXACT)


def test_logit_interval_is_the_delta_method_on_procs_variance(people, by_r):
    area, se = by_r["auroc"], by_r["auroc.variance"] ** 0.5
    half = 1.959963984540054 * se / (area * (1 - area))
    logit = np.log(area / (1 - area))
    found = auroc(people.outcome, people.risk)
    assert [found.lower, found.upper] == pytest.approx([1 / (1 + np.exp(-(logit + s * half))) for s in (-1, 1)])


def test_paired_difference_is_that_of_proc(people, by_r):
    found = compare_auroc(people.outcome, people.risk, people.reference)
    assert found.value == pytest.approx(by_r["auroc.difference"], rel=EXACT)
    assert found.se == pytest.approx(by_r["auroc.difference.se"], rel=1e-9)
    assert [found.lower, found.upper] == pytest.approx(by_r.vector("auroc.difference.interval"), rel=1e-9)


def test_weighted_auroc_is_that_of_all_pairs_written_out(people, by_r, by_python):
    found = auroc(people.outcome, people.risk, weights=people.weight)
    assert found.value == pytest.approx(by_python["auroc.weighted"], rel=EXACT)
    assert found.value == pytest.approx(by_r["auroc.weighted"], rel=EXACT)
    assert found.se == pytest.approx(by_r["auroc.weighted.se"], rel=EXACT)


@pytest.mark.parametrize(("name", "area", "m", "n"), [("perfect", 1.0, 10, 100), ("middle", 0.8, 15, 30)])
def test_newcombes_method_5_is_that_of_a_root_finder(by_r, name, area, m, n):
    assert newcombe_interval(area, m, n) == pytest.approx(by_r.vector(f"newcombe.{name}"), abs=1e-9)


@pytest.mark.parametrize("weighted", [False, True])
def test_average_precision_is_that_of_sklearn_and_its_se_the_jackknifes(people, by_python, weighted):
    name = "average.precision.weighted" if weighted else "average.precision"
    found = average_precision(people.outcome, people.risk, weights=people.weight if weighted else None)
    assert found.value == pytest.approx(by_python[name], rel=EXACT)
    assert found.se == pytest.approx(by_python[f"{name}.se"], rel=1e-6)
