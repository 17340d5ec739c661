"""What `evidens delivery check` says of a delivery, before a run: everything that matters, and never a value."""

import dataclasses
import datetime as dt
import io
import json
import re
from pathlib import PurePath

import polars as pl
import pytest
from rich.console import Console
from tests.unit.registers.rows import SETTINGS as REGISTERS
from tests.unit.simulation.worlds import build_world

from evidens.cli import main
from evidens.registers import LINK_TABLES, TABLES, table_of
from evidens.registers.check import DeliveredFile, Overlap, as_ranges, find_absent, find_notes, find_overlaps, tell
from evidens.registers.emission import emit_delivery
from evidens.registers.schemas import find_delivered
from evidens.simulation import simulate_shard
from evidens.simulation.delivered import DEFECTS
from evidens.study import StudyError
from evidens.study.check import check_folder, show_check

SETTINGS = {"defects": dict.fromkeys(DEFECTS, 0.01), "letter_case": True, "type_drift": True,
            "half_year_files": [2018], "redelivered": {"lpr3": [2020]}}  # fmt: skip


def write(files, folder):
    for name, frame in files.items():
        path = folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path)
    return folder


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    world = build_world("tiny", n_persons=300, shard_persons=300, delivered=SETTINGS)
    files, log = emit_delivery(simulate_shard(world, 0), world)
    return write(files, tmp_path_factory.mktemp("messy")), files, log


@pytest.fixture(scope="module")
def check(messy):
    return check_folder(messy[0], settings=REGISTERS)


def deliver(folder, **delivered):
    world = build_world("tiny", n_persons=300, shard_persons=300, delivered=delivered)
    files, log = emit_delivery(simulate_shard(world, 0), world)
    return check_folder(write(files, folder), settings=REGISTERS), log


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return deliver(tmp_path_factory.mktemp("clean"))[0]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return deliver(tmp_path_factory.mktemp("planted"), defects=dict.fromkeys(DEFECTS, 0.01))


def rows_met(check, number, table):
    return sum(met.n_rows for met in check.met if (met.id, met.table) == (number, table))


def show(check, width):
    console = Console(width=width, record=True, highlight=False, file=io.StringIO())
    show_check(check, console)
    return console.export_text()


def test_every_table_is_described_with_files_rows_and_years(check, messy):
    _, files, _ = messy
    assert check.is_accepted, check.faults
    assert sum(facts.n_files for facts in check.tables) == len(files)
    assert sum(facts.n_rows for facts in check.tables) == sum(frame.height for frame in files.values())
    lab = next(facts for facts in check.tables if facts.table == "lab_dm_forsker")
    assert (lab.years[0], lab.years[-1], lab.gaps, lab.formats) == (2008, 2025, (), ("Parquet",))
    assert set(lab.variants) == {"number dates (6)", "text dates (6)", "capitals (12)"}


@pytest.mark.parametrize(
    ("number", "table", "defects"),
    [("D15", "lmdb", ["missing_person_key"]), ("D16", "lab_dm_forsker", ["replacement_number"]),
     ("D21", "lpr_diag", ["missing_code"]), ("D11", "lpr_adm", ["end_before_start"]),
     ("D24", "lpr_diag", ["code_without_prefix", "icd8_code", "additional_as_main"]),
     ("D17", "lmdb", ["negative_packs"]), ("D32", "lab_dm_forsker", ["cancelled_analysis"]),
     ("D33", "lab_dm_forsker", ["missing_unit"]), ("D34", "lab_dm_forsker", ["wrong_unit"]),
     ("D35", "lab_dm_forsker", ["implausible_value"]), ("D36", "lab_dm_forsker", ["local_code"]),
     ("L1", "lpr_a_kontakt", ["older_system_row"]), ("L3", "lpr_a_diagnose", ["retracted_diagnosis"])],
)  # fmt: skip
def test_what_was_planted_is_met_as_often(clean, planted, number, table, defects):
    """What lies in the registers by nature is met in the clean delivery too."""
    found, log = planted
    n_planted = log.filter(pl.col("table") == table, pl.col("defect").is_in(defects))["n_rows"].sum()
    gone = "kept: no answer is no retraction"

    def n_met(check):
        return sum(met.n_rows for met in check.met if (met.id, met.table) == (number, table) and met.handling != gone)

    assert n_met(found) - n_met(clean) == n_planted > 0


def test_files_that_hold_the_same_rows_are_named_together(check):
    found = {(overlap.id, overlap.table, overlap.year) for overlap in check.overlaps}
    assert {("D04", "lmdb", 2018), ("D05", "lpr_a_kontakt", 2020), ("D05", "lpr_a_diagnose", 2020)} <= found
    half = next(overlap for overlap in check.overlaps if overlap.id == "D04")
    assert half.files == ("lmdb/lmdb_2018.parquet", "lmdb/lmdb_2018_06.parquet")


