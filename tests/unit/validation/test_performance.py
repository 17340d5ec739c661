"""From predictions to rows of evidence."""

import numpy as np
import polars as pl
import pytest

from evidens.cohort.target import Target, build_target
from evidens.contracts import Curve, Evidence, check_table
from evidens.foundation import stream
from evidens.statistics import auroc
from evidens.validation import DecisionRange, ValidationSettings, evaluate

SETTINGS = ValidationSettings(
    n_resamples=5,
    n_interval_resamples=5,
    decision_thresholds=DecisionRange(0.01, 0.5, 20),
    risk_bins=10,
    n_candidate_parameters=10,
    anticipated_c_statistic=0.75,
    leakage_auroc=0.9,
)


def simulated(n=2000, seed=1):
    rng = stream(seed, "performance")
    logit = rng.normal(-2, 1, n)
    risk = 1 / (1 + np.exp(-logit))
    return rng.random(n) < risk, risk


def evaluated(target, risks):
    return evaluate(
        target,
        risks,
        (0.1, 0.2),
        SETTINGS,
        comparator="age_sex",
        outcome="stroke",
        phase="external",
        rng=stream(1, "t"),
    )


def value(evidence, **wanted):
    row = evidence.filter(**({"reference": "none", "group": "all"} | wanted))
    assert row.height == 1, wanted
    return row


@pytest.fixture(scope="module")
def result():
    outcome, risk = simulated()
    target = Target(outcome, np.ones(outcome.size), 365)
    return target, evaluated(target, {"logistic": risk, "age_sex": np.full(outcome.size, outcome.mean())})


def test_evidence_and_curves_keep_their_contracts(result):
    _, performance = result
    check_table(performance.evidence, Evidence, place="evidence")
    check_table(performance.curves, Curve, place="curves")


def test_the_rows_carry_what_the_statistic_said(result):
    target, performance = result
    row = value(performance.evidence, model="logistic", metric="auroc").row(0, named=True)
    _, risk = simulated()
    expected = auroc(target.outcome, risk, weights=target.weights)
    assert (row["value"], row["lower"], row["upper"]) == (expected.value, expected.lower, expected.upper)
    assert row["n_events"] == int(target.outcome.sum())
    assert row["horizon_days"] == 365


def test_a_model_is_compared_with_the_comparator_and_not_with_itself(result):
    _, performance = result
    assert value(performance.evidence, model="logistic", metric="auroc", reference="age_sex")["value"].item() > 0.1
    assert performance.evidence.filter(model="age_sex", reference="age_sex").is_empty()


def test_net_benefit_of_the_model_minus_treating_nobody_is_its_net_benefit(result):
    _, performance = result
    plain = value(performance.evidence, model="logistic", metric="net_benefit", threshold=0.1)["value"].item()
    versus = value(performance.evidence, model="logistic", metric="net_benefit", threshold=0.1, reference="treat_none")
    assert versus["value"].item() == pytest.approx(plain, abs=1e-12)


def test_the_distribution_of_risk_counts_everybody_once(result):
    target, performance = result
    drawn = performance.curves.filter(pl.col("curve").str.starts_with("risk_of"), model="logistic")
    assert drawn["n"].sum() == target.outcome.size
    assert drawn["n_events"].sum() == target.outcome.sum()


def test_a_phase_without_events_is_evidence_with_reasons_and_no_crash():
    target = Target(np.zeros(50, dtype=bool), np.ones(50), 365)
    performance = evaluated(target, {"logistic": np.linspace(0.01, 0.5, 50), "age_sex": np.full(50, 0.1)})
    row = value(performance.evidence, model="logistic", metric="auroc").row(0, named=True)
    assert row["value"] is None
    assert row["reason"]
    check_table(performance.evidence, Evidence, place="evidence")


def test_people_censored_before_the_horizon_count_through_the_others():
    labels = pl.DataFrame({
        "status": ["event", "death", "event_free", "event_free", "censored"],
        "followup_days": [200, 300, 365, 365, 100],
    })  # fmt: skip
    target = build_target(labels, horizon_days=365)
    assert target.outcome.tolist() == [True, False, False, False, False]
    # One of five is censored on day 100, when five are at risk: the others count 1 / (4/5).
    assert target.weights.tolist() == pytest.approx([1.25, 1.25, 1.25, 1.25, 0.0])
    assert (target.n_people, target.n_events) == (4, 1)


@pytest.mark.parametrize(("highest", "ends"), [(0.2, 0.5), (0.6, 0.6)])
def test_the_decision_curve_reaches_the_highest_threshold_of_the_question(highest, ends):
    risks = DecisionRange(0.01, 0.5, 20).reach(highest)
    assert (risks[0], risks[-1], len(risks)) == (0.01, ends, 20)
