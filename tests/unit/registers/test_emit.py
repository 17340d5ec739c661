"""From the simulated world to files as a researcher gets them, and what is planted into them."""

import dataclasses
import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.simulation.worlds import build_world

from evidens.contracts import check_table
from evidens.registers import TABLES, check_delivery
from evidens.registers.defect_table import TruthDefect, defect_table
from evidens.registers.emission import emit_delivery, emit_tables, plant_defects
from evidens.registers.emission_files import as_text
from evidens.registers.planting import ADDED, CHANGED
from evidens.simulation import simulate_shard
from evidens.simulation.delivered import DEFECTS, REGISTERS, DeliveredSettings
from evidens.simulation.person_numbers import DAY_OFFSET
from evidens.simulation.places import HOSPITALS

REGION_OF_HOSPITAL = {code: region for region, codes in HOSPITALS.items() for code in codes}
CONTACT_KEYS = {"lpr_adm": "recnum", "lpr_a_kontakt": "dw_ek_kontakt"}


@pytest.fixture(scope="module")
def world():
    rates = dict.fromkeys(DEFECTS, 0.004)
    return build_world("tiny", n_persons=1_500, shard_persons=1_500, delivered={"defects": rates})


@pytest.fixture(scope="module")
def shard(world):
    return simulate_shard(world, 0)


@pytest.fixture(scope="module")
def emitted(shard, world):
    return emit_tables(shard, world)


@pytest.fixture(scope="module")
def tables(emitted):
    return read(emitted)


@pytest.fixture(scope="module")
def planted(emitted, shard, world):
    delivery, log = plant_defects(emitted, shard, world)
    return read(delivery), log


def read(tables):
    """The tables as who reads the files finds them: what is held as categories is text."""
    return {key: as_text(frame) for key, frame in tables.items()}


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
    assert years["bef"] == list(range(2005, 2026))
    assert years["lmdb"] == years["dod"] == years["vnds"] == list(range(2006, 2026))
    assert years["lpr_adm"] == years["lpr_diag"] == list(range(2006, 2020))
    assert years["lpr_a_kontakt"] == list(range(2017, 2026))  # with older rows, which have diagnoses from 2019 on
    assert years["lpr_a_diagnose"] == years["lpr_a_forloeb"] == list(range(2019, 2026))
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
    for year, month in ((2005, 12), (2015, 6), (2024, 12), (2025, 6)):
        day = dt.date(year, month, 30 if month == 6 else 31)
        snapshot = tables["bef", "bef", year].filter(pl.col("referencetid") == day)
        assert snapshot.height > 1_000
        assert snapshot["pnr"].is_unique().all()
        died = shard.deaths.filter(pl.col("died_on") < day)["pnr"]
        assert not set(died) & set(snapshot["pnr"])
        assert (snapshot["foed_dag"] <= day).all()


def test_each_region_changes_to_lpr3_on_its_day(tables, world):
    adm = whole(tables, "lpr_adm").with_columns(region=pl.col("c_sgh").replace_strict(REGION_OF_HOSPITAL))
    kontakt = whole(tables, "lpr_a_kontakt").filter(lprindberetningssystem="LPR3")
    kontakt = kontakt.with_columns(region="kont_ans_geo_reg")
    last = dict(adm.group_by("region").agg(pl.col("d_inddto").max()).iter_rows())
    first = dict(kontakt.group_by("region").agg(pl.col("kont_starttidspunkt").min().dt.date()).iter_rows())
    for region, switch_on in world.lpr_switch.items():
        assert last[region] < switch_on <= first[region]
        assert first[region] - last[region] < dt.timedelta(days=21)


