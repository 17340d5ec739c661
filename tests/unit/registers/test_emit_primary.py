"""From simulated results, dispensings, services and tumours to files, and back to what was simulated."""

import datetime as dt
from itertools import combinations

import polars as pl
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.registers import TABLES, check_delivery, normalise
from evidens.registers.cancer.emit import emit_cancer
from evidens.registers.contract import RegisterError
from evidens.registers.emission_files import as_text
from evidens.registers.lab.coverage import find_coverage
from evidens.registers.lab.emit import emit_lab
from evidens.registers.lmdb.emit import emit_lmdb
from evidens.registers.sssy.emit import emit_sssy
from evidens.simulation import simulate_shard


@pytest.fixture(scope="module")
def world():
    return build_world("tiny", n_persons=1_500, shard_persons=1_500)


@pytest.fixture(scope="module")
def shard(world):
    return simulate_shard(world, 0)


def logical(files):
    """All years of one table, as its contract reads them."""
    [name] = {table for _, table, _ in files}
    return pl.concat([normalise(frame, TABLES[name]) for frame in files.values()])


def test_services_read_back_as_they_were_billed(shard, world):
    files = emit_sssy(shard, world)
    read = logical(files)
    key = ["person", "billed_on", "service", "n_services", "for_child"]
    billed = as_text(shard.services).select(
        person="pnr", billed_on="billed_on", service="specialty", n_services=pl.col("n_services").cast(pl.Float64),
        for_child=pl.col("for_child").cast(pl.Int8).cast(pl.String),
    )  # fmt: skip
    assert read.select(key).sort(key).equals(billed.sort(key))
    assert (read["specialty"] == read["service"].str.slice(0, 2)).all()


def test_weeks_lie_in_the_file_of_their_year_and_the_day_of_treatment_is_told_from_2021(shard, world):
    for (_, _, year), frame in emit_sssy(shard, world).items():
        assert (frame["honuge"].cast(pl.String).str.slice(0, 2).cast(pl.Int32) == year % 100).all()
        assert ("behandlingsdato" in frame.columns) == (year >= 2021)


def test_the_cancer_register_is_out_for_years_that_ended_more_than_a_year_before_the_end(shard, world):
    files = emit_cancer(shard, world)
    assert [year for _, _, year in files] == list(range(2006, world.end_on.year - 1))
    read = logical(files)
    assert read.height == shard.tumours.filter(pl.col("diagnosed_on") < dt.date(world.end_on.year - 1, 1, 1)).height
    assert read["t"].is_not_null().all()
    assert "c_tmn_t" in files["cancer", "t_tumor", 2015].columns


def test_corrections_are_marked(shard, world):
    read = logical(emit_lmdb(shard, world))
    assert (read.filter(pl.col("correction") == "1")["n_packs"] < 0).all()
    assert read["correction"].drop_nulls().len() == shard.dispensings["is_correction"].sum() > 0


def test_the_sign_of_a_limit_stands_in_its_column_or_before_the_digits_by_laboratory(shard, world):
    lab = pl.concat(emit_lab(shard, world).values())
    before = lab.filter(pl.col("value").str.contains("^[<>]"))
    beside = lab.filter(pl.col("operator").is_not_null())
    assert set(before["laboratorium_idcode"]) == {"83103", "85102"}
    assert not set(beside["laboratorium_idcode"]) & {"83103", "85102"}
    assert before.height + beside.height == shard.results["operator"].is_not_null().sum()


def test_coverage_begins_with_the_first_month_of_usual_size(shard, world):
    sampled = logical(emit_lab(shard, world)).select("laboratory", "sampled_on")
    wrong = pl.DataFrame({"laboratory": ["85101"], "sampled_on": [dt.date(1999, 1, 1)]})
    found = {row["laboratory"]: row for row in find_coverage(pl.concat([sampled, wrong])).iter_rows(named=True)}
    assert found["85101"]["first_on"] == dt.date(1999, 1, 1)
    for laboratory, row in found.items():
        late = row["covered_from_on"] - world.laboratory_from_on[laboratory[:2]]
        assert dt.timedelta() <= late < dt.timedelta(days=70), laboratory


LAB_TABLES = ("lab_dm_forsker", "lab_forsker", "laboratorieproevesvar")


def lab_files(*names):
    """Columns of one file of each table; the narrowest has no units."""
    columns = dict.fromkeys(("patient_cpr", "samplingdate", "analysiscode", "value", "unit"), pl.String())
    narrow = {name: dtype for name, dtype in columns.items() if name != "unit"}
    return {f"lab/{name}_2018.parquet": narrow if name == LAB_TABLES[2] else columns for name in names}


@pytest.mark.parametrize("pair", list(combinations(LAB_TABLES, 2)))
def test_two_tables_of_the_same_answers_are_never_taken_together(pair):
    with pytest.raises(RegisterError) as caught:
        check_delivery(lab_files(*pair))
    findings = [fault.finding for fault in caught.value.faults]
    assert f"{', '.join(sorted(pair))} are two shapes of the same answers." in findings


@pytest.mark.parametrize("name", LAB_TABLES)
def test_one_table_of_laboratory_answers_is_enough(name):
    with pytest.raises(RegisterError) as caught:
        check_delivery(lab_files(name))
    assert not [fault for fault in caught.value.faults if "lab" in f"{fault.place}{fault.finding}"]
