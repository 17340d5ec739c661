"""Table 1 counts people and quotes values that occur."""

import polars as pl

from evidens.protocol import describe_cohort


def frame(*ages: int | None, sex: list[str] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"age": pl.Series(ages, dtype=pl.Int16), "sex": pl.Series(sex or ["female"] * len(ages), dtype=pl.String)}
    )


def describe(table: pl.DataFrame, **columns) -> dict:
    named = {"categories": ("sex",), "numbers": ("age",)} | columns
    found = describe_cohort(table, outcome="o", phase="p", **named)
    return {(r["variable"], r["level"]): (r["n"], r["value"], r["lower"], r["upper"]) for r in found.to_dicts()}


def test_quartiles_are_ages_of_people() -> None:
    # 41 42 43 44 45: ranks ceil(5 * 1/4) = 2, ceil(5 * 2/4) = 3, ceil(5 * 3/4) = 4
    assert describe(frame(45, 43, 41, 44, 42))["age", "median (quartiles)"] == (5, 43.0, 42.0, 44.0)


def test_one_person_is_every_quartile() -> None:
    assert describe(frame(70))["age", "median (quartiles)"] == (1, 70.0, 70.0, 70.0)


def test_categories_are_counted_and_shares_add_up() -> None:
    found = describe(frame(1, 2, 3, 4, sex=["female", "male", "female", "female"]))
    assert found["sex", "female"] == (3, 0.75, None, None)
    assert found["sex", "male"] == (1, 0.25, None, None)


def test_missing_values_are_counted_apart() -> None:
    table = pl.DataFrame({"hba1c": [40.0, None, float("nan"), 44.0]})
    found = describe(table, categories=(), numbers=("hba1c",))
    assert found["hba1c", "median (quartiles)"] == (2, 40.0, 40.0, 44.0)
    assert found["hba1c", "missing"] == (2, 0.5, None, None)


def test_nobody_has_no_median() -> None:
    assert describe(frame()) == {
        ("age", "median (quartiles)"): (0, None, None, None),
        ("age", "missing"): (0, None, None, None),
    }