def test_no_value_of_a_row_and_no_small_count_is_told(check, messy):
    _, files, _ = messy
    told = json.dumps(check.as_json(), ensure_ascii=False) + show(check, 400)
    values = set()
    for name, frame in files.items():
        delivered = find_delivered(frame.columns, table_of(PurePath(name).stem, TABLES | LINK_TABLES))
        for column in table_of(PurePath(name).stem, TABLES | LINK_TABLES).columns:
            if column.kind in ("person", "contact", "course", "code", "date", "datetime", "text") and (
                column.name in delivered and column.name != "system"
            ):
                values |= set(frame[delivered[column.name]].drop_nulls().cast(pl.String).unique().head(100))
    values = {value for value in values if len(value) > 5 and value.strip()}
    assert len(values) > 10_000
    assert {"ALCA00", "NPU27300"} <= values
    assert any(value.startswith("2018-") for value in values)
    words = set(re.findall(r"[\w.,-]+", told))
    assert not values & words
    counts = [met["n_rows"] for met in check.as_json()["met"]]
    assert "<5" in counts
    assert all(count == "<5" or count >= 5 for count in counts)
    assert all((met["share"] is None) == (met["n_rows"] == "<5") for met in check.as_json()["met"])
    assert (tell(0), tell(1), tell(4), tell(5)) == (0, "<5", "<5", 5)


def test_a_csv_without_names_is_refused_and_none_of_its_values_is_told(tmp_path):
    values = ["010150-1234", "2018-03-04", "DE119"]
    (tmp_path / "dod_2018.csv").write_text((";".join(values) + "\n") * 3)
    (tmp_path / "dod_2019.csv").write_text("pnr;doddato;010150-1234\n;;\n")
    pl.DataFrame({"pnr": ["x"], "doddato": ["y"], "010150-1234": [""]}).write_parquet(tmp_path / "dod_2020.parquet")
    check = check_folder(tmp_path, settings=REGISTERS)
    told = json.dumps(check.as_json()) + show(check, 400)
    assert not [value for value in (*values, "1234") if value in told]
    findings = {fault.place: fault.finding for fault in check.faults if fault.place.startswith("dod")}
    assert findings == {
        "dod_2018.csv": "has no line of column names.", "dod_2019.csv": "has no line of column names.",
        "dod_2020.parquet": "the name of column 3 is no plain name, and not shown here.",
    }  # fmt: skip


@pytest.mark.parametrize("counts", [(1_200, 3), (3,), (3, 4), (7, 0, 2, 90), (4, 1, 1)])
def test_the_total_less_what_is_told_is_never_what_is_hidden(tmp_path, counts):
    for year, n_rows in enumerate(counts, start=2):
        name = list(TABLES)[year]
        rows = pl.DataFrame(schema={c.aliases[0]: pl.String for c in TABLES[name].columns})
        write({f"{name}_2018": rows.clear(n_rows)}, tmp_path)
    check = check_folder(tmp_path, settings=REGISTERS, rows=False)
    told = check.as_json()
    assert sorted(str(facts["n_rows"]) for facts in told["tables"]) == sorted(str(tell(n)) for n in counts)
    assert told["n_rows"] in ("<5", f"{sum(n for n in counts if n > 4):,}+")
    page = re.sub(r"[\s,]+", " ", show(check, 160).replace(",", ""))
    assert f" {sum(counts)} " not in page


def test_columns_that_cannot_be_read_and_keys_of_no_shape_are_told_with_their_share(tmp_path):
    n_rows = 200
    rows = pl.DataFrame({
        "pnr": ["6802701234"] * 150 + ["12"] * 10 + ["0101501234", "101501234", "000000001234", "010150AB12"] * 10,
        "eksd": ["2018-03-04"] * 190 + ["whenever"] * 10, "atc": ["A10BA02"] * n_rows,
        "apk": [str(n) for n in range(1, 183)] + ["many"] * 8 + [str(n) for n in range(10)],
    })  # fmt: skip
    write({"lmdb/lmdb_2018": rows}, tmp_path)
    check = check_folder(tmp_path, settings=REGISTERS)
    met = {(one.id, one.what, one.place): (one.n_rows, one.share) for one in check.met}
    unreadable = "date, time or number that cannot be read"
    assert met["D01", unreadable, "lmdb.eksd"] == (10, 0.05)
    assert met["D01", unreadable, "lmdb.apk"] == (8, 0.04)
    assert met["D16", "person's number of no known shape", "lmdb"] == (10, 0.05)
    assert met["D16", "replacement number with letters", "lmdb"][0] in range(5, 11)
    [warning] = check.warnings
    assert warning.place == "lmdb"
    assert "and 2.00% may go there" in warning.finding
    assert warning.finding in show(check, 400)
    generous = dataclasses.replace(REGISTERS, max_quarantined_share={"other": 0.01, "lmdb": 1.0})
    assert check_folder(tmp_path, settings=generous).warnings == []


