"""Estimates are found by name; what was not estimated is an estimate that says so."""

import polars as pl

from evidens.contracts import Evidence, schema_of
from evidens.reports import Findings


def findings_of(example, *rows):
    frame = pl.DataFrame(list(rows), schema=schema_of(Evidence))
    return Findings(frame, example.HORIZON, "lightgbm")


def test_a_missing_row_is_absent_with_a_reason(example):
    estimate = findings_of(example).find("auroc", "external")
    assert not estimate.is_there
    assert estimate.write() == ("not estimated", "")


def test_rows_of_another_horizon_are_not_this_report_s(example):
    row = example.evidence_row("auroc", "external", 0.8, 0.02, horizon_days=30)
    assert not findings_of(example, row).find("auroc", "external").is_there


def test_the_horizon_s_own_row_goes_before_one_without_horizon(example):
    rows = [example.evidence_row("auroc", "external", v, 0.02, horizon_days=h)
            for v, h in ((0.8, example.HORIZON), (0.7, 0))]  # fmt: skip
    assert findings_of(example, *rows).find("auroc", "external").value == 0.8


def test_thresholds_match_in_spite_of_floating_point(example):
    row = example.evidence_row("ppv", "external", 0.2, 0.02, threshold=0.1 + 0.2)
    assert findings_of(example, row).find("ppv", "external", threshold=0.3).value == 0.2


def test_a_suppressed_value_keeps_its_reason(example):
    row = example.evidence_row("auroc", "external", None, reason="suppressed: fewer than 5 events", n=0, n_events=0)
    estimate = findings_of(example, row).find("auroc", "external")
    assert estimate.write()[0] == "suppressed: fewer than 5 events"
    assert (estimate.n, estimate.n_events) == (None, None)


def test_models_are_named_candidate_first_and_the_simplest_last(example):
    rows = [example.evidence_row("auroc", "external", 0.7, 0.1, model=m) for m in ("age_sex", "logistic", "lightgbm")]
    assert findings_of(example, *rows).models() == ("lightgbm", "logistic", "age_sex")
