"""Predictions judged on a truth that is known, and how far registered outcomes mislead."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from evidens.audit import BEYOND, REALISED, AuditError, Least, audit_predictions
from evidens.contracts import NO_THRESHOLD, Evidence, check_table
from evidens.simulation.expected import expected_auroc, expected_classification, expected_net_benefit
from evidens.simulation.expected_calibration import expected_oe
from evidens.statistics import auroc, compare_auroc

N, INDEX = 8_000, dt.date(2018, 1, 1)
THRESHOLDS = (0.05, 0.1)
LEAST = Least(people=100, events=10, non_events=10)
KEYS = {"main_threshold": 0.1, "least": LEAST, "oracle_years": 5.0, "outcome": "type_2_diabetes", "phase": "external",
        "horizon_days": 1095}  # fmt: skip


def expit(x):
    return 1 / (1 + np.exp(-x))


@pytest.fixture(scope="module")
def world():
    """Women are coded half as often as men; the model knows most of the true risk, and one in fifty is ill unseen."""
    rng = np.random.default_rng(3)
    x, is_female = rng.normal(size=N), rng.random(N) < 0.5
    true = expit(-2.6 + x)
    is_unrecorded = rng.random(N) < 0.02
    truth = pl.DataFrame({
        "person_id": np.arange(N),
        "index_on": pl.repeat(INDEX, N, dtype=pl.Date, eager=True),
        "risk_true": pl.Series(np.where(is_unrecorded, np.nan, true)).fill_nan(None),
        "risk_features": expit(-2.6 + 0.5 * x),
        "risk_coded": np.where(is_unrecorded, 0.0, true * np.where(is_female, 0.5, 1.0)),
        "is_event": pl.Series(np.random.default_rng(8).random(N) < true).set(pl.Series(is_unrecorded), None),
    })  # fmt: skip
    risks = {"lightgbm": expit(-2.4 + 0.8 * (x + rng.normal(0, 0.5, N))), "age_sex": np.full(N, 0.1)}
    people = truth.select("person_id", index_at=pl.col("index_on").cast(pl.Datetime("us")))
    predictions = pl.concat(
        [people.with_columns(model=pl.lit(model), risk=pl.Series(risk)) for model, risk in risks.items()]
    )
    origin = np.where(np.arange(N) < 60, "western", np.where(np.arange(N) < 3_000, "non_western", "danish"))
    groups = pl.DataFrame({"person_id": np.arange(N), "sex": np.where(is_female, "female", "male"), "origin": origin})
    return predictions, truth, groups


@pytest.fixture(scope="module")
def evidence(world):
    return audit_predictions(*world, THRESHOLDS, **KEYS)


def find(evidence, metric, model="lightgbm", group="all", threshold=NO_THRESHOLD, reference="none"):
    return evidence.filter(
        metric=metric, model=model, group=group, threshold=threshold, reference=reference
    ).row(0, named=True)  # fmt: skip


def test_evidence_keeps_the_shape_of_all_evidence(evidence):
    check_table(evidence, Evidence, place="audit")
    assert evidence["label"].unique().to_list() == ["true"]
    expected = evidence.filter(pl.col("metric") != REALISED)
    assert expected.filter(pl.col("lower").is_not_null() | pl.col("se").is_not_null()).is_empty()
    named = expected.filter(pl.col("value").is_not_null(), pl.col("model") != "none")["method"]
    assert named.str.contains("no sampling error").all()


def test_measures_are_those_under_the_true_risk_of_people_whom_it_awaits(world, evidence):
    predictions, truth, groups = world
    true = truth["risk_true"].to_numpy()
    is_open = ~np.isnan(true)
    score = predictions.filter(model="lightgbm")["risk"].to_numpy()
    female = (groups["sex"] == "female").to_numpy() & is_open
    assert find(evidence, "auroc")["value"] == pytest.approx(expected_auroc(score[is_open], true[is_open]))
    in_women = find(evidence, "auroc", group="sex=female"), find(evidence, "oe_ratio", group="sex=female")
    assert in_women[0]["value"] == pytest.approx(expected_auroc(score[female], true[female]))
    assert in_women[1]["value"] == pytest.approx(expected_oe(score[female], true[female]))
    table = expected_classification(score[is_open], true[is_open], 0.05)
    assert find(evidence, "ppv", threshold=0.05)["value"] == pytest.approx(table.ppv)
    row = find(evidence, "auroc")
    assert (row["n"], row["n_events"]) == (is_open.sum(), round(true[is_open].sum()))


def test_regret_is_the_oracle_minus_the_model_and_an_oracle_has_none(world, evidence):
    _, truth, _ = world
    true = truth["risk_true"].drop_nulls().to_numpy()
    best = find(evidence, "auroc", model="oracle")["value"]
    assert best == pytest.approx(expected_auroc(true, true))
    assert find(evidence, "regret_auroc")["value"] == pytest.approx(best - find(evidence, "auroc")["value"])
    benefit = expected_net_benefit(true, true, 0.1)
    lost = find(evidence, "regret_net_benefit", threshold=0.1)["value"]
    assert lost == pytest.approx(benefit - find(evidence, "net_benefit", threshold=0.1)["value"])
    regrets = evidence.filter(pl.col("metric").str.starts_with("regret_"))
    assert set(regrets["model"]) == {"lightgbm", "age_sex"}
    assert regrets.filter(pl.col("value") < 0).is_empty()


def test_oracles_stand_in_the_order_of_what_they_know(evidence):
    values = [find(evidence, "auroc", model=m)["value"] for m in ("oracle", "oracle_features", "oracle_coded")]
    assert values[0] == pytest.approx(values[1])  # the same order of people, by construction
    assert values[0] > values[2]
    assert find(evidence, "calibration_slope", model="oracle")["value"] == pytest.approx(1)
    assert find(evidence, "calibration_slope", model="oracle_features")["value"] == pytest.approx(2, rel=1e-3)


def test_underdiagnosis_of_a_group_shows_as_a_gap_between_registered_and_true(world, evidence):
    """Half of women's cases are never coded: registered O/E is half the true one, in women only."""
    predictions, truth, groups = world
    score, coded = predictions.filter(model="lightgbm")["risk"].to_numpy(), truth["risk_coded"].to_numpy()
    female = (groups["sex"] == "female").to_numpy()
    true_oe = find(evidence, "oe_ratio", group="sex=female")["value"]
    misled = find(evidence, "oe_ratio", group="sex=female", reference="coded")["value"]
    assert true_oe + misled == pytest.approx(expected_oe(score[female], coded[female]))
    assert misled == pytest.approx(-true_oe / 2, rel=0.05)
    assert abs(find(evidence, "oe_ratio", group="sex=male", reference="coded")["value"]) < 0.05
    assert find(evidence, "prevalence_gap", group="sex")["value"] < 0.01
    assert find(evidence, "prevalence_gap", group="sex", reference="coded")["value"] > 0.02