def test_the_fate_that_is_told_follows_the_settings(tmp_path):
    at = [dt.datetime(year, 3, 1) for year in (2017, 2018)]  # noqa: DTZ001
    columns = {column.aliases[0]: [None, None] for column in TABLES["lpr_a_kontakt"].columns}
    contacts = pl.DataFrame(columns | {
        "pnr": ["6802701234"] * 2, "dw_ek_kontakt": ["1", "2"], "kont_starttidspunkt": at, "kont_sluttidspunkt": at,
        "kont_type": ["ALCA00"] * 2, "prioritet": ["ATA1"] * 2, "lprindberetningssystem": ["LPR2", "MiniPAS"],
    })  # fmt: skip
    codes = ["DE119", "DZ763", "DI489", "DC189"]
    diagnoses = pl.DataFrame({"recnum": list("1234"), "c_diag": codes, "c_diagtype": ["A", "A", "B", "G"]})
    write({"lpr3/lpr_a_kontakt_2018": contacts, "lpr2/lpr_diag_2018": diagnoses}, tmp_path)

    def fates(**changes):
        check = check_folder(tmp_path, settings=dataclasses.replace(REGISTERS, **changes))
        return {(met.id, met.table, met.handling.partition(":")[0]): met.n_rows for met in check.met}

    dropped, kept = "dropped", "kept"
    assert fates() == {
        ("L1", "lpr_a_kontakt", dropped): 2,
        ("L7", "lpr_diag", dropped): 1,
        ("L14", "lpr_diag", dropped): 1,
    }
    until = dt.date(2017, 12, 31)
    assert fates(lpr2_delivered_to=until, administrative_codes=("DE119",), diagnosis_types=("A",)) == {
        ("L1", "lpr_a_kontakt", dropped): 1,
        ("L1", "lpr_a_kontakt", kept): 1,
        ("L7", "lpr_diag", dropped): 2,
        ("L14", "lpr_diag", dropped): 1,
    }


@pytest.mark.parametrize("width", [80, 160])
def test_the_page_fits_the_terminal_and_names_every_table(check, width):
    page = show(check, width)
    assert max(map(len, page.splitlines())) <= width
    flat = re.sub(r"\s+", "", page)
    for facts in check.tables:
        assert facts.table in flat, facts.table
    assert "Namesandtypesoffilesandcolumnsareaccepted." in flat


def test_the_page_says_what_the_json_says(check):
    lines = show(check, 600).splitlines()
    for met in check.as_json()["met"]:
        [line] = [line for line in lines if f" {met['what']}  " in line and met["handling"] in line]
        assert line.split()[0] == met["id"]
    fates = [met.handling.partition(":")[0] for met in check.met]
    assert fates == sorted(fates, key=["quarantined", "dropped", "kept"].index)
    for one in (*check.notes, *check.overlaps):
        assert [line for line in lines if one.what in line and one.handling in line and line.split()[0] == one.id]


def test_files_that_are_not_read_are_listed_and_refused(tmp_path):
    for name in ("bef2018.sas7bdat.gz", "bef2019.dta", "guide.pdf"):
        (tmp_path / name).touch()
    check = check_folder(tmp_path, settings=REGISTERS)
    assert check.as_json()["files_not_read"] == ["bef2018.sas7bdat.gz", "bef2019.dta", "guide.pdf"]
    refused = [fault.place for fault in check.faults if "no known file format" in fault.finding]
    assert refused == ["bef2018.sas7bdat.gz", "bef2019.dta"]
    assert "guide.pdf" in show(check, 80)


def test_tables_of_another_shape_are_not_missed(check):
    assert {"kontakter", "vnds_ind", "vnds_ud", "lab_forsker"} <= set(check.other_shapes)
    assert "pnr_link" in check.absent
    assert find_absent({"vnds_ind", "kontakter"}, TABLES)[1] == sorted(
        {"vnds", "lpr_a_kontakt", "lpr_a_forloeb", "lpr_a_diagnose", "lpr_a_procregistrering"}
    )


def test_from_when_on_laboratories_deliver_is_told_without_their_names(check):
    [note] = [note for note in check.notes if note.id == "LAB1"]
    assert re.search(r"here \d+, whose results begin between 20\d\d and 2015", note.what)


