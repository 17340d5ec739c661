"""Gates know three answers, and only one of them opens anything."""

import polars as pl
import pytest

from evidens.contracts import NO_THRESHOLD, Evidence, schema_of
from evidens.foundation import SettingsError, build_settings
from evidens.protocol import (
    DifferenceAbove,
    IntervalWithin,
    LowerLimit,
    MinEvents,
    PhaseSettings,
    ProtocolSettings,
    UpperLimit,
    ValueWithin,
    is_passed,
    protocol_hash,
    review_opening,
    review_phase,
)

EMPTY = Evidence.create_empty()


def row(metric: str, value: float | None, lower: float | None = None, upper: float | None = None, **changes) -> dict:
    plain = {
        "outcome": "o",
        "model": "m",
        "phase": "external",
        "group": "all",
        "metric": metric,
        "threshold": NO_THRESHOLD,
        "horizon_days": 365,
        "reference": "none",
        "label": "coded",
        "value": value,
        "se": None,
        "lower": lower,
        "upper": upper,
        "n": 1000,
        "n_events": 150,
        "method": "test",
        "reason": None,
    }
    return plain | changes


def evidence(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema_of(Evidence))


def phase(*criteria, name: str = "external") -> PhaseSettings:
    return PhaseSettings(name, "?", ("81",), (2016,), (0.0, 1.0), criteria=criteria)


def ask(criterion, *rows: dict) -> tuple[str, str]:
    verdicts = review_phase(evidence(*rows), phase(criterion), outcome="o", model="m", main_threshold=0.03)
    return verdicts.select("verdict", "finding").row(0)


AUROC = LowerLimit(metric="auroc", at_least=0.65)
OE = IntervalWithin(metric="oe_ratio", low=0.75, high=1.33)
ICI = UpperLimit(metric="ici", at_most=0.02)
BETTER = DifferenceAbove(metric="auroc", reference="age_sex")
SLOPE = ValueWithin(metric="calibration_slope", low=0.8, high=1.2)


@pytest.mark.parametrize(
    ("criterion", "value", "lower", "upper", "verdict"),
    [
        (AUROC, 0.70, 0.65, 0.75, "PASS"),  # the limit itself is reached
        (AUROC, 0.70, 0.6499, 0.75, "INCONCLUSIVE"),
        (AUROC, 0.60, 0.55, 0.65, "INCONCLUSIVE"),  # 0.65 is still possible
        (AUROC, 0.60, 0.55, 0.6499, "FAIL"),
        (ICI, 0.01, 0.005, 0.02, "PASS"),
        (ICI, 0.01, 0.005, 0.03, "INCONCLUSIVE"),
        (ICI, 0.04, 0.021, 0.06, "FAIL"),
        (OE, 1.0, 0.75, 1.33, "PASS"),
        (OE, 1.2, 1.0, 1.5, "INCONCLUSIVE"),
        (OE, 1.0, 0.5, 2.0, "INCONCLUSIVE"),  # wider than the range on both sides
        (OE, 1.5, 1.34, 1.7, "FAIL"),
        (OE, 0.6, 0.5, 0.7, "FAIL"),
        (SLOPE, 0.8, None, None, "PASS"),
        (SLOPE, 1.21, None, None, "FAIL"),
        (SLOPE, 1.0, 0.1, 9.0, "PASS"),  # a criterion on the value does not look at the interval
        (ValueWithin(metric="events_needed_share", low=1.0), 0.99, None, None, "FAIL"),
        (ValueWithin(metric="suspected_leaks", high=0), 0.0, None, None, "PASS"),
    ],
)
def test_an_interval_passes_whole_fails_whole_and_is_inconclusive_between(
    criterion, value, lower, upper, verdict
) -> None:
    assert ask(criterion, row(criterion.metric, value, lower, upper))[0] == verdict


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"), [(0.001, 0.04, "PASS"), (0.0, 0.04, "INCONCLUSIVE"), (-0.04, 0.0, "FAIL")]
)
def test_a_difference_of_nothing_is_no_gain(lower: float, upper: float, verdict: str) -> None:
    difference = row("auroc", 0.02, lower, upper, reference="age_sex")
    assert ask(BETTER, difference, row("auroc", 0.9, 0.8, 0.95))[0] == verdict


def test_missing_evidence_is_inconclusive() -> None:
    assert ask(AUROC) == ("INCONCLUSIVE", "no such evidence")


