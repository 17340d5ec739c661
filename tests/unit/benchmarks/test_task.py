"""The feature task: what the naive reference says, drawn by hand, and what the checker finds."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from benchmarks.task.check import Answer, compare, read_groups, read_index, reckon_naively, say
from benchmarks.task.definition import VALUES, WINDOWS, event_files, feature
from benchmarks.task.generate import generate
from benchmarks.task.store import as_events

TEST, DRUG, OTHER = "LAB//A", "ATC//B", "ATC//C"
AT = dt.datetime(2015, 6, 1)  # noqa: DTZ001


def days_before(days, microseconds=0):
    return AT - dt.timedelta(days=days, microseconds=microseconds)


def lay_out(folder, events, dates=(AT,)):
    (folder / "meds").mkdir()
    (folder / "index-1").mkdir()
    schema = {"subject_id": pl.Int64, "time": pl.Datetime("us"), "code": pl.String, "numeric_value": pl.Float32}
    pl.DataFrame(events, schema=schema, orient="row").write_parquet(folder / "meds" / "0000.parquet")
    index = {"subject_id": [1] * len(dates), "prediction_time": list(dates), "boolean_value": [False] * len(dates)}
    pl.DataFrame(index).write_parquet(folder / "index-1" / "0000.parquet")
    groups = {"g": [0, 1], "code": [TEST, DRUG], "is_numeric": [True, False]}
    pl.DataFrame(groups).write_parquet(folder / "groups.parquet")
    return folder


def reckon(folder, events):
    return reckon_naively(lay_out(folder, events), 1, 10).row(0, named=True)


def test_an_event_at_the_index_is_not_used_and_one_at_the_far_end_of_a_window_is(tmp_path):
    row = reckon(tmp_path, [(1, AT, DRUG, None), (1, days_before(30), DRUG, None), (1, days_before(30, 1), DRUG, None)])
    assert [row[feature(1, "count", days)] for days in WINDOWS] == [1, 2, 2, 2]


def test_events_without_a_time_and_of_other_codes_are_not_used(tmp_path):
    row = reckon(tmp_path, [(1, None, DRUG, None), (1, days_before(1), OTHER, None)])
    assert [row[feature(1, "count", days)] for days in WINDOWS] == [0, 0, 0, 0]


def test_of_two_values_at_the_latest_time_the_largest_is_the_latest(tmp_path):
    row = reckon(
        tmp_path, [(1, days_before(40), TEST, 9.0), (1, days_before(5), TEST, 2.0), (1, days_before(5), TEST, 4.0)]
    )
    assert [row[feature(0, statistic, 30)] for statistic in VALUES] == [4.0, 2.0, 4.0, 3.0]
    assert [row[feature(0, statistic, 90)] for statistic in VALUES] == [4.0, 2.0, 9.0, 5.0]


def test_values_of_an_empty_window_are_missing(tmp_path):
    row = reckon(tmp_path, [(1, days_before(100), TEST, 9.0)])
    assert row[feature(0, "count", 90)] == 0
    assert row[feature(0, "latest", 90)] is None
    assert row[feature(0, "latest", 365)] == 9.0


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("task")
    generate(folder, people=30, dates=(1, 3))
    return folder


def test_the_generator_gives_the_same_events_every_time(data, tmp_path):
    generate(tmp_path, people=30, dates=(1, 3))
    assert pl.read_parquet(event_files(data)).equals(pl.read_parquet(event_files(tmp_path)))
    assert read_index(data, 3).equals(read_index(tmp_path, 3))


def test_generated_people_have_events_in_order_and_different_index_times(data):
    events, index = pl.read_parquet(event_files(data)), read_index(data, 3)
    assert events.equals(events.sort("subject_id", "time", "code", nulls_last=False))
    assert index.is_unique().all()
    assert index.group_by("subject_id").len()["len"].to_list() == [3] * 30
    assert sum(is_numeric for _, _, is_numeric in read_groups(data)) == 20


def as_long(wide, groups):
    """Make the long form of a wide answer."""
    parts = []
    for group, _, is_numeric in groups:
        for days in WINDOWS:
            columns = {"count": pl.col(feature(group, "count", days))}
            for name in VALUES:
                columns[name] = pl.col(feature(group, name, days)) if is_numeric else pl.lit(None, pl.Float32)
            part = wide.select("subject_id", "index_time", g=pl.lit(group), w=pl.lit(days), **columns)
            parts.append(part.filter(pl.col("count") > 0))
    return pl.concat(parts)


def test_a_long_answer_equals_the_wide_one_that_says_the_same(data, tmp_path):
    groups, wide = read_groups(data), reckon_naively(data, 3, 30)
    as_long(wide, groups).write_parquet(tmp_path / "long.parquet")
    index = read_index(data, 3)
    result = compare(Answer(tmp_path, index), Answer(wide, index), groups)
    assert say(result) == f"equal ({30 * 3 * 560:,} cells)"


def test_an_answer_wrong_in_one_cell_is_told_from_a_right_one(data):
    groups, index, wide = read_groups(data), read_index(data, 1), reckon_naively(data, 1, 30)
    name = feature(0, "max", 1825)
    row = int(np.flatnonzero(wide[name].is_not_null())[0])
    changed = wide.with_columns(
        pl.when(pl.int_range(pl.len()) == row).then(pl.col(name) + 0.1).otherwise(name).alias(name)
    )
    result = compare(Answer(changed, index), Answer(wide, index), groups)
    assert (result["differing"], result["wrong"].total()) == ([name], 1)
    assert say(result).startswith("max wrong in 1 cells")


def test_an_answer_without_a_feature_is_told_so(data):
    groups, index, wide = read_groups(data), read_index(data, 1), reckon_naively(data, 1, 30)
    result = compare(Answer(wide.drop(feature(3, "count", 30)), index), Answer(wide, index), groups)
    assert result["missing"] == [feature(3, "count", 30)]


def test_an_event_store_holds_every_event_with_a_time_once(data):
    meds = pl.concat([pl.read_parquet(file) for file in event_files(data)])
    events = as_events(meds)
    assert events.height == meds["time"].is_not_null().sum()
    assert (events["known_at"] == events["event_at"]).all()
