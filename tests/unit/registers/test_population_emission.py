"""How the registers of people and their means are delivered, and that the intake finds the people again."""

import dataclasses
import datetime as dt
from collections import defaultdict

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.registers.rows import SETTINGS
from tests.unit.simulation.worlds import build_world

from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key
from evidens.registers import TABLES, intake_bucket, pseudonymise_batch, read_number_links
from evidens.registers.akm.emit import emit_akm
from evidens.registers.bef.emit import COLUMNS, emit_bef, snapshot_days
from evidens.registers.cpr.emit import NUMBER_COLUMNS, carry_old_numbers, emit_cpr
from evidens.registers.dod.emit import emit_dod
from evidens.registers.dodsaasg.emit import emit_dodsaasg
from evidens.registers.emission_files import as_text
from evidens.registers.faik.emit import emit_faik
from evidens.registers.ind.emit import emit_ind
from evidens.registers.lmdb.emit import emit_lmdb
from evidens.registers.udda.emit import emit_udda
from evidens.registers.vnds.emit import emit_successors, emit_vnds
from evidens.simulation import simulate_shard
from evidens.simulation.lives import draw_lives
from evidens.simulation.number_changes import describe_number_changes
from evidens.simulation.people import draw_people
from evidens.simulation.person_numbers import has_valid_checksum
from evidens.simulation.quarters import Calendar

WORLD = build_world("demo", n_persons=2_000, shard_persons=2_000, oracle_share=0.01)
EMITTERS = (emit_bef, emit_dod, emit_vnds, emit_dodsaasg, emit_udda, emit_ind, emit_faik, emit_akm, emit_lmdb)


@pytest.fixture(scope="module")
def shard():
    """A shard in which every tenth person changes number."""
    calendar = Calendar.between(WORLD.start_on, WORLD.end_on)
    people = draw_people(WORLD, calendar, 0)
    simulated = simulate_shard(WORLD, 0)
    lives = draw_lives(people, WORLD, calendar, 0)
    changes = describe_number_changes(simulated.persons["pnr"], people, lives, WORLD, 0, share=0.1)
    return dataclasses.replace(simulated, number_changes=changes)


@pytest.fixture(scope="module")
def tables(shard):
    return {key: as_text(frame) for emit in EMITTERS for key, frame in emit(shard, WORLD).items()}


@pytest.fixture(scope="module")
def bef(tables):
    return pl.concat([frame for (_, table, _), frame in tables.items() if table == "bef"])


def take_in(tables, links=()):
    """Pseudonymise emitted tables and take them in as one bucket."""
    key = demonstration_key(WORLD.seed)
    persons, contacts, settings = PseudonymMap(key, "person"), PseudonymMap(key, "contact"), PseudonymSettings()
    numbers = read_number_links(links, simulated=True, settings=settings)
    kept = defaultdict(list)
    for (_, name, _), frame in tables.items():
        batch = pseudonymise_batch(
            frame, TABLES[name], persons=persons, contacts=contacts, links=None, simulated=True, settings=settings,
            current=numbers.current,
        )  # fmt: skip
        kept[name].append(batch.kept)
    kept = {name: pl.concat(parts) for name, parts in kept.items()}
    return intake_bucket(kept, SETTINGS, delivery="test", data_lock_on=WORLD.end_on), persons


@pytest.fixture(scope="module")
def intake(tables):
    return take_in(tables)[0]


def test_snapshots_are_yearly_to_2007_and_quarterly_from_2008():
    days = snapshot_days(WORLD)
    assert days[:4] == [dt.date(2005, 12, 31), dt.date(2006, 12, 31), dt.date(2007, 12, 31), dt.date(2008, 3, 31)]
    assert days[-2:] == [dt.date(2025, 3, 31), dt.date(2025, 6, 30)]
    assert len(days) == 3 + 17 * 4 + 2