@pytest.mark.parametrize(
    "elsewhere",
    [{"outcome": "x"}, {"model": "x"}, {"phase": "temporal"}, {"group": "sex=female"}, {"label": "true"},
     {"threshold": 0.03}, {"reference": "age_sex"}],
)  # fmt: skip
def test_evidence_about_something_else_is_no_evidence(elsewhere: dict) -> None:
    assert ask(AUROC, row("auroc", 0.9, 0.8, 0.95, **elsewhere)) == ("INCONCLUSIVE", "no such evidence")


def test_undefined_evidence_is_inconclusive_and_says_why() -> None:
    undefined = row("auroc", None, reason="no events")
    assert ask(AUROC, undefined) == ("INCONCLUSIVE", "undefined: no events")


def test_a_value_without_an_interval_is_inconclusive_where_an_interval_is_asked_for() -> None:
    assert ask(AUROC, row("auroc", 0.9)) == ("INCONCLUSIVE", "0.9, without an interval")
    assert ask(AUROC, row("auroc", 0.9, 0.8, float("nan"))) == ("INCONCLUSIVE", "0.9, without an interval")


def test_two_rows_that_fit_are_inconclusive() -> None:
    rows = (row("auroc", 0.9, 0.8, 0.95), row("auroc", 0.6, 0.5, 0.7, horizon_days=0))
    assert ask(AUROC, *rows) == ("INCONCLUSIVE", "several rows of evidence fit")


def test_too_few_events_are_inconclusive_and_not_a_failure() -> None:
    criterion = MinEvents(at_least=150)
    assert ask(criterion, row("auroc", 0.9)) == ("PASS", "150 people with the outcome")
    assert ask(criterion, row("auroc", None, reason="x", n_events=149))[0] == "INCONCLUSIVE"


def test_a_handful_of_people_is_not_spelled_out_in_a_sentence() -> None:
    assert ask(MinEvents(at_least=150), row("auroc", 0.9, n_events=3))[1] == "fewer than 5 people"


def test_a_criterion_at_the_main_threshold_reads_that_threshold() -> None:
    criterion = DifferenceAbove(metric="net_benefit", reference="treat_all", at_main_threshold=True)
    rows = [
        row("net_benefit", 0.01, lower, 0.02, reference="treat_all", threshold=t)
        for t, lower in ((0.03, 0.005), (0.1, -0.01))
    ]
    assert ask(criterion, *rows)[0] == "PASS"


def test_a_criterion_about_another_model_reads_that_model() -> None:
    criterion = ValueWithin(metric="events_needed_share", model="none", low=1.0)
    assert ask(criterion, row("events_needed_share", 1.5, model="none"))[0] == "PASS"
    assert ask(criterion, row("events_needed_share", 1.5))[0] == "INCONCLUSIVE"


def test_a_pass_needs_every_criterion_and_at_least_one() -> None:
    good, bad = row("auroc", 0.9, 0.8, 0.95), row("oe_ratio", 1.2, 1.0, 1.5)

    def verdicts(*criteria):
        return review_phase(evidence(good, bad), phase(*criteria), outcome="o", model="m", main_threshold=0.03)

    assert is_passed(verdicts(AUROC))
    assert not is_passed(verdicts(AUROC, OE))
    assert not is_passed(verdicts())


# Openings ---------------------------------------------------------------------------------------------------------

GATE = {"kind": "lower_limit", "metric": "auroc", "at_least": 0.65}
PLAIN = {
    "title": "t", "salt": "s", "policy": "gates", "comparator": "age_sex",
    "phases": [
        {"name": "development", "question": "?", "regions": ["84"], "index_years": [2016], "share": [0.0, 0.5]},
        {"name": "internal", "question": "?", "regions": ["84"], "index_years": [2016], "share": [0.0, 0.5],
         "people_of": "development", "criteria": [GATE]},
        {"name": "temporal", "question": "?", "regions": ["84"], "index_years": [2018], "share": [0.5, 1.0],
         "sealed": True, "criteria": [GATE]},
        {"name": "external", "question": "?", "regions": ["81"], "index_years": [2018], "share": [0.0, 1.0],
         "sealed": True, "criteria": [GATE]},
    ],
}  # fmt: skip


def protocol(**changes) -> ProtocolSettings:
    return build_settings(ProtocolSettings, PLAIN | changes, place="conf/protocol/test.yaml")


