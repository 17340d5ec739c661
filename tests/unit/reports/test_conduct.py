"""What the page says of the truncation audit."""

from dataclasses import replace

import polars as pl
from tests.unit.reports.example_report import build_example, evidence_row

from evidens.contracts import schema_of
from evidens.contracts.evidence import Evidence
from evidens.reports.sections import describe_gates


def told_of(content):
    return [block.text for block in describe_gates(content).blocks if block.kind == "text"]


def with_audit(content, changed):
    rows = [
        evidence_row(metric, phase, value, model="none", n=200)
        for phase in ("development", "temporal")
        for metric, value in (("audited_features", 196.0), ("features_of_the_future", changed))
    ]
    added = pl.DataFrame(rows, schema=schema_of(Evidence))
    return replace(content, evidence=pl.concat([content.evidence, added]))


def test_how_many_features_and_people_were_audited_is_said_once():
    (told,) = told_of(with_audit(build_example(), 0.0))
    assert told == (
        "Each of 196 features was built again for 400 people, from records that differ only in what became known "
        "at the index or later: none changed."
    )


def test_a_feature_that_changed_is_not_passed_over():
    assert told_of(with_audit(build_example(), 1.0))[0].endswith("at the index or later: some changed.")


def test_a_page_without_an_audit_that_may_be_told_says_nothing_of_it():
    assert told_of(build_example()) == []
    audited = with_audit(build_example(), 0.0)
    for value in (None, 0.0):  # of a few people, and so suppressed; of no one
        evidence = audited.evidence.with_columns(
            value=pl.when(pl.col("metric") == "audited_features").then(value).otherwise("value")
        )
        assert told_of(replace(audited, evidence=evidence)) == []