def test_people_ill_without_a_trace_are_counted(world, evidence):
    _, truth, _ = world
    row = find(evidence, "unrecorded_share", model="none")
    assert row["value"] == truth["risk_true"].null_count() / N
    assert find(evidence, "audited_share", model="none")["value"] == 1


def test_people_without_a_truth_are_left_out_and_told(world):
    predictions, truth, groups = world
    half = audit_predictions(predictions, truth.filter(pl.col("person_id") % 2 == 0), groups, THRESHOLDS, **KEYS)
    assert find(half, "audited_share", model="none")["value"] == 0.5
    assert find(half, "auroc")["n"] == truth.filter(pl.col("person_id") % 2 == 0)["risk_true"].drop_nulls().len()


def test_a_small_group_has_no_value_but_a_reason(evidence):
    row = find(evidence, "auroc", group="origin=western")
    assert row["value"] is None
    assert row["reason"] == "insufficient: fewer than 100 people"
    gap = find(evidence, "sensitivity_gap", group="origin", threshold=0.1)
    assert gap["reason"] == "1 of 3 groups are too small and left out"
    assert gap["value"] is not None


def test_one_risk_for_everyone_has_no_slope_but_says_so(evidence):
    row = find(evidence, "calibration_slope", model="age_sex")
    assert row["value"] is None
    assert "undefined" in row["reason"]


def test_expected_events_of_groups_add_up_to_everyones(evidence):
    for variable in ("sex", "origin"):
        of = evidence.filter(
            pl.col("group").str.starts_with(f"{variable}="), metric="brier", model="lightgbm", reference="none"
        )
        assert of["n_events"].sum() == find(evidence, "brier")["n_events"]
        assert of["n"].sum() == find(evidence, "brier")["n"]