def test_the_command_prints_json_and_ends_with_status_1_where_the_delivery_is_refused(messy, tmp_path, capsys):
    folder, files, _ = messy
    main(["delivery", "check", str(folder), "--json", "--no-rows"])
    told = json.loads(capsys.readouterr().out)
    assert told["is_accepted"]
    assert told["met"] == []
    write({name: frame for name, frame in files.items() if name.startswith(("bef", "dod"))}, tmp_path)
    (tmp_path / "bef" / "notes_2018.csv").write_text("a;b\n1;2\n")
    with pytest.raises(SystemExit) as stop:
        main(["delivery", "check", str(tmp_path), "--json"])
    assert stop.value.code == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["is_accepted"]
    found = {fault["finding"] for fault in told["faults"]}
    assert {"no table has this name.", "no file of lmdb."} <= found


def test_a_delivery_with_both_shapes_of_lpr3_and_a_float_key_is_refused_with_all_faults(tmp_path):
    a, f = (pl.DataFrame(schema={c.aliases[0]: pl.String for c in TABLES[name].columns})
            for name in ("lpr_a_kontakt", "kontakter"))  # fmt: skip
    diagnoses = pl.DataFrame({"recnum": [2e15], "c_diag": ["DE119"], "c_diagtype": ["A"]})
    write({"lpr3/lpr_a_kontakt_2020": a, "lpr3/kontakter_2020": f, "lpr2/lpr_diag_2012": diagnoses}, tmp_path)
    (tmp_path / "lpr2" / "lpr_adm_2012.parquet").write_bytes(b"PAR1 nothing PAR1")
    findings = [fault.finding for fault in check_folder(tmp_path, settings=REGISTERS).faults]
    assert any("two shapes of the same contacts" in finding for finding in findings)
    assert any("'recnum' is Float64" in finding for finding in findings)
    assert any("cannot be read as Parquet" in finding for finding in findings)


def test_years_that_are_missing_between_others_and_columns_that_may_be_absent_are_told(tmp_path):
    frame = pl.DataFrame(schema={c.aliases[0]: pl.String for c in TABLES["lmdb"].columns if c.required})
    write({f"lmdb/lmdb_{year}": frame for year in (2008, 2009, 2011)}, tmp_path)
    [facts] = check_folder(tmp_path, settings=REGISTERS).tables
    assert (facts.years, facts.gaps) == ((2008, 2009, 2011), (2010,))
    assert "vnr" in facts.missing
    assert as_ranges(facts.years) == "2008-2009, 2011"


def test_a_folder_that_is_none_is_named(tmp_path):
    with pytest.raises(StudyError, match="no such folder"):
        check_folder(tmp_path / "none", settings=REGISTERS)


def files(*paths):
    return [DeliveredFile(path, "Parquet", 10, {"pnr": pl.String()}) for path in paths]


@pytest.mark.parametrize("paths", [
    ("dod/dod_2017.parquet", "dod/dod_2018.parquet"),
    tuple(f"bef/bef2018{month}.parquet" for month in ("03", "06", "09", "12")),
    ("lpr2/lpr_adm2011.parquet", "lpr2/priv_adm2011.parquet"),
    ("december_2023/lpr_adm2011.csv", "january_2022/lpr_adm2012.csv"),
], ids=["two years", "quarters", "public and private hospitals", "two folders"])  # fmt: skip
def test_the_usual_files_of_a_delivery_do_not_overlap(paths):
    assert find_overlaps(files(*paths), TABLES) == []


@pytest.mark.parametrize(("paths", "number", "may"), [
    (("dod/dod_2018.parquet", "dod/December_2023/dod2018.sas7bdat"), "D05", False),
    (("dod/dod_2018.parquet", "dod/DOD2018.csv"), "D05", False),
    (("lpr3/kontakter_2020.csv", "lpr3/redelivered_2025/lpr_f_kontakter_2020.csv"), "D05", True),
    (("bef/bef_2018.csv", "bef/bef_201806.csv"), "D04", True),
], ids=["again in a folder", "again in another format", "under another name", "a year and a quarter"])  # fmt: skip
def test_files_of_one_period_overlap_and_where_it_is_not_sure_it_says_may(paths, number, may):
    [overlap] = find_overlaps(files(*paths), TABLES)
    assert isinstance(overlap, Overlap)
    assert (overlap.id, set(overlap.files), "may be" in overlap.what) == (number, set(paths), may)


def test_lpr2_without_psychiatry_is_noted(check):
    assert {note.id for note in check.notes} >= {"L4", "L13", "D40", "LAB1"}
    assert "L10" not in {note.id for note in check.notes}
    without = [facts for facts in check.tables if "psyk" not in facts.table]
    assert "L10" in {note.id for note in find_notes(without)}


def test_private_hospitals_are_asked_for_where_no_file_of_theirs_is_there(check):
    assert "L1" in {note.id for note in check.notes}
    assert "L1" not in {note.id for note in find_notes(check.tables, files=files("lpr2/priv_adm2011.csv"))}
