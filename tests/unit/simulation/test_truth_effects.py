"""What is planted is told as numbers, each with the place it holds in."""

import dataclasses
import datetime as dt

import pytest
from tests.unit.simulation.worlds import build_world

from evidens.contracts import check_table
from evidens.foundation import SettingsError
from evidens.simulation.contract import TruthEffect
from evidens.simulation.effects import CaseMix, CodingChange, Drift, Effects, Leak, SwitchGap
from evidens.simulation.truth import describe_effects


def planted(**effects):
    world = dataclasses.replace(build_world("tiny"), effects=Effects(**effects))
    table = check_table(describe_effects(world), TruthEffect, place="truth_effects")
    return {(effect, scope): value for effect, scope, value in table.iter_rows()}


def test_a_world_without_effects_has_none():
    assert planted() == {}


def test_every_number_is_a_row_with_its_place():
    rows = planted(
        signal=0.5,
        case_mix={"81": CaseMix(0.25, -0.7)},
        drifts=(Drift("type_2_diabetes", "all", dt.date(2018, 1, 1), 0.5),),
        recorded_share={"type_2_diabetes": {"danish": 0.9, "western": 0.8}},
        switch_gap=SwitchGap(21, 0.5),
    )
    assert rows["signal", ""] == "0.5"
    assert rows["case_mix", "81.per_decade"] == "0.25"
    assert rows["drifts", "1.factor"] == "0.5"
    assert rows["drifts", "1.from_on"] == "2018-01-01"
    assert rows["recorded_share", "type_2_diabetes.western"] == "0.8"
    assert rows["switch_gap", "days"] == "21"


def test_two_effects_of_one_kind_are_told_apart():
    drift = Drift("type_2_diabetes", "all", dt.date(2018, 1, 1), 0.5)
    rows = planted(drifts=(drift, dataclasses.replace(drift, stream="hba1c")))
    assert (rows["drifts", "1.stream"], rows["drifts", "2.stream"]) == ("all", "hba1c")


@pytest.mark.parametrize(
    ("effects", "finding"),
    [
        ({"leak": {"outcome": "gout", "days_before": 1}}, "a leak needs a known outcome"),
        ({"leak": {"outcome": "type_2_diabetes", "days_before": 1, "atc": "A10BA02"}}, "no drug for diabetes"),
        ({"leak": {"outcome": "type_2_diabetes", "days_before": 1, "atc": "Z99ZZ99"}}, "no such drug"),
        ({"drifts": [{"outcome": "type_2_diabetes", "stream": "hba2c", "from_on": "2018-01-01", "factor": 0.5}]},
         "no such stream"),
        ({"reading_shifts": [{"analysis": "NPU27300", "regions": ["86"]}]}, "unknown groups"),
        ({"recorded_share": {"type_2_diabetes": {"danish": 1.2}}}, "lie in"),
    ],
)  # fmt: skip
def test_an_effect_that_cannot_be_is_refused(effects, finding):
    with pytest.raises(SettingsError, match=finding):
        build_world("tiny", effects=effects)


def test_changes_of_coding_begin_with_a_quarter():
    with pytest.raises(ValueError, match="first day of a quarter"):
        CodingChange(dt.date(2018, 2, 1), 0.5)
    with pytest.raises(ValueError, match="a leak needs"):
        Leak("type_2_diabetes", -1)