def test_every_contact_is_in_one_register_unless_reported_too_late(tables, shard, world):
    """A course is one contact of LPR2, a visit one of LPR3; what is not over is reported a day after its start."""
    switch_on = pl.col("region").replace_strict(dict(world.lpr_switch), return_dtype=pl.Date)
    next_day = pl.col("start_at") + pl.duration(days=1)
    reported = pl.when(pl.col("end_at").is_null()).then(next_day).otherwise(pl.col("reported_at")).dt.date()
    contacts = shard.contacts.with_columns(switch_on=switch_on)
    older = contacts.filter(pl.col("start_at").dt.date() < pl.col("switch_on"))
    assert older.height == sum(whole(tables, name).height for name in ("lpr_adm", "uaf_adm", "t_psyk_adm"))
    visits = shard.visits.join(contacts.select("contact_number", "switch_on"), on="contact_number")
    columns = ["start_at", "end_at", "reported_at", "switch_on"]
    meetings = pl.concat([visits.select(columns), contacts.filter(pl.col("kind") != "outpatient").select(columns)])
    newer = meetings.filter(pl.col("start_at").dt.date() >= pl.col("switch_on"))
    late = newer.filter(reported > world.end_on)
    newer_rows = whole(tables, "lpr_a_kontakt").filter(lprindberetningssystem="LPR3")
    assert newer_rows.height == newer.height - late.height
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
    number = lab["value"].str.strip_chars_start("<>").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    assert (number - measured).abs().max() < 1e-9
    assert number.is_null().equals(measured.is_null())
    assert set(lab.filter(number.is_null())["value"]) == {"PÅVIST", "IKKE PÅVIST"}
    assert lab["value"].str.contains(",").any()
    assert lab["value"].str.contains(".", literal=True).any()
    assert set(lab["operator"].drop_nulls()) == {"<", ">"}
    assert not lab.filter(lab["value"].str.contains("^[<>]"))["operator"].is_not_null().any()  # one place or the other


def test_no_row_is_there_twice_before_duplicates_are_planted(tables):
    for (_, table, _), frame in tables.items():
        assert not frame.is_duplicated().any(), table


def test_rows_are_sorted_by_person_and_day(tables):
    for table, key in (("lmdb", ["pnr", "eksd"]), ("lab_dm_forsker", ["patient_cpr", "samplingdate"])):
        assert_frame_equal(tables[table.split("_")[0], table, 2018].select(key).sort(key), tables[
            table.split("_")[0], table, 2018].select(key))  # fmt: skip


CHANGED_IN_PLACE = {"leading_zero_lost", "decimal_sign", "sign_in_value", "broken_letters"}


def test_planted_rows_are_additions_and_the_log_counts_them(tables, planted):
    delivery, log = planted
    added = log.filter(~pl.col("defect").is_in(CHANGED_IN_PLACE)).group_by("register", "table", "year")
    by_file = {tuple(key): n for *key, n in added.agg(pl.col("n_rows").sum()).iter_rows()}
    assert list(delivery) == list(tables)
    for key, frame in tables.items():
        assert delivery[key].height - frame.height == by_file.get(key, 0)
        assert delivery[key].schema == frame.schema
    assert set(log["defect"]) == set(DEFECTS)


def test_rows_that_are_changed_are_as_many_as_the_log_says_and_all_others_stay(tables, planted):
    delivery, log = planted
    changed = log.filter(pl.col("defect").is_in(CHANGED_IN_PLACE)).group_by("register", "table", "year")
    by_file = {tuple(key): n for *key, n in changed.agg(pl.col("n_rows").sum()).iter_rows()}
    for key, frame in tables.items():
        now = delivery[key].head(frame.height)
        differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in frame.columns)
        both = pl.concat([frame, now.rename(lambda name: f"{name}_now")], how="horizontal")
        assert both.filter(differs).height == by_file.get(key, 0), key


