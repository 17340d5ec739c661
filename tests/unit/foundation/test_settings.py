import datetime as dt
from dataclasses import dataclass
from typing import ClassVar, Literal

import pytest

from evidens.foundation import SettingsError, build_settings


@dataclass(frozen=True)
class Round:
    kind: ClassVar[str] = "round"
    radius: float


@dataclass(frozen=True)
class Square:
    kind: ClassVar[str] = "square"
    side: int


@dataclass(frozen=True)
class Plan:
    name: str
    start_on: dt.date
    shape: Round | Square
    colour: Literal["red", "blue"] = "red"
    years: tuple[int, ...] = ()
    shares: dict[str, float] | None = None

    def __post_init__(self):
        if self.years and min(self.years) < 2000:
            raise ValueError("years start in 2000.")


GOOD = {"name": "a", "start_on": "2016-01-31", "shape": {"kind": "round", "radius": 2}}


def test_a_mapping_becomes_frozen_typed_settings():
    plan = build_settings(Plan, {**GOOD, "years": [2016, 2017], "shares": {"x": 1}}, place="conf/a.yaml")
    assert plan == Plan("a", dt.date(2016, 1, 31), Round(2.0), "red", (2016, 2017), {"x": 1.0})
    with pytest.raises(AttributeError):
        plan.name = "b"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nane": "b"}, r"nane: no such setting. Did you mean 'name'\?"),
        ({"name": 3}, "name: expected str, got 3"),
        ({"start_on": "31/1/2016"}, "start_on: '31/1/2016' is not a date"),
        ({"shape": {"kind": "oval"}}, "shape.kind: 'oval' is not allowed. One of: round, square"),
        ({"shape": {"kind": "square", "side": True}}, "shape.side: expected int, got True"),
        ({"colour": "green"}, "colour: 'green' is not allowed. One of: red, blue"),
        ({"years": 2016}, "years: expected a list"),
        ({"years": [2016, "x"]}, r"years\[1\]: expected int, got 'x'"),
        ({"years": [1999]}, "years start in 2000"),
        ({"shares": {"x": "much"}}, "shares.x: expected float, got 'much'"),
    ],
)
def test_a_wrong_setting_is_named_with_place_and_remedy(change, message):
    with pytest.raises(SettingsError, match=message) as caught:
        build_settings(Plan, {**GOOD, **change}, place="conf/a.yaml")
    assert str(caught.value).startswith("conf/a.yaml: ")


def test_all_faults_are_collected_before_stopping():
    with pytest.raises(SettingsError) as caught:
        build_settings(Plan, {"colour": "green", "start_on": 3}, place="conf/a.yaml")
    assert len(caught.value.faults) == 4  # colour, start_on, and the missing name and shape


def test_a_union_of_settings_is_told_apart_by_kind():
    assert build_settings(Round | Square, {"kind": "square", "side": 2}, place="x") == Square(2)
