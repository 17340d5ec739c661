"""From the simulated world to files as a researcher gets them, and what is planted into them."""

import dataclasses
import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.simulation.worlds import build_world

from evidens.registers import check_delivery
from evidens.registers.defects import PLANTED
from evidens.registers.emission import emit_delivery, emit_tables, plant_defects
from evidens.simulation import simulate_shard
from evidens.simulation.delivered import DEFECTS, DeliveredSettings
from evidens.simulation.person_numbers import DAY_OFFSET
from evidens.simulation.places import HOSPITALS

REGION_OF_HOSPITAL = {code: region for region, codes in HOSPITALS.items() for code in codes}
CONTACT_KEYS = {"lpr_adm": "recnum", "lpr_a_kontakt": "dw_ek_kontakt"}


@pytest.fixture(scope="module")
def world():
    often = {"orphan_diagnosis": 0.005, "retracted_diagnosis": 0.01, "older_system_row": 0.01}
    rates = dict.fromkeys(DEFECTS, 0.002) | often
    return build_world("tiny", n_persons=1_500, shard_persons=1_500, delivered={"defects": rates})


@pytest.fixture(scope="module")
def shard(world):
    return simulate_shard(world, 0)


@pytest.fixture(scope="module")
def tables(shard, world):
    return emit_tables(shard, world)


@pytest.fixture(scope="module")
def planted(tables, world):
    return plant_defects(tables, 0, world)


def whole(tables, name):
    """All years of one table."""
    return pl.concat([frame for (_, table, _), frame in tables.items() if table == name])


def test_every_file_keeps_its_registers_contract(planted):
    delivery, _ = planted
    files = {f"{register}/{table}_{year}.parquet": frame.schema for (register, table, year), frame in delivery.items()}
    check_delivery(files)


def test_every_register_has_its_years(tables):
    years = {}
    for _, table, year in tables:
        years.setdefault(table, []).append(year)
    assert years["bef"] == list(range(2005, 2025))
    assert years["lmdb"] == years["dod"] == years["vnds"] == list(range(2006, 2026))
    assert years["lpr_adm"] == years["lpr_diag"] == list(range(2006, 2020))
    assert years["lpr_a_kontakt"] == years["lpr_a_diagnose"] == list(range(2019, 2026))
    assert years["lab_dm_forsker"] == list(range(2008, 2026))


def test_person_numbers_agree_with_sex_and_birthday_and_no_date_exists(tables):
    bef = whole(tables, "bef").unique("pnr")
    digits = [pl.col("pnr").str.slice(a, n).cast(pl.Int64) for a, n in ((0, 2), (2, 2), (4, 2), (9, 1))]
    born = pl.col("foed_dag").dt
    assert bef.filter(digits[0] != born.day() + DAY_OFFSET).height == 0
    assert bef.filter((digits[1] != born.month()) | (digits[2] != born.year() % 100)).height == 0
    assert bef.filter((digits[3] % 2 == 1) != (pl.col("koen") == 1)).height == 0
    assert (bef["pnr"].str.slice(0, 2).cast(pl.Int64) > 31).all()


def test_a_snapshot_has_the_people_who_are_there_that_day_once(tables, shard):
    for year in (2005, 2015, 2024):
        snapshot, day = tables["bef", "bef", year], dt.date(year, 12, 31)
        assert snapshot["pnr"].is_unique().all()
        assert (snapshot["referencetid"] == day).all()
        died = shard.deaths.filter(pl.col("died_on") < day)["pnr"]
        assert not set(died) & set(snapshot["pnr"])
        assert (snapshot["foed_dag"] <= day).all()


def test_each_region_changes_to_lpr3_on_its_day(tables, world):
    adm = whole(tables, "lpr_adm").with_columns(region=pl.col("c_sgh").replace_strict(REGION_OF_HOSPITAL))
    kontakt = whole(tables, "lpr_a_kontakt").with_columns(region="kont_ans_geo_reg")
    last = dict(adm.group_by("region").agg(pl.col("d_inddto").max()).iter_rows())
    first = dict(kontakt.group_by("region").agg(pl.col("kont_starttidspunkt").min().dt.date()).iter_rows())
    for region, switch_on in world.lpr_switch.items():
        assert last[region] < switch_on <= first[region]
        assert first[region] - last[region] < dt.timedelta(days=21)


def test_every_contact_is_in_one_register_unless_reported_too_late(tables, shard, world):
    """A contact that is not over is reported a day after its start."""
    next_day = pl.col("start_at").dt.date() + pl.duration(days=1)
    reported = pl.when(pl.col("end_at").is_null()).then(next_day).otherwise(pl.col("reported_at").dt.date())
    late = shard.contacts.filter(reported > world.end_on)
    n_rows = whole(tables, "lpr_adm").height + whole(tables, "lpr_a_kontakt").height
    assert n_rows == shard.contacts.height - late.height
    assert late["start_at"].dt.date().min() > dt.date(2024, 7, 1)


def test_emergency_contacts_lose_their_own_kind_in_2014(tables):
    kinds = whole(tables, "lpr_adm").group_by(pl.col("d_inddto").dt.year()).agg(pl.col("c_pattype").unique().sort())
    for year, found in kinds.iter_rows():
        assert found == (["0", "2", "3"] if year < 2014 else ["0", "2"])
    acute = whole(tables, "lpr_adm").filter((pl.col("c_pattype") == "2") & (pl.col("c_indm") == "1"))
    assert acute["d_inddto"].dt.year().min() == 2014