def test_every_planted_defect_can_be_seen_as_often_as_the_log_says(planted):
    delivery, log = planted
    logged = {(table, defect): n for table, defect, n in
              log.group_by("table", "defect").agg(pl.col("n_rows").sum()).iter_rows()}  # fmt: skip
    signs = {
        "missing_person_key": ("lmdb", pl.col("pnr").is_null()),
        "replacement_number": ("lmdb", pl.col("pnr").str.contains("[A-Z]")),
        "missing_code": ("lpr_diag", pl.col("c_diag").is_null()),
        "icd8_code": ("lpr_diag", pl.col("c_diag").str.contains("^[0-9]")),
        "additional_as_main": ("lpr_diag", pl.col("c_diag").is_in(["TUL1", "TUL2"])),
        "code_without_prefix": ("lpr_diag", pl.col("c_diag").str.contains("^[A-U][0-9]")),
        "local_code": ("lab_dm_forsker", pl.col("analysiscode") == "LOK00417"),
        "wrong_unit": ("lab_dm_forsker", pl.col("unit") == "g/24h"),
        "broken_letters": ("lab_dm_forsker", pl.col("value").str.contains("Ã")),
        "retracted_diagnosis": ("lpr_a_diagnose", pl.col("senere_afkraeftet") == "Ja"),
        "end_before_start": ("lpr_adm", pl.col("d_uddto") < pl.col("d_inddto")),
    }
    for defect, (table, sign) in signs.items():
        assert whole(delivery, table).filter(sign).height == logged.get((table, defect), 0) > 0, defect


def test_every_defect_has_a_way_to_be_planted_and_tables_that_can_have_it():
    """A table of another register gets the same defects once its contract has the columns."""
    assert {*ADDED, *CHANGED} == set(DEFECTS)
    for name, planting in (ADDED | CHANGED).items():
        who = {t.name for t in TABLES.values() if planting.can(t, {c.name: c.aliases[0] for c in t.columns})}
        where = defect_table()[name].where
        assert who, name
        if where == "every table":
            assert who == set(TABLES)
        if where == "lab":
            assert "lab_dm_forsker" in who, name
        if where.startswith("diagnoses"):
            assert {"lpr_a_diagnose", "diagnoser"} <= who, name
        if where.startswith("contacts"):
            assert {"lpr_a_kontakt", "kontakter"} <= who, name


def test_contact_keys_of_planted_rows_are_those_of_no_true_contact(tables, planted):
    delivery, log = planted
    for table, key in CONTACT_KEYS.items():
        true = whole(tables, table)[key]
        extra = pl.concat([frame[tables[file].height :] for file, frame in delivery.items() if file[1] == table])
        copies = log.filter((pl.col("table") == table) & (pl.col("defect") == "duplicate_row"))["n_rows"].sum()
        assert extra[key].is_in(true.implode()).sum() == copies


def test_planting_is_repeatable_and_a_defect_does_not_depend_on_the_others(tables, shard, planted, world):
    again, log = plant_defects(tables, shard, world)  # into text: how names are held changes nothing
    for key, frame in again.items():
        assert_frame_equal(frame, planted[0][key])
    alone = dataclasses.replace(world, delivered=DeliveredSettings(defects={"icd8_code": 0.004}))
    _, log_alone = plant_defects(tables, shard, alone)
    assert_frame_equal(log_alone, log.filter(defect="icd8_code"))


def test_a_world_without_defects_delivers_clean_tables(tables, shard, world):
    delivery, log = plant_defects(tables, shard, dataclasses.replace(world, delivered=DeliveredSettings()))
    assert log.height == 0
    assert all(delivery[key] is frame for key, frame in tables.items())


def test_the_log_keeps_its_contract(planted):
    check_table(planted[1], TruthDefect, place="truth_defects")


def test_the_table_of_defects_is_numbered_and_names_every_defect_of_rows():
    entries = list(defect_table().values())
    assert [entry.id for entry in entries] == [f"D{number:02d}" for number in range(1, len(entries) + 1)]
    assert len(entries) >= 30
    of_rows = {entry.name for entry in entries if entry.planted.startswith("rows")}
    assert of_rows == set(DEFECTS)
    assert {entry.name for entry in entries if entry.planted == "rows changed"} == CHANGED_IN_PLACE
    for entry in entries:
        assert bool(entry.rule) == (entry.fate in ("quarantined", "dropped")), entry.name
        assert entry.stage == "" or entry.rule
        assert entry.what
        assert entry.where


