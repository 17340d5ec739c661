"""A file gives the same rows in whatever format it is delivered."""

import datetime as dt
import sys

import polars as pl
import pytest
from tests.unit.registers.sas_file import Column, write_sas

from evidens.registers import TABLES
from evidens.registers.physical import read_delivered
from evidens.study import StudyError
from evidens.study.csv_files import encoding_of
from evidens.study.formats import (
    count_rows,
    delivered_schema,
    faults_of_unread,
    find_files,
    find_unread,
    format_of,
    read_batches,
)

DANISH = b"\xe6\xf8\xe5"  # ae, oe, aa in Latin-1
DAY = dt.date(2019, 3, 4)
AT = dt.datetime(2019, 3, 4, 8, 30)  # noqa: DTZ001


def csv(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_csv_is_read_as_text_in_both_encodings_and_with_every_separator(tmp_path, encoding, separator):
    lines = ["PNR|VAERDI|ORD", "0102701234|005|æøå ÆØÅ", '"6802701234"|"5,4"|"a;b,c\td"', "||"]
    path = csv(tmp_path / "x_2018.csv", "\n".join(lines).replace("|", separator) + "\n", encoding)
    [frame] = read_batches(path, 100)
    assert frame.to_dict(as_series=False) == {
        "PNR": ["0102701234", "6802701234", ""], "VAERDI": ["005", "5,4", ""], "ORD": ["æøå ÆØÅ", "a;b,c\td", ""],
    }  # fmt: skip
    assert delivered_schema(path) == frame.schema == dict.fromkeys(["PNR", "VAERDI", "ORD"], pl.String)
    assert count_rows(path) == 3


def test_the_bytes_of_the_danish_letters_are_told_apart_from_utf_8(tmp_path):
    (tmp_path / "one.csv").write_bytes(b"a;b\n1;" + DANISH + b"\n")
    (tmp_path / "other.csv").write_bytes(b"a;b\n1;" + DANISH.decode("latin-1").encode() + b"\n")
    (tmp_path / "cut.csv").write_bytes(b"a;b\n1;\xc3")  # an unfinished character is no UTF-8
    assert [encoding_of(tmp_path / f"{name}.csv") for name in ("one", "other", "cut")] == [
        "latin-1",
        "utf-8",
        "latin-1",
    ]
    for name in ("one", "other"):
        assert next(read_batches(tmp_path / f"{name}.csv", 5))["b"].to_list() == ["æøå"]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_batches_hold_every_row_once_and_in_order(tmp_path, ending):
    rows = pl.DataFrame({"n": [str(n) for n in range(1_001)], "twice": [str(2 * n) for n in range(1_001)]})
    path = tmp_path / f"x{ending}"
    rows.write_csv(path, separator=";") if ending == ".csv" else rows.write_parquet(path)
    batches = list(read_batches(path, 300))
    assert [batch.height for batch in batches] == [300, 300, 300, 101]
    assert pl.concat(batches).equals(rows)
    assert count_rows(path) == 1_001


@pytest.mark.parametrize("text", ["pnr;eksd\n", "pnr;eksd"])
def test_a_csv_without_rows_is_one_empty_batch(tmp_path, text):
    path = csv(tmp_path / "x.csv", text)
    [frame] = read_batches(path, 10)
    assert frame.shape == (0, 2)
    assert count_rows(path) == 0


def test_a_csv_row_with_too_many_fields_is_named_by_number_and_its_content_is_not(tmp_path):
    path = csv(tmp_path / "x.csv", "pnr;ord\n6802701234;a\n6802701234;secret;b\n")
    with pytest.raises(StudyError) as caught:
        list(read_batches(path, 10))
    assert "row 3 has 3 fields and the first line 2 names" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "6802701234" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n", "pnr;pnr\n1;2\n", "pnr;\n1;2\n"])
def test_a_csv_without_names_of_columns_is_refused(tmp_path, text):
    with pytest.raises(StudyError, match=r"x\.csv"):
        delivered_schema(csv(tmp_path / "x.csv", text))


@pytest.mark.parametrize(
    "line", ["010150-1234;DE119;A", "0101501234;2019-03-04", "A10BA02,41,mmol/mol", "p0101501234;a", "pnr;010150-1234"]
)
def test_a_csv_that_begins_with_values_is_refused_without_showing_them(tmp_path, line):
    path = csv(tmp_path / "lpr_diag_2018.csv", f"{line}\n{line}\n")
    for read in (delivered_schema, count_rows, lambda path: list(read_batches(path, 5))):
        with pytest.raises(StudyError, match="has no line of column names") as caught:
            read(path)
        shown = str(caught.value)
        assert not [value for value in line.replace(",", ";").split(";") if len(value) > 3 and value in shown]


@pytest.mark.parametrize("name", ["x.parquet", "x.sas7bdat"])
def test_a_file_that_is_not_what_its_ending_says_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"PAR1 no such thing PAR1")
    for read in (delivered_schema, count_rows, lambda path: list(read_batches(path, 5))):
        with pytest.raises(StudyError, match=name):
            read(tmp_path / name)


