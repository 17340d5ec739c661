"""What `evidens delivery check` says of a delivery, before a run: everything that matters, and never a value."""

import io
import json
import re

import polars as pl
import pytest
from rich.console import Console
from tests.unit.simulation.worlds import build_world

from evidens.cli import main
from evidens.registers import TABLES
from evidens.registers.check import DeliveredFile, Overlap, as_ranges, find_notes, find_overlaps, tell
from evidens.registers.emission import emit_delivery
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
    return check_folder(messy[0])


def rows_met(check, number, table):
    return sum(met.n_rows for met in check.met if (met.id, met.table) == (number, table))


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
     ("D36", "lab_dm_forsker", ["local_code"])],
)  # fmt: skip
def test_what_was_planted_is_met_as_often(check, messy, number, table, defects):
    """The check may see more: what lies in the registers by nature."""
    planted = messy[2].filter(pl.col("table") == table, pl.col("defect").is_in(defects))["n_rows"].sum()
    assert rows_met(check, number, table) >= planted > 0


def test_files_that_hold_the_same_rows_are_named_together(check):
    found = {(overlap.id, overlap.table, overlap.year) for overlap in check.overlaps}
    assert {("D04", "lmdb", 2018), ("D05", "lpr_a_kontakt", 2020), ("D05", "lpr_a_diagnose", 2020)} <= found
    half = next(overlap for overlap in check.overlaps if overlap.id == "D04")
    assert half.files == ("lmdb/lmdb_2018.parquet", "lmdb/lmdb_2018_06.parquet")


def test_no_value_of_a_row_and_no_small_count_is_told(check, messy):
    _, files, _ = messy
    told = json.dumps(check.as_json())
    numbers = {n for frame in files.values() for name in frame.columns
               if name.lower() in ("pnr", "patient_cpr", "recnum", "dw_ek_kontakt")
               for n in frame[name].cast(pl.String).drop_nulls().head(50)}  # fmt: skip
    assert len(numbers) > 100
    assert not [number for number in numbers if number in told]
    counts = [met["n_rows"] for met in check.as_json()["met"]]
    assert "<5" in counts
    assert all(count == "<5" or count >= 5 for count in counts)
    assert (tell(0), tell(1), tell(4), tell(5)) == (0, "<5", "<5", 5)


@pytest.mark.parametrize("width", [80, 160])
def test_the_page_fits_the_terminal_and_says_what_the_json_says(check, width):
    console = Console(width=width, record=True, highlight=False, file=io.StringIO())
    show_check(check, console)
    page = console.export_text()
    assert max(map(len, page.splitlines())) <= width
    flat = re.sub(r"\s+", "", page)
    for facts in check.tables:
        assert facts.table in flat, facts.table
    for met in check.met:
        assert re.sub(r"\s+", "", met.what.split()[0]) in flat
    assert "Thedeliverycanbetakenin." in flat


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
    findings = [fault.finding for fault in check_folder(tmp_path).faults]
    assert any("two shapes of the same contacts" in finding for finding in findings)
    assert any("'recnum' is Float64" in finding for finding in findings)
    assert any("cannot be read as Parquet" in finding for finding in findings)


def test_years_that_are_missing_between_others_and_columns_that_may_be_absent_are_told(tmp_path):
    frame = pl.DataFrame(schema={c.aliases[0]: pl.String for c in TABLES["lmdb"].columns if c.required})
    write({f"lmdb/lmdb_{year}": frame for year in (2008, 2009, 2011)}, tmp_path)
    [facts] = check_folder(tmp_path).tables
    assert (facts.years, facts.gaps) == ((2008, 2009, 2011), (2010,))
    assert "vnr" in facts.missing
    assert as_ranges(facts.years) == "2008-2009, 2011"


def test_a_folder_that_is_none_is_named(tmp_path):
    with pytest.raises(StudyError, match="no such folder"):
        check_folder(tmp_path / "none")


def files(*paths):
    return [DeliveredFile(path, "Parquet", 10, {"pnr": pl.String()}) for path in paths]


def test_two_years_of_a_table_overlap_only_where_they_are_the_same_year():
    assert find_overlaps(files("dod/dod_2017.parquet", "dod/dod_2018.parquet"), TABLES) == []
    [overlap] = find_overlaps(files("dod/dod_2018.parquet", "dod/December_2023/dod2018.sas7bdat"), TABLES)
    assert isinstance(overlap, Overlap)
    assert (overlap.id, overlap.year) == ("D05", 2018)


def test_lpr2_without_psychiatry_is_noted(check):
    assert {note.id for note in check.notes} >= {"L4", "L13", "D40", "LAB1"}
    assert "L10" not in {note.id for note in check.notes}
    without = [facts for facts in check.tables if "psyk" not in facts.table]
    assert "L10" in {note.id for note in find_notes(without)}
