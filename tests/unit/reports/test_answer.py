"""The answer in the title block follows from the verdicts by rule."""

from dataclasses import replace

import polars as pl
import pytest

from evidens.reports import Findings, describe_answer, review_phase


def answer_of(content):
    return describe_answer(content, Findings(content.evidence, content.horizon_days, content.candidate))


def with_verdicts(content, **verdicts):
    """Give the external phase the verdicts named, one criterion each."""
    base = content.gates.filter(pl.col("phase") != "external")
    rows = [(content.outcome, "lightgbm", "external", c, v, f"found {c}") for c, v in verdicts.items()]
    gates = pl.concat([base, pl.DataFrame(rows, schema=content.gates.schema, orient="row")])
    return replace(content, gates=gates)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({"a": "PASS", "b": "PASS"}, "PASS"),
        ({"a": "PASS", "b": "INCONCLUSIVE"}, "INCONCLUSIVE"),
        ({"a": "INCONCLUSIVE", "b": "FAIL"}, "FAIL"),
        ({}, "NOT JUDGED"),
    ],
)
def test_a_phase_is_as_good_as_its_worst_criterion(content, verdicts, expected):
    phase = next(p for p in content.phases if p.name == "external")
    assert review_phase(with_verdicts(content, **verdicts).gates, phase, "lightgbm") == expected


def test_verdicts_of_another_model_do_not_count(content):
    phase = next(p for p in content.phases if p.name == "external")
    gates = content.gates.with_columns(
        model=pl.when(pl.col("phase") == "external").then(pl.lit("logistic")).otherwise("model")
    )
    assert review_phase(gates, phase, "lightgbm") == "NOT JUDGED"


def test_passed_so_far_while_a_phase_is_closed(content):
    answer = answer_of(content)
    assert (answer.verdict, answer.word, answer.phase) == ("OPEN", "Works so far", "external")
    assert "the silent prospective phase has not been opened" in answer.sentence


def test_a_pass_needs_every_phase(content):
    phases = tuple(p for p in content.phases if p.name != "prospective")
    answer = answer_of(replace(content, phases=phases))
    assert (answer.verdict, answer.word) == ("PASS", "Works in this study")


def test_inconclusive_is_not_a_pass(content):
    answer = answer_of(with_verdicts(content, a="PASS", b="INCONCLUSIVE"))
    assert answer.verdict == "INCONCLUSIVE"
    assert "that is not a pass" in answer.sentence
    assert "It asked for “b”; found: found b." in answer.sentence


def test_a_failure_names_its_criterion_and_the_phases_left_closed(content):
    answer = answer_of(with_verdicts(content, a="FAIL", b="FAIL", c="PASS"))
    assert answer.word == "Not shown to work"
    assert "It asked for “a”; found: found a, and 1 more." in answer.sentence
    assert answer.sentence.endswith("Not opened: the silent prospective phase.")


def test_an_opened_phase_without_verdict_is_not_taken_for_a_pass(content):
    assert answer_of(with_verdicts(content)).verdict == "NOT JUDGED"


def test_nothing_opened_means_nothing_known(example):
    answer = answer_of(example.build_example(n_opened=0))
    assert (answer.verdict, answer.phase) == ("NOT JUDGED", None)
    assert "not known" in answer.sentence


def test_the_numbers_are_those_of_the_strongest_opened_phase_with_their_intervals(content):
    # external: AUROC 0.792 - 0.021 = 0.771 (0.757 to 0.785), O/E 0.94 (0.88 to 1.00)
    sentence = answer_of(content).sentence
    assert "77.1 (75.7 to 78.5) of 100 pairs" in sentence
    assert "0.94 (0.88 to 1.00) times the predicted number" in sentence
    assert "18,960 simulated people, 951 with the outcome" in sentence


def test_internal_numbers_are_quoted_corrected_for_optimism(example):
    content = example.build_example(n_opened=3)
    # apparent 0.806, optimism 0.014
    assert "79.2 (77.9 to 80.5) of 100 pairs" in answer_of(content).sentence
