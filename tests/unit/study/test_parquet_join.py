"""Files joined without reading a row are what their rows one after the other would be."""

import datetime as dt

import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from evidens.study import StudyError
from evidens.study.parquet_join import join_parquet
from evidens.study.study import write_parquet


def part(n, first=0):
    numbers = range(first, first + n)
    return pl.DataFrame({
        "person": [f"{i % 50:010d}" for i in numbers],
        "day": [dt.date(2010, 1, 1) + dt.timedelta(days=i % 400) for i in numbers],
        "value": [None if i % 7 == 0 else i / 3 for i in numbers],
        "flag": [i % 3 == 0 for i in numbers],
        "code": pl.Series([f"D{i % 9}" for i in numbers], dtype=pl.Categorical),
    }, schema_overrides={"person": pl.String, "day": pl.Date, "value": pl.Float64, "flag": pl.Boolean})  # fmt: skip


@pytest.fixture
def parts(tmp_path):
    frames = [part(1_000), part(0), part(600_000, first=5), part(1, first=9)]
    paths = [tmp_path / f"part-{i}.parquet" for i in range(len(frames))]
    for frame, path in zip(frames, paths, strict=True):
        write_parquet(frame, path)
    return frames, paths


def test_the_rows_are_those_of_the_parts_in_order_and_categories_are_text_for_every_reader(parts, tmp_path):
    frames, paths = parts
    whole = tmp_path / "whole.parquet"
    assert join_parquet(paths, whole) == 601_001
    expected = pl.concat([frame.cast({"code": pl.String}) for frame in frames])
    assert_frame_equal(pl.read_parquet(whole), expected)
    assert_frame_equal(pl.from_arrow(pq.read_table(whole)), expected)


def test_a_reader_that_skips_row_groups_finds_the_right_ones(parts, tmp_path):
    """Places and statistics of each row group belong to it, not to the one that lay there in its part."""
    frames, paths = parts
    whole = tmp_path / "whole.parquet"
    join_parquet(paths, whole)
    low = pl.col("value") < 3
    found = pl.scan_parquet(whole).filter(low).select("value").collect()
    assert_frame_equal(found, pl.concat([frame.select("value") for frame in frames]).filter(low))
    last = pq.ParquetFile(whole).read_row_group(pq.read_metadata(whole).num_row_groups - 1)
    assert last.num_rows == 1


def test_joining_what_was_joined_changes_nothing_more(parts, tmp_path):
    _, paths = parts
    join_parquet(paths[:2], tmp_path / "first.parquet")
    join_parquet([tmp_path / "first.parquet", *paths[2:]], tmp_path / "stepwise.parquet")
    join_parquet(paths, tmp_path / "at-once.parquet")
    assert (tmp_path / "stepwise.parquet").read_bytes() == (tmp_path / "at-once.parquet").read_bytes()


def test_files_of_another_writer_with_a_page_index_are_joined(parts, tmp_path):
    frames, _ = parts
    for number, frame in enumerate(frames[:3]):
        pq.write_table(frame.to_arrow(), tmp_path / f"{number}.parquet", write_page_index=True)
    join_parquet([tmp_path / f"{number}.parquet" for number in range(3)], tmp_path / "whole.parquet")
    expected = pl.concat(frame["value"] for frame in frames[:3])
    assert pl.read_parquet(tmp_path / "whole.parquet")["value"].equals(expected)


def test_parts_of_other_columns_or_types_are_refused_and_nothing_is_left(tmp_path):
    write_parquet(part(3), tmp_path / "one.parquet")
    write_parquet(part(3).with_columns(pl.col("flag").cast(pl.Int8)), tmp_path / "two.parquet")
    with pytest.raises(StudyError, match=r"two.parquet: has other columns or types"):
        join_parquet([tmp_path / "one.parquet", tmp_path / "two.parquet"], tmp_path / "whole.parquet")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.parquet", "two.parquet"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 cut off in the midd"])
def test_a_part_that_is_no_whole_file_is_named(tmp_path, content):
    (tmp_path / "one.parquet").write_bytes(content)
    with pytest.raises(StudyError, match=r"one\.parquet: is no whole Parquet file"):
        join_parquet([tmp_path / "one.parquet"], tmp_path / "whole.parquet")