def test_only_files_of_known_formats_are_found_at_any_depth(tmp_path):
    for name in (
        "bef/BEF2018.SAS7BDAT",
        "lpr3/redelivered_2025/kontakter_2020.csv",
        "bef/readme.docx",
        "manifest.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".DS_Store").touch()
    found = [path.relative_to(tmp_path).as_posix() for path in find_files(tmp_path)]
    assert found == ["bef/BEF2018.SAS7BDAT", "lpr3/redelivered_2025/kontakter_2020.csv"]
    assert [format_of(tmp_path / name) for name in found] == ["SAS7BDAT", "CSV"]
    with pytest.raises(StudyError, match="no known file format"):
        delivered_schema(tmp_path / "bef" / "readme.docx")


def test_files_that_are_not_read_are_found_and_those_that_may_hold_rows_are_refused(tmp_path):
    for name in ("bef/bef2018.sas7bdat.gz", "bef/BEF2019.DTA", "bef/bef_2018.csv", "bef/guide.pdf", "manifest.json",
                 ".cache/x.dta", "rows"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in find_unread(tmp_path)]
    assert found == ["bef/BEF2019.DTA", "bef/bef2018.sas7bdat.gz", "bef/guide.pdf", "rows"]
    faults = faults_of_unread(tmp_path)
    assert [fault.place for fault in faults] == ["bef/BEF2019.DTA", "bef/bef2018.sas7bdat.gz", "rows"]
    assert all("no known file format" in fault.finding and "Unpack or convert" in fault.remedy for fault in faults)


def test_without_the_extra_a_sas_file_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(StudyError, match="extra `sas`"):
        count_rows(tmp_path / "bef2018.sas7bdat")


COLUMNS = [Column("PATIENT_CPR", 10), Column("SAMPLINGDATE", 0, "DATE"), Column("SAMPLINGTIME", 0, "TIME"),
           Column("ANALYSISCODE", 8), Column("VALUE", 20), Column("OPERATOR", 1), Column("UNIT", 12)]  # fmt: skip
ROWS = [("6802701234", DAY, dt.time(8, 30), "NPU27300", "PÅVIST æøå", "<", "mmol/mol"),
        ("6802701234", None, None, "NPU27300", "5,4", None, "mmol/mol")]  # fmt: skip


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_a_sas_file_becomes_text_numbers_dates_moments_and_times(tmp_path, encoding):
    path = tmp_path / "x_2018.sas7bdat"
    columns = [
        Column("ORD", 20),
        Column("N"),
        Column("D", 0, "DATE"),
        Column("A", 0, "DATETIME"),
        Column("T", 0, "TIME"),
    ]
    rows = [("æøå", 1.5, DAY, AT, dt.time(8, 30)), ("", None, None, None, None)]
    write_sas(path, columns, rows, encoding=encoding)
    if encoding == "latin-1":
        assert DANISH in path.read_bytes()
    [frame] = read_batches(path, 10)
    assert frame.schema == delivered_schema(path) == {
        "ORD": pl.String, "N": pl.Float64, "D": pl.Date, "A": pl.Datetime("us"), "T": pl.Time,
    }  # fmt: skip
    assert frame.rows() == [rows[0], ("", None, None, None, None)]


def test_a_sas_file_is_read_in_pieces(tmp_path):
    path = tmp_path / "x.sas7bdat"
    write_sas(path, [Column("N"), Column("ORD", 200)], [(n, f"ord {n}") for n in range(1_000)])  # several pages
    batches = list(read_batches(path, 300))
    assert [batch.height for batch in batches] == [300, 300, 300, 100]
    assert pl.concat(batches)["N"].to_list() == list(range(1_000))
    write_sas(path, [Column("N")], [])
    assert [batch.height for batch in read_batches(path, 300)] == [0]
    assert count_rows(path) == 0


def test_the_sas_writer_of_the_tests_agrees_with_another_reader(tmp_path):
    """So that a reader that fails on these files is at fault, and not the files."""
    pd = pytest.importorskip("pandas")
    path = tmp_path / "lab_2018.sas7bdat"
    write_sas(path, COLUMNS, ROWS * 2_000)
    read = pd.read_sas(path, encoding="infer")
    assert read.shape == (4_000, 7)
    assert read.loc[0, "VALUE"] == "PÅVIST æøå"
    assert read.loc[0, "SAMPLINGDATE"].date() == DAY
    assert read["SAMPLINGDATE"].isna().sum() == 2_000


def test_the_three_formats_give_the_same_logical_rows(tmp_path):
    names = [column.name for column in COLUMNS]
    frame = pl.DataFrame(ROWS, schema=names, orient="row")
    frame.write_parquet(tmp_path / "a.parquet")
    csv(tmp_path / "a.csv", frame.write_csv(separator=";"), "latin-1")
    write_sas(tmp_path / "a.sas7bdat", COLUMNS, ROWS)
    read = [read_delivered(next(read_batches(tmp_path / f"a.{ending}", 10)), TABLES["lab_dm_forsker"])
            for ending in ("parquet", "csv", "sas7bdat")]  # fmt: skip
    assert all(reading.unreadable.null_count() == 2 for reading in read)
    assert read[0].logical.equals(read[1].logical)
    assert read[0].logical.equals(read[2].logical)
