"""Attrition by region and index year: the same steps, and counts that add up to the flow where they can."""

import datetime as dt

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from evidens.cohort import merge_attritions, merge_flows
from evidens.cohort.eligibility import EVERYONE, NO_INDEX, Rule
from evidens.cohort.flow import add_left_at, count_flow
from evidens.contracts import Attrition, check_table

RULES = (
    Rule("odd", pl.col("x") % 2 == 0),
    Rule("large", pl.col("x") < 6),
    Rule("of the north", pl.col("region") != "81"),
)


def draw_candidates(seed: int = 0, people: int = 60) -> pl.DataFrame:
    """Two index years for each person, who may move or be nowhere."""
    rng = np.random.default_rng(seed)
    rows = [
        (person, dt.date(year, 1, 1), rng.choice(["81", "84", None]), int(rng.integers(10)))
        for person in range(people) for year in (2016, 2017)
    ]  # fmt: skip
    schema = {"person_id": pl.Int64, "index_on": pl.Date, "region": pl.String, "x": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def count(candidates: pl.DataFrame, *, n_everyone: int, is_for_everyone: bool = True):
    left = add_left_at(candidates, RULES)
    return count_flow(left, RULES, outcome="o", n_everyone=n_everyone, is_for_everyone=is_for_everyone)


def test_each_step_counts_who_a_filter_would_leave() -> None:
    candidates = draw_candidates()
    flow, _ = count(candidates, n_everyone=60)
    kept, expected = candidates, [(EVERYONE, 60, 120, 0)]
    for rule in RULES:
        kept = kept.filter(rule.stays)  # unknown leaves
        people = kept["person_id"].n_unique()
        expected.append((rule.leaves, people, kept.height, expected[-1][1] - people))
    assert flow.select("rule", "n_people", "n_rows", "n_left_out").rows() == expected


def test_each_region_and_year_is_a_flow_of_its_own() -> None:
    candidates = draw_candidates()
    _, attrition = count(candidates, n_everyone=60)
    check_table(attrition, Attrition, place="attrition")
    for (region, year), cell in attrition.group_by("region", "index_year"):
        place = pl.col("region").fill_null("none")
        mine = candidates.filter(place == region, pl.col("index_on").dt.year() == year)
        flow, _ = count(mine, n_everyone=mine["person_id"].n_unique())
        columns = ["step", "rule", "n_people", "n_rows", "n_left_out"]
        assert_frame_equal(cell.sort("step").select(columns), flow.select(columns))


def test_rows_of_all_cells_are_the_rows_of_the_flow() -> None:
    flow, attrition = count(draw_candidates(), n_everyone=60)
    assert attrition.group_by("step").agg(pl.col("n_rows").sum()).sort("step")["n_rows"].to_list() == (
        flow["n_rows"].to_list()
    )


def test_people_without_an_index_leave_in_a_step_of_their_own() -> None:
    flow, _ = count(draw_candidates(people=5), n_everyone=8, is_for_everyone=False)
    assert flow.select("step", "rule", "n_people", "n_rows", "n_left_out").rows()[:2] == [
        (0, EVERYONE, 8, 10, 0), (1, NO_INDEX, 5, 10, 3)]  # fmt: skip


def test_parts_add_up_to_the_whole() -> None:
    candidates = draw_candidates()
    halves = [count(candidates.filter(pl.col("person_id") % 2 == k), n_everyone=30) for k in (0, 1)]
    flow, attrition = count(candidates, n_everyone=60)
    assert_frame_equal(merge_flows(half[0] for half in halves), flow)
    assert_frame_equal(merge_attritions(half[1] for half in halves), attrition.sort(Attrition.primary_key()))


def test_nothing_adds_up_to_nothing() -> None:
    assert merge_flows([]).is_empty()
    assert merge_attritions([]).is_empty()
