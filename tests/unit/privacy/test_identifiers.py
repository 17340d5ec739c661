import sqlite3

import polars as pl
import pytest

from evidens.privacy import find_identifiers, find_identifiers_in_frame, scan_files


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("pnr 0802701234", 1),
        ("080270-1234, 080270 1234 and 6802701234.", 3),
        ('{"patient": "6802701234"}', 1),
        ("0832701234 has day 08 and month 32", 0),
        ("5802701234 has day 58", 0),
        ("0.0802701234", 0),  # a decimal fraction
        ("10802701234", 0),  # part of a longer number
        ("a0802701234b", 0),  # part of a hash
        ("2018-01-31 12:00:00", 0),
        ("", 0),
    ],
)
def test_only_what_has_the_shape_of_a_persons_number_is_counted(text, count):
    assert find_identifiers(text) == count
    assert find_identifiers(text.encode()) == count


def test_columns_of_text_and_of_whole_numbers_are_searched():
    frame = pl.DataFrame({
        "note": ["nothing", "seen with 6802701234"],
        "number": [802701234, 12],  # a number column has lost the leading zero
        "person_id": [5_112_427_611_306_090_123, 1],
        "value": [6802701234.0, 0.1],
        "clean": ["a", "b"],
    })  # fmt: skip
    assert find_identifiers_in_frame(frame) == {"note": 1, "number": 1}


def test_a_number_is_found_wherever_a_piece_of_a_large_file_ends(tmp_path, monkeypatch):
    monkeypatch.setattr("evidens.privacy.identifiers._CHUNK", 128)
    for offset in range(100, 150):
        path = tmp_path / f"{offset}.log"
        path.write_bytes(b"x" * (offset - 1) + b" 6802701234 " + b"y" * 200 + b" 080270-1234")
        assert scan_files([path]) == [(path, 2)]


def test_folders_parquet_and_sqlite_are_searched_and_clean_files_left_out(tmp_path):
    planted = pl.DataFrame({"a": ["6802701234"] * 3, "b": ["x"] * 3})
    planted.write_parquet(tmp_path / "planted.parquet", compression="zstd")
    pl.DataFrame({"a": ["x"]}).write_parquet(tmp_path / "clean.parquet")
    (tmp_path / "clean.txt").write_text("nobody")
    store = sqlite3.connect(tmp_path / "store.db")
    store.execute("CREATE TABLE params (key TEXT, value TEXT)")
    store.execute("INSERT INTO params VALUES ('patient', '6802701234'), ('model', 'lightgbm')")
    store.commit()
    store.close()
    found = {path.name: count for path, count in scan_files([tmp_path])}
    assert found == {"planted.parquet": 3, "store.db": 1}
