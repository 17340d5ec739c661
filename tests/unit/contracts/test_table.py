import polars as pl
import pytest

from evidens.contracts import ContractError, Evidence, Role, check_table, columns_with_role, schema_of
from evidens.contracts.schema import dy


class Visit(dy.Schema):
    person_id = dy.Int64(primary_key=True, metadata={"role": Role.PERSON})
    days = dy.Int32(min=0)


def visits(ids, days):
    return pl.DataFrame({"days": days, "person_id": ids}, schema={"days": pl.Int32, "person_id": pl.Int64})


def test_a_frame_that_keeps_the_contract_comes_back_in_its_column_order():
    assert check_table(visits([1, 2], [0, 3]), Visit, place="visits").columns == ["person_id", "days"]


def test_missing_unknown_and_mistyped_columns_are_named_together():
    frame = pl.DataFrame({"person_id": ["a"], "day": [1]})
    with pytest.raises(ContractError) as caught:
        check_table(frame, Visit, place="visits")
    message = str(caught.value)
    assert "3 faults" in message
    assert "no column 'days'" in message
    assert "unknown column 'day'" in message
    assert "'person_id' is String, not Int64" in message


def test_broken_rules_are_counted_and_no_value_is_shown():
    with pytest.raises(ContractError, match=r"visits: 1 rows break 'days\|min'") as caught:
        check_table(visits([918273645, 2], [-7, 3]), Visit, place="visits")
    assert "-7" not in str(caught.value)
    assert "918273645" not in str(caught.value)


def test_an_empty_frame_keeps_the_contract():
    assert check_table(Visit.create_empty(), Visit, place="visits").is_empty()


def test_roles_say_what_a_column_is_to_privacy():
    assert columns_with_role(Visit, Role.PERSON) == ["person_id"]


def test_a_value_that_is_undefined_needs_a_reason():
    row = dict.fromkeys(schema_of(Evidence).names())
    row |= {
        "outcome": "o",
        "model": "m",
        "phase": "p",
        "group": "all",
        "metric": "auroc",
        "threshold": -1.0,
        "horizon_days": 0,
        "reference": "none",
        "label": "coded",
        "n": 3,
        "n_events": 0,
        "method": "DeLong",
    }
    with pytest.raises(ContractError, match="undefined_values_have_a_reason"):
        check_table(pl.DataFrame([row], schema=schema_of(Evidence)), Evidence, place="evidence")
    check_table(pl.DataFrame([{**row, "reason": "no events"}], schema=schema_of(Evidence)), Evidence, place="evidence")