def test_contact_keys_are_text_with_more_digits_than_a_float_holds(tables):
    for table, digits in (("lpr_adm", 16), ("lpr_a_kontakt", 18)):
        keys = whole(tables, table)[CONTACT_KEYS[table]]
        assert keys.str.len_chars().unique().to_list() == [digits]
        assert keys.is_unique().all()
        numbers = keys.cast(pl.Int64)
        assert (numbers.cast(pl.Float64).cast(pl.Int64) != numbers).any()


def test_every_diagnosis_has_its_contact_in_the_same_year_and_every_contact_an_action_diagnosis(tables):
    for register, contacts, diagnoses, kind in (
        ("lpr2", "lpr_adm", "lpr_diag", "c_diagtype"), ("lpr3", "lpr_a_kontakt", "lpr_a_diagnose", "diag_kode_type"),
    ):  # fmt: skip
        key = CONTACT_KEYS[contacts]
        for (where, table, year), frame in tables.items():
            if (where, table) == (register, diagnoses):
                keys = tables[register, contacts, year][key]
                assert frame[key].is_in(keys.implode()).all()
                assert frame.filter(pl.col(kind) == "A").height == keys.len()


def test_results_are_text_that_reads_back_as_what_was_measured(tables, shard):
    lab = whole(tables, "lab_dm_forsker")
    measured = shard.results.sort(pl.col("sampled_on").dt.year(), maintain_order=True)["value"]
    number = lab["value"].str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    assert (number - measured).abs().max() < 1e-9
    assert number.is_null().equals(measured.is_null())
    assert set(lab.filter(number.is_null())["value"]) == {"PÅVIST", "IKKE PÅVIST"}
    assert lab["value"].str.contains(",").any()
    assert lab["value"].str.contains(".", literal=True).any()
    assert set(lab["operator"].drop_nulls()) == {"<", ">"}


def test_no_row_is_there_twice_before_duplicates_are_planted(tables):
    for (_, table, _), frame in tables.items():
        assert not frame.is_duplicated().any(), table


def test_rows_are_sorted_by_person_and_day(tables):
    for table, key in (("lmdb", ["pnr", "eksd"]), ("lab_dm_forsker", ["patient_cpr", "samplingdate"])):
        assert_frame_equal(tables[table.split("_")[0], table, 2018].select(key).sort(key), tables[
            table.split("_")[0], table, 2018].select(key))  # fmt: skip


def test_planted_rows_are_additions_and_the_log_counts_them(tables, planted):
    delivery, log = planted
    added = log.group_by("register", "table", "year").agg(pl.col("n_rows").sum())
    by_file = {(register, table, year): n for register, table, year, n in added.iter_rows()}
    for key, frame in tables.items():
        assert_frame_equal(delivery[key].head(frame.height), frame)
        assert delivery[key].height - frame.height == by_file.get(key, 0)
    assert set(log["defect"]) == set(PLANTED) == set(DEFECTS)


def test_every_planted_defect_can_be_seen_as_often_as_the_log_says(planted):
    delivery, log = planted
    logged = {(table, defect): n for table, defect, n in
              log.group_by("table", "defect").agg(pl.col("n_rows").sum()).iter_rows()}  # fmt: skip
    code = pl.coalesce(pl.col("^(c_diag|diag_kode|atc)$"))
    key = pl.col("^(pnr|patient_cpr)$")
    day = pl.coalesce(pl.col("^(d_inddto|kont_starttidspunkt|eksd|samplingdate)$").cast(pl.Date))
    signs = {
        "missing_person_key": key.is_null(),
        "impossible_date": ~day.dt.year().is_between(2005, 2025),
        "missing_code": code.is_null(),
        "nonsense_value": pl.col("^value$").is_in(["Se kommentar", "*", "Aflyst", "??"]),
        "negative_packs": pl.col("^apk$") < 0,
        "retracted_diagnosis": pl.col("^senere_afkraeftet$") == "Ja",
        "older_system_row": pl.col("^lprindberetningssystem$") == "LPR2",
        "code_without_prefix": ~pl.col("^(c_diag|diag_kode)$").str.contains("^(D[A-Z][0-9]|TUL)"),
    }
    for defect, sign in signs.items():
        for table in PLANTED[defect].tables:
            n_seen = whole(delivery, table).filter(sign).height
            assert n_seen == logged.get((table, defect), 0), (table, defect)


def test_duplicates_are_exact_and_orphans_have_no_contact(planted):
    delivery, log = planted
    for table in PLANTED["duplicate_row"].tables:
        frame = whole(delivery, table)
        frame = frame.filter(pl.all_horizontal(pl.col("^(pnr|patient_cpr)$").is_not_null()))  # else alike
        n_logged = log.filter((pl.col("table") == table) & (pl.col("defect") == "duplicate_row"))["n_rows"].sum()
        assert frame.height - frame.n_unique() == n_logged
    for contacts, diagnoses in (("lpr_adm", "lpr_diag"), ("lpr_a_kontakt", "lpr_a_diagnose")):
        key = CONTACT_KEYS[contacts]
        orphans = whole(delivery, diagnoses).join(whole(delivery, contacts), on=key, how="anti").height
        logged = log.filter((pl.col("table") == diagnoses) & (pl.col("defect") == "orphan_diagnosis"))["n_rows"].sum()
        assert orphans == logged > 0


def test_planting_is_repeatable_and_a_delivery_has_it_done(tables, planted, shard, world):
    delivery, _ = planted
    for key, frame in emit_delivery(shard, world).items():
        assert_frame_equal(frame, delivery[key])


def test_a_world_without_defects_delivers_clean_tables(tables, world):
    delivery, log = plant_defects(tables, 0, dataclasses.replace(world, delivered=DeliveredSettings()))
    assert log.height == 0
    assert all(delivery[key] is frame for key, frame in tables.items())