@pytest.mark.parametrize("leave_out", [("lab",), ("lpr2", "lpr3"), ("bef", "dod")])
def test_a_register_that_is_not_delivered_changes_no_other_table(tables, shard, world, leave_out):
    registers = tuple(name for name in REGISTERS if name not in leave_out)
    fewer = emit_tables(shard, dataclasses.replace(world, delivered=DeliveredSettings(registers=registers)))
    assert {register for register, _, _ in fewer} == {register for register, _, _ in tables} - set(leave_out)
    for key, frame in read(fewer).items():
        assert_frame_equal(frame, tables[key])


def test_years_before_the_first_one_delivered_are_left_out(tables, shard, world):
    settings = DeliveredSettings(first_year={"lab": 2015, "lmdb": 2012})
    fewer = emit_tables(shard, dataclasses.replace(world, delivered=settings))
    assert min(year for _, table, year in fewer if table == "lab_dm_forsker") == 2015
    assert min(year for _, table, year in fewer if table == "lmdb") == 2012
    assert {key for key in tables if key[0] not in ("lab", "lmdb")} <= set(fewer)


def deliver(shard, world, **settings):
    return emit_delivery(shard, dataclasses.replace(world, delivered=DeliveredSettings(**settings)))


def test_a_delivery_has_one_file_per_table_and_year_by_path(tables, shard, world):
    files, log = deliver(shard, world)
    assert set(files) == {f"{register}/{table}_{year}" for register, table, year in tables}
    assert log.is_empty()
    check_delivery({f"{name}.parquet": frame.schema for name, frame in files.items()})


def test_letter_case_and_types_change_by_year_and_are_the_same_in_every_shard(shard, world):
    files, log = deliver(shard, world, letter_case=True, type_drift=True)
    other, _ = deliver(simulate_shard(dataclasses.replace(world, n_persons=3_000), 1), world,
                       letter_case=True, type_drift=True)  # fmt: skip
    for name in set(files) & set(other):
        assert files[name].schema == other[name].schema, name
    columns = {year: files[f"lmdb/lmdb_{year}"].columns[:2] for year in (2016, 2017, 2018)}
    assert columns == {2016: ["pnr", "eksd"], 2017: ["PNR", "EKSD"], 2018: ["Pnr", "Eksd"]} or sorted(
        map(tuple, columns.values())
    ) == [("PNR", "EKSD"), ("Pnr", "Eksd"), ("pnr", "eksd")]
    kinds = {files[f"lmdb/lmdb_{year}"].to_series(1).dtype for year in (2016, 2017, 2018)}
    assert kinds == {pl.Date, pl.String, pl.Int64}
    check_delivery({f"{name}.parquet": frame.schema for name, frame in files.items()})
    assert set(log["defect"]) == {"mixed_case", "wrong_date_type", "lost_zeros"}


def test_half_a_year_lies_beside_the_whole_year(shard, world):
    files, log = deliver(shard, world, half_year_files=(2018,))
    half, year = files["lmdb/lmdb_2018_06"], files["lmdb/lmdb_2018"]
    assert half["eksd"].max() < dt.date(2018, 7, 1) < year["eksd"].max()
    assert_frame_equal(half, year.filter(pl.col("eksd") < dt.date(2018, 7, 1)))
    assert log.select("defect", "n_rows").rows() == [("half_year_overlap", half.height)]


def test_a_year_comes_again_in_a_later_folder_and_the_first_delivery_knew_less(tables, shard, world):
    files, log = deliver(shard, world, redelivered={"lpr3": (2020,)})
    first, again = files["lpr3/lpr_a_kontakt_2020"], files["lpr3/redelivered_2025/lpr_a_kontakt_2020"]
    assert_frame_equal(again, tables["lpr3", "lpr_a_kontakt", 2020])
    end = pl.col("kont_sluttidspunkt")
    later = again.filter(end.dt.year() > 2020)
    assert later.height > 0
    assert_frame_equal(first, again.with_columns(pl.when(end.dt.year() <= 2020).then(end)))
    counts = dict(log.filter(table="lpr_a_kontakt").select("defect", "n_rows").iter_rows())
    assert counts == {"older_version": later.height, "redelivered_year": again.height - later.height}
