"""A delivery is listed once, and what is pseudonymised is exactly what was listed."""

import json

import polars as pl
import pytest

from evidens.study import StudyError
from evidens.study.delivery import read_manifest, write_manifest


@pytest.fixture
def delivery(tmp_path):
    for year in (2016, 2017):
        path = tmp_path / "dod" / f"dod_{year}.parquet"
        path.parent.mkdir(exist_ok=True)
        pl.DataFrame({"pnr": ["x"] * year}).write_parquet(path)
    return tmp_path


def test_a_manifest_lists_files_with_rows_and_hash(delivery):
    assert write_manifest(delivery, kind="register") == 2
    files = read_manifest(delivery)["files"]
    assert {name: file["rows"] for name, file in files.items()} == {
        "dod/dod_2016.parquet": 2016,
        "dod/dod_2017.parquet": 2017,
    }
    assert all(len(file["sha256"]) == 64 for file in files.values())


def test_a_delivery_without_a_manifest_says_how_to_make_one(delivery):
    with pytest.raises(StudyError, match="Run `evidens manifest data/raw/"):
        read_manifest(delivery)


def test_missing_and_changed_files_are_named_together(delivery):
    write_manifest(delivery, kind="register")
    (delivery / "dod/dod_2016.parquet").unlink()
    (delivery / "dod/dod_2017.parquet").write_bytes(b"other bytes")
    with pytest.raises(StudyError) as caught:
        read_manifest(delivery)
    assert [fault.place for fault in caught.value.faults] == ["dod/dod_2016.parquet", "dod/dod_2017.parquet"]


def test_a_corrupt_file_is_named_when_the_delivery_is_listed(delivery):
    (delivery / "dod/dod_2017.parquet").write_bytes(b"PAR1 no parquet PAR1")
    with pytest.raises(StudyError, match=r"dod/dod_2017.parquet: cannot be read as Parquet"):
        write_manifest(delivery, kind="register")


def test_a_file_of_no_known_format_is_never_left_out_silently(delivery):
    (delivery / "dod/dod_2018.sas7bdat.gz").write_bytes(b"rows")
    (delivery / "dod/guide.pdf").write_bytes(b"words")
    with pytest.raises(StudyError, match=r"dod/dod_2018.sas7bdat.gz: is of no known file format") as caught:
        write_manifest(delivery, kind="register")
    assert len(caught.value.faults) == 1
    assert not (delivery / "manifest.json").exists()


def test_an_empty_delivery_is_refused(tmp_path):
    write_manifest(tmp_path, kind="register")
    with pytest.raises(StudyError, match="the delivery holds no files"):
        read_manifest(tmp_path)


def test_listing_twice_gives_the_same_manifest(delivery):
    write_manifest(delivery, kind="register")
    first = (delivery / "manifest.json").read_text()
    write_manifest(delivery, kind="register")
    assert (delivery / "manifest.json").read_text() == first
    assert json.loads(first)["kind"] == "register"