def test_a_snapshot_has_exactly_those_who_live_in_the_country_that_day(bef, shard):
    for day in snapshot_days(WORLD)[::7]:
        there = shard.residence.filter(
            (pl.col("from_on") <= day) & (pl.col("to_on").is_null() | (pl.col("to_on") > day))
        ).select("pnr", "region", "municipality")
        found = bef.filter(referencetid=day).select("pnr", region="reg", municipality="kom")
        assert_frame_equal(found, there)


def test_a_file_has_the_registers_columns_and_is_sorted(tables):
    for (_, table, year), frame in tables.items():
        if table == "bef":
            assert tuple(frame.columns) == COLUMNS
            assert (frame["referencetid"].dt.year() == year).all()
            key = ["pnr", "referencetid"]
            assert_frame_equal(frame.select(key), frame.select(key).sort(key))


def test_age_is_in_completed_years_on_the_day(bef):
    born, on = (pl.col(name).dt.strftime("%m%d") for name in ("foed_dag", "referencetid"))
    years = pl.col("referencetid").dt.year() - pl.col("foed_dag").dt.year() - (on < born).cast(pl.Int32)
    assert bef.filter(pl.col("alder") != years).is_empty()


def test_a_family_number_changes_with_a_move_and_when_a_child_leaves_home(bef, shard):
    grown = (
        bef.filter(pl.col("alder") >= 20).group_by("pnr").agg(pl.col("familie_id").n_unique(), pl.col("reg").n_unique())
    )
    assert grown.filter((pl.col("familie_id") > 1) != (pl.col("reg") > 1)).is_empty()
    assert grown.filter(pl.col("familie_id") > 1).height > 50
    homes = shard.households.filter(pl.col("mother").is_not_null()).select("pnr", "childhood_family")
    children = bef.filter(pl.col("alder") < 20).join(homes, on="pnr")
    assert (children["familie_id"] == children["childhood_family"]).all()


def test_children_are_unmarried_and_spouses_are_lost_by_death(bef, shard):
    assert set(bef.filter(pl.col("alder") < 18)["civst"]) == {"U"}
    assert bef.filter(pl.col("alder") < 18)["aegte_id"].null_count() == bef.filter(pl.col("alder") < 18).height
    married = bef.filter(pl.col("civst") == "G")
    assert married["aegte_id"].null_count() == 0
    spouses = married.join(shard.deaths.rename({"pnr": "aegte_id"}), on="aegte_id", how="left")
    assert spouses.filter(pl.col("died_on") <= pl.col("referencetid")).is_empty()
    lost = bef.join(shard.households.filter(civil_status="married").select("pnr", "partner"), on="pnr")
    lost = lost.join(shard.deaths.rename({"pnr": "partner"}), on="partner")
    lost = lost.filter((pl.col("died_on") <= pl.col("referencetid")) & (pl.col("alder") >= 18))
    assert lost.height > 50
    assert set(lost["civst"]) == {"E"}


def test_the_intake_finds_everyone_also_those_whose_number_fails_the_check_digit(intake, bef):
    numbers = bef["pnr"].unique()
    failing = ~has_valid_checksum(numbers.cast(pl.Int64).to_numpy())
    assert failing.sum() > 5
    assert intake.persons.height == numbers.len()


def test_residence_is_found_to_the_quarter(intake, shard):
    """Every true spell of at least two quarters after the first snapshot is found, with moves within half a quarter."""
    key = demonstration_key(WORLD.seed)
    truth = shard.residence.with_columns(person_id=PseudonymMap(key, "person").ids(shard.residence["pnr"]))
    moved = (pl.col("region") != pl.col("region").shift(-1)) & (pl.col("person_id") == pl.col("person_id").shift(-1))
    touches = pl.col("to_on") == pl.col("from_on").shift(-1)
    moves = truth.filter(moved & touches & (pl.col("to_on") > dt.date(2008, 6, 30))).select("person_id", on="to_on")
    seen = intake.residence.with_columns(
        is_move=(pl.col("person_id") == pl.col("person_id").shift(1)) & (pl.col("from_on") == pl.col("to_on").shift(1))
    ).filter("is_move")
    both = moves.join(seen, on="person_id")
    assert both.height > 50
    assert ((both["on"] - both["from_on"]).dt.total_days().abs() <= 46).mean() > 0.98