def test_what_happened_is_judged_beside_the_oracle_in_the_same_people(world, evidence):
    predictions, truth, _ = world
    is_open = truth["risk_true"].is_not_null()
    happened, true = (truth.filter(is_open)[name].to_numpy() for name in ("is_event", "risk_true"))
    score = predictions.filter(model="lightgbm")["risk"].filter(is_open).to_numpy()
    own, apart = find(evidence, REALISED), find(evidence, REALISED, reference="oracle")
    assert own["value"] == pytest.approx(auroc(happened, score).value)
    assert (own["n"], own["n_events"]) == (is_open.sum(), happened.sum())
    paired = compare_auroc(happened, score, true)
    assert (apart["value"], apart["se"]) == pytest.approx((paired.value, paired.se))
    of_oracle = find(evidence, REALISED, model="oracle")["value"]
    assert apart["value"] == pytest.approx(own["value"] - of_oracle)
    assert "on what happened" in apart["method"]
    rows = evidence.filter(metric=REALISED)
    assert set(rows.filter(reference="none")["model"]) == {"lightgbm", "age_sex", "oracle"}
    assert set(rows.filter(reference="oracle")["model"]) == {"lightgbm", "age_sex"}
    assert find(evidence, BEYOND, model="none")["value"] == 0
    assert find(evidence, "oracle_years", model="none")["value"] == 5


def test_a_score_that_has_seen_the_future_is_beyond_the_oracle_and_its_regret_does_not_tell(world):
    """A tenth of what will happen seeps into the score: under the true risk it still loses to the oracle."""
    predictions, truth, groups = world
    seen = truth.select("person_id", peek=pl.col("is_event").fill_null(value=False) & (pl.col("person_id") % 10 == 0))
    true = truth.select("person_id", true="risk_true")
    leaky = predictions.filter(model="lightgbm").join(seen, on="person_id").join(true, on="person_id")
    leaky = leaky.with_columns(
        model=pl.lit("leaky"), risk=pl.when("peek").then(0.9).otherwise(pl.col("true").fill_null(0.1))
    ).select(predictions.columns)  # fmt: skip
    evidence = audit_predictions(pl.concat([predictions, leaky]), truth, groups, THRESHOLDS, **KEYS)
    assert find(evidence, "regret_auroc", model="leaky")["value"] > 0
    apart = find(evidence, REALISED, model="leaky", reference="oracle")
    assert apart["value"] > 3 * apart["se"]
    assert "has seen the future, or the oracle is wrong" in apart["reason"]
    count = find(evidence, BEYOND, model="none")
    assert count["value"] == 1
    assert count["reason"].startswith("leaky: ")
    assert find(evidence, REALISED, reference="oracle")["reason"] is None


@pytest.mark.parametrize("n_events", [0, 3])
def test_too_few_events_that_happened_are_no_finding_either_way(world, n_events):
    predictions, truth, groups = world
    few = (pl.col("person_id") < n_events) & pl.col("risk_true").is_not_null()
    rare = truth.with_columns(is_event=pl.when(pl.col("risk_true").is_not_null()).then(few))
    evidence = audit_predictions(predictions, rare, groups, THRESHOLDS, **KEYS)
    row = find(evidence, BEYOND, model="none")
    assert (row["value"], row["reason"]) == (None, "insufficient: fewer than 10 events happened")
    assert find(evidence, REALISED, reference="oracle")["value"] is None


def test_oracles_have_no_rows_on_registered_outcomes(evidence):
    """They are judged on the truth alone: rows without a value would need a reason that is not there."""
    oracles = evidence.filter(pl.col("model").str.starts_with("oracle"))
    assert oracles.filter(reference="coded").is_empty()
    assert oracles.filter(metric="sensitivity_gap", reference="none", group="sex", model="oracle").height == 1
    assert evidence.filter(metric="sensitivity_gap", reference="coded", group="sex", model="lightgbm").height == 1


def test_every_key_is_given_once(evidence):
    assert evidence.select(Evidence.primary_key()).is_duplicated().sum() == 0


def test_predictions_that_lack_people_are_refused(world):
    predictions, truth, groups = world
    lacking = predictions.filter((pl.col("model") == "lightgbm") | (pl.col("person_id") > 0))
    with pytest.raises(AuditError, match="did not predict for everyone"):
        audit_predictions(lacking, truth, groups, THRESHOLDS, **KEYS)
    with pytest.raises(AuditError, match="without a row of groups"):
        audit_predictions(predictions, truth, groups.head(10), THRESHOLDS, **KEYS)


@pytest.mark.parametrize("index_on", [None, dt.date(2019, 1, 1)])
def test_where_the_truth_knows_no_one_at_the_index_only_that_is_said(world, index_on):
    """Neither is the truth of another year taken, nor is there a table of measures that nobody has."""
    predictions, truth, groups = world
    other = truth.with_columns(index_on=pl.lit(index_on)) if index_on else truth.clear()
    found = audit_predictions(predictions, other, groups, THRESHOLDS, **KEYS)
    rows = found.select("model", "metric", "value", "n", "reason").sort("metric").rows()
    assert rows == [
        ("none", "audited_share", 0.0, N, None),
        ("none", "unrecorded_share", None, 0, "no one to count"),
    ]
    assert set(found["label"]) == {"true"}
