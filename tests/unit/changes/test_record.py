import json

import pytest

from evidens.changes import ChangeRecord, Version, build_change_record, name_metrics
from evidens.contracts import ContractError


@pytest.fixture
def second(make_facts, make_evidence, plan, at):
    """The record of a second version: newer delivery, other knots, a gate not passed."""
    settings = {"cohort": {"min_age": 30}, "model": {"n_knots": 5}, "features": {"windows": [365, 1825]},
                "study": {"starts_on": "2016-01-01"}}  # fmt: skip
    failed = {"phase": "external", "criterion": "slope | 0.9-1.1", "verdict": "INCONCLUSIVE", "finding": "0.8 to 1.3"}
    new = make_facts(
        settings=settings, data={"events": "9" * 32 + ".dir", "persons": "2" * 32}, commit="f" * 40,
        model_digest="9" * 64, metrics={"external.auroc": 0.76, "external.brier": None}, gates=(failed,),
    )  # fmt: skip
    differences = make_evidence(0.01, reference="version 1").filter(metric="auroc", group="all")
    return build_change_record(
        Version(1, "stroke-1-abc", make_facts()), new, plan=plan, at=at, differences=differences,
        changed_paths=["docs/a.md"], statements={"author": "A. Jensen", "trigger": ""},
    )  # fmt: skip


def test_a_record_says_what_differs_and_nothing_else(second):
    assert second.identity["version"] == 2
    assert second.identity["supersedes"] == "stroke-1-abc"
    assert second.change["classes"] == ["settings", "data_refresh"]
    assert second.change["plan"]["verdict"] == "foreseen"
    assert second.data == [{"key": "events", "old": "1" * 32 + ".dir", "new": "9" * 32 + ".dir"}]
    assert second.settings == [{"key": "model.n_knots", "old": 4, "new": 5}]
    assert second.code["changed_paths"] == ["docs/a.md"]
    assert second.environment == []
    assert second.differences[0]["reference"] == "version 1"
    assert {"metric": "external.auroc", "old": 0.75, "new": 0.76} in second.metrics


def test_what_nobody_stated_is_not_known_and_stays_an_open_point(second):
    assert second.statements["author"] == "A. Jensen"
    assert second.statements["trigger"] == "not known"
    assert any(point.startswith("trigger:") for point in second.open_points)
    assert not any(point.startswith("author:") for point in second.open_points)
    assert "gates: 1 of 1 criteria are not passed" in second.open_points
    assert "not known" in second.to_markdown()


def test_a_missing_comparison_is_an_open_point_with_its_reason(make_facts, plan, at):
    before = Version(1, "stroke-1-abc", make_facts())
    record = build_change_record(before, make_facts(commit=None, is_dirty=True, gates=()), plan=plan, at=at,
                                 why_no_differences="the model before reads other features")  # fmt: skip
    said = "\n".join(record.open_points)
    for point in ("the model before reads other features", "the commit is not known", "uncommitted code was used",
                  "the paths that differ", "gates: none was asked"):  # fmt: skip
        assert point in said


def test_a_record_comes_back_from_its_json_the_same(second):
    back = ChangeRecord(**json.loads(second.to_json()))
    assert back.to_json() == second.to_json()
    assert back.sha256 == second.sha256
    assert back.to_markdown() == second.to_markdown()


def test_markdown_has_no_empty_cell_and_keeps_its_columns(second):
    tables = [line for line in second.to_markdown().splitlines() if line.startswith("|")]
    assert not [line for line in tables if "|  |" in line]
    assert "slope \\| 0.9-1.1" in second.to_markdown()
    assert "-0.01 to 0.03" in second.to_markdown()


def test_the_first_version_has_nothing_before_it_to_differ_from(make_facts, plan, at):
    record = build_change_record(None, make_facts(), plan=plan, at=at)
    assert record.identity["supersedes"] == "none"
    assert record.change["classes"] == ["first_version"]
    assert record.change["plan"]["verdict"] == "first version"
    assert record.data == record.settings == record.differences == []
    assert "First version: there is none before it." in record.to_markdown()
    assert not any("paired" in point for point in record.open_points)


def test_differences_in_another_shape_are_refused(make_facts, make_evidence, plan, at):
    with pytest.raises(ContractError, match="no column 'reason'"):
        build_change_record(None, make_facts(), plan=plan, at=at, differences=make_evidence().drop("reason"))


def test_metrics_are_named_by_phase_metric_and_threshold_in_everybody(make_evidence):
    assert name_metrics(make_evidence(), "age_sex") == {
        "external.auroc": 0.75, "external.auroc_lower": 0.73, "external.auroc_upper": 0.77,
        "external.oe_ratio": None,
        "external.sensitivity_at_0.1": 0.5, "external.sensitivity_at_0.1_lower": 0.4,
        "external.sensitivity_at_0.1_upper": 0.6,
    }  # fmt: skip
    assert name_metrics(make_evidence(), "logistic") == {}
    assert "external.auroc.vs_version 1" in name_metrics(make_evidence(reference="version 1"), "age_sex")
