"""Names held as bytes on their way into files."""

import polars as pl
from polars.testing import assert_frame_equal, assert_series_equal

from evidens.registers.emission_files import as_text, hold_also, one_of, put_below, relabel

HELD = pl.Enum(["A", "B"])


def test_rows_put_below_may_have_names_that_the_frame_could_not_hold():
    frame = pl.DataFrame({"n": [1, 2], "code": pl.Series(["A", None], dtype=HELD)})
    rows = pl.DataFrame({"n": [3, 4], "code": ["Z", None]})
    whole = put_below(frame, rows)
    assert_frame_equal(as_text(whole), pl.concat([as_text(frame), rows]))
    assert whole.schema["code"] == pl.Enum(["A", "B", "Z"])


def test_rows_put_below_that_say_nothing_new_leave_the_types():
    frame = pl.DataFrame({"code": pl.Series(["A"], dtype=HELD), "text": ["x"]})
    whole = put_below(frame, pl.DataFrame({"code": ["B"], "text": ["y"]}))
    assert whole.schema == frame.schema
    assert whole["code"].to_list() == ["A", "B"]


def test_text_can_hold_any_name():
    column = pl.Series("code", ["A"])
    assert_series_equal(hold_also(column, pl.Series(["Z"])), column)


def test_a_column_is_told_by_other_names_whether_it_is_held_as_bytes_or_text():
    for column in (pl.Series(["B", None, "A"]), pl.Series(["B", None, "A"], dtype=HELD)):
        assert relabel(column, lambda name: name.lower() * 2).cast(pl.String).to_list() == ["bb", None, "aa"]


def test_one_of_names_by_place_or_truth():
    frame = pl.DataFrame({"place": [1, 0], "holds": [False, True]})
    told = frame.select(a=one_of(("x", "y"), pl.col("place")), b=one_of((None, "1"), pl.col("holds")))
    assert as_text(told).rows() == [("y", None), ("x", "1")]