def test_both_shapes_of_migrations_give_the_same_residence(tables, shard, intake):
    others = {key: frame for key, frame in tables.items() if key[0] != "vnds"} | emit_successors(shard, WORLD)
    assert {key[1] for key in others if key[0] == "vnds"} == {"vnds_ind", "vnds_ud"}
    found, _ = take_in(others)
    assert_frame_equal(found.residence, intake.residence)


def test_causes_lag_behind_deaths(tables, shard):
    years = {year for _, table, year in tables if table == "dodsaasg"}
    assert max(years) == WORLD.end_on.year - 3 < max(year for _, table, year in tables if table == "dod")
    rows = pl.concat([frame for (_, table, _), frame in tables.items() if table == "dodsaasg"])
    assert rows.height == shard.deaths.filter(pl.col("died_on").dt.year() <= max(years)).height
    pages = rows.filter(c_dodtilgrundl_acme="R990")
    assert 0 < pages.height < 0.2 * rows.height
    assert set(pages["c_dodsmaade"]) == {"5"}
    assert pages["c_dod_1a"].null_count() == pages.height


def test_means_become_events_of_their_code_systems(intake):
    of = {
        register: intake.events.filter(register=register)
        for register in ("udda", "ind", "faik", "akm", "dodsaasg")
    }  # fmt: skip
    assert set(of["udda"]["code"]) == {"EDUCATION/low", "EDUCATION/medium", "EDUCATION/high"}
    assert set(of["ind"]["code"]) == {"INCOME/equivalised"}
    assert of["faik"].height > 0  # children, of whom IND does not tell
    assert "LABOUR/retired" in set(of["akm"]["code"])
    assert of["dodsaasg"]["code"].str.starts_with("CAUSE/").all()
    incomes = intake.events.filter(code="INCOME/equivalised")
    assert incomes.select(pl.struct("person_id", "event_at").is_unique().all()).item()


def test_every_register_has_the_old_number_in_files_of_the_years_before_the_change(tables, shard):
    changed = shard.number_changes
    carried = carry_old_numbers(tables, changed)
    n_carried = 0
    for key, frame in carried.items():
        year_of = changed.with_columns(year=pl.col("valid_from").dt.year())
        now, before = set(year_of.filter(pl.col("year") <= key[2])["pnr_old"]), year_of.filter(pl.col("year") > key[2])
        for column in set(NUMBER_COLUMNS) & set(frame.columns):
            held = set(frame[column].drop_nulls())
            assert not held & now
            assert not held & set(before["pnr"])
            n_carried += len(held & set(before["pnr_old"]))
        assert_frame_equal(frame.drop(*NUMBER_COLUMNS, strict=False), tables[key].drop(*NUMBER_COLUMNS, strict=False))
    assert n_carried > 1_000
    assert set(carried) == set(tables)


def test_a_person_who_changed_number_is_one_person_with_the_link_and_two_without(tables, shard, intake):
    carried = carry_old_numbers(tables, shard.number_changes)
    linked, _ = take_in(carried, emit_cpr(shard, WORLD).values())
    assert_frame_equal(linked.persons, intake.persons)
    assert_frame_equal(linked.residence, intake.residence)
    assert_frame_equal(linked.events, intake.events)
    apart, _ = take_in(carried)
    assert apart.persons.height > intake.persons.height + 50


def test_the_link_holds_who_changed_and_nothing_where_nobody_did(shard):
    [(key, link)] = emit_cpr(shard, WORLD).items()
    assert key == ("cpr", "pnr_link", 2025)
    assert link.columns == ["pnr_old", "pnr_new", "valid_from"]
    assert set(link["pnr_new"]) == set(shard.number_changes["pnr"])
    nobody = dataclasses.replace(shard, number_changes=shard.number_changes.clear())
    assert emit_cpr(nobody, WORLD) == {}