def verdicts_of(*names_and_values: tuple[str, float]) -> pl.DataFrame:
    settings = protocol()
    return pl.concat(
        review_phase(
            evidence(row("auroc", value, value - 0.02, value + 0.02, phase=name)),
            settings.find_phase(name), outcome="o", model="m", main_threshold=0.03,
        )
        for name, value in names_and_values
    )  # fmt: skip


def may_open(name: str, verdicts: pl.DataFrame, settings: ProtocolSettings | None = None):
    return review_opening(settings or protocol(), name, verdicts, outcome="o", model="m")


def test_a_sealed_phase_opens_when_every_gate_before_it_has_passed() -> None:
    assert may_open("temporal", verdicts_of(("internal", 0.8))).is_open
    assert may_open("external", verdicts_of(("internal", 0.8), ("temporal", 0.8))).is_open


def test_a_gate_without_verdicts_holds_what_comes_after_it() -> None:
    opening = may_open("external", verdicts_of(("internal", 0.8)))
    assert not opening.is_open
    assert opening.because == "not opened, because the gate of temporal has no verdict on: lower limit of auroc >= 0.65"
    assert not may_open("temporal", verdicts_of(("temporal", 0.8))).is_open


@pytest.mark.parametrize(("value", "verdict"), [(0.66, "INCONCLUSIVE"), (0.5, "FAIL")])
def test_a_gate_that_has_not_passed_holds_what_comes_after_it(value: float, verdict: str) -> None:
    opening = may_open("temporal", verdicts_of(("internal", value)))
    assert (opening.is_open, verdict in opening.because) == (False, True)


def test_the_verdicts_of_another_model_open_nothing() -> None:
    others = verdicts_of(("internal", 0.8)).with_columns(model=pl.lit("other"))
    assert not may_open("temporal", others).is_open


def test_a_criterion_that_was_added_after_the_verdicts_holds_the_seal() -> None:
    stricter = [
        {**p, "criteria": [GATE, {**GATE, "metric": "slope"}]} if p["name"] == "internal" else p
        for p in PLAIN["phases"]
    ]
    assert not may_open("temporal", verdicts_of(("internal", 0.8)), protocol(phases=stricter)).is_open


def test_under_the_manual_policy_gates_open_nothing() -> None:
    opening = may_open("temporal", verdicts_of(("internal", 0.8)), protocol(policy="manual"))
    assert (opening.is_open, "a named person" in opening.because) == (False, True)


def test_what_is_not_sealed_is_open() -> None:
    assert may_open("internal", verdicts_of(("internal", 0.5)), protocol(policy="manual")).is_open


# The protocol's identity ------------------------------------------------------------------------------------------


def test_the_digest_changes_with_everything_the_protocol_says() -> None:
    one = protocol_hash(protocol())
    assert (len(one), protocol_hash(protocol())) == (64, one)
    looser = [{**p, "criteria": [{**GATE, "at_least": 0.64}]} if p.get("criteria") else p for p in PLAIN["phases"]]
    by_value = {"kind": "value_within", "metric": "auroc", "low": 0.65}
    other_kind = [{**p, "criteria": [by_value]} if p.get("criteria") else p for p in PLAIN["phases"]]
    changed = (protocol(salt="x"), protocol(policy="manual"), protocol(phases=looser), protocol(phases=other_kind))
    assert len({one, *map(protocol_hash, changed)}) == 5


@pytest.mark.parametrize(
    ("criterion", "finding"),
    [
        ({"kind": "lower_limit", "metric": "auroc"}, "at_least: missing"),
        ({"kind": "at_least", "metric": "auroc"}, "'at_least' is not allowed"),
        ({"kind": "interval_within", "metric": "auroc", "low": 1.0, "high": 0.5}, "must lie below"),
        ({"kind": "difference_above", "metric": "auroc"}, "needs a reference"),
        ({"kind": "value_within", "metric": "auroc"}, "low, high or both"),
    ],
)
def test_criteria_that_cannot_be_are_refused(criterion: dict, finding: str) -> None:
    phases = [{**p, "criteria": [criterion]} if p.get("criteria") else p for p in PLAIN["phases"]]
    with pytest.raises(SettingsError, match=finding):
        protocol(phases=phases)


def test_a_criterion_stands_once_in_a_phase() -> None:
    with pytest.raises(ValueError, match="named once"):
        phase(AUROC, LowerLimit(metric="auroc", at_least=0.65))
