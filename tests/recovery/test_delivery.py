"""The intake against what was planted: what each defect becomes is what the table of defects says, row by row."""

import dataclasses
from collections import defaultdict

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.registers.rows import SETTINGS
from tests.unit.registers.through import take_in_files
from tests.unit.simulation.worlds import build_world

from evidens.registers import TABLES
from evidens.registers.defect_table import defect_table
from evidens.registers.emission import emit_delivery
from evidens.simulation import simulate_shard
from evidens.simulation.delivered import DEFECTS, REGISTERS, DeliveredSettings
from evidens.study.formats import read_batches

KEY = ["stage", "table", "fate", "rule"]
RATE = 0.004


def groups_of_defects():
    """Defects in groups in which no two are left out by the same rule, so that the account tells them apart."""
    groups = defaultdict(list)
    seen = defaultdict(int)
    for name in DEFECTS:
        entry = defect_table()[name]
        rule = entry.rule or entry.fate
        groups[seen[rule]].append(name)
        seen[rule] += 1
    return [groups[number] for number in sorted(groups)]


@pytest.fixture(scope="module")
def world():
    return build_world("tiny", n_persons=1_200, shard_persons=1_200, delivered={})


@pytest.fixture(scope="module")
def shard(world):
    return simulate_shard(world, 0)


@pytest.fixture(scope="module")
def clean(world, shard):
    return take_in_files(emit_delivery(shard, world)[0], world, SETTINGS)


def deliver(shard, world, **delivered):
    return emit_delivery(shard, dataclasses.replace(world, delivered=DeliveredSettings(**delivered)))


def counts(account):
    rows = account.filter(pl.col("n_rows") > 0).group_by(KEY).agg(pl.col("n_rows").sum())
    return {row[:4]: row[4] for row in rows.iter_rows()}


def expected_change(log):
    """What the account must have more than that of the clean delivery: every row in, and out by its rule."""
    change = defaultdict(int)
    for row in log.filter(pl.col("fate") != "repaired").iter_rows(named=True):
        table, n = row["table"], row["n_rows"]
        change["pseudonymise", table, "in", ""] += n
        if row["stage"] == "pseudonymise":
            change["pseudonymise", table, row["fate"], row["rule"]] += n
            continue
        change["pseudonymise", table, "kept", ""] += n
        change["intake", table, "in", ""] += n
        change["intake", table, row["fate"], row["rule"]] += n
    return dict(change)


def found_change(clean, messy):
    before, after = counts(clean.account), counts(messy.account)
    return {key: n for key in {*before, *after} if (n := after.get(key, 0) - before.get(key, 0))}


def same_facts(one, other):
    for name in ("events", "persons", "residence"):
        assert_frame_equal(getattr(one.intake, name), getattr(other.intake, name))


@pytest.mark.parametrize("defects", groups_of_defects(), ids=lambda names: f"{len(names)} defects")
def test_every_planted_row_leaves_by_its_rule_and_no_other_row_does(shard, world, clean, defects):
    """Tables may lack a defect, the world must not: each one is planted somewhere."""
    files, log = deliver(shard, world, defects=dict.fromkeys(defects, RATE))
    messy = take_in_files(files, world, SETTINGS)
    assert set(log["defect"]) == set(defects)
    assert found_change(clean, messy) == expected_change(log)
    if not log.filter(fate="kept").height:
        same_facts(clean, messy)


def test_rows_that_are_kept_add_contacts_and_nothing_else(shard, world, clean):
    kept = [name for name in DEFECTS if defect_table()[name].fate == "kept"]
    files, log = deliver(shard, world, defects=dict.fromkeys(kept, RATE))
    messy = take_in_files(files, world, SETTINGS)
    fewer = messy.intake.events.join(clean.intake.events.unique(), on=["person_id", "code", "event_at"], how="anti")
    assert fewer.is_empty() or set(fewer["code"].str.split("/").list.first()) == {"CONTACT"}
    assert messy.intake.events.height - clean.intake.events.height <= log["n_rows"].sum()
    assert_frame_equal(messy.intake.persons, clean.intake.persons)


@pytest.mark.parametrize(
    ("delivered", "defects"),
    [
        ({"letter_case": True}, {"mixed_case"}),
        ({"type_drift": True}, {"wrong_date_type", "lost_zeros"}),
        ({"letter_case": True, "type_drift": True}, {"mixed_case", "wrong_date_type", "lost_zeros"}),
    ],
    ids=["letter case", "types", "both"],
)
def test_letter_case_and_physical_types_change_no_fact_and_no_count(shard, world, clean, delivered, defects):
    files, log = deliver(shard, world, **delivered)
    messy = take_in_files(files, world, SETTINGS)
    assert set(log["defect"]) == defects
    assert found_change(clean, messy) == {}
    same_facts(clean, messy)


@pytest.mark.parametrize("type_drift", [False, True], ids=["usual types", "types that drift"])
def test_a_delivery_as_text_in_latin_1_gives_the_same_facts_as_one_in_parquet(world, tmp_path, type_drift):
    small = dataclasses.replace(world, n_persons=300, shard_persons=300)
    small = dataclasses.replace(small, delivered=DeliveredSettings(type_drift=type_drift))
    files, _ = emit_delivery(simulate_shard(small, 0), small)
    read = {}
    for name, frame in files.items():
        path = tmp_path / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(frame.write_csv(separator=";").encode("latin-1"))
        read[name] = pl.concat(read_batches(path, 5_000))
        assert set(read[name].schema.values()) == {pl.String}
        assert read[name].height == frame.height
    one, other = take_in_files(files, small, SETTINGS), take_in_files(read, small, SETTINGS)
    same_facts(one, other)
    assert counts(one.account) == counts(other.account)


def test_the_half_year_file_beside_the_whole_year_changes_no_fact(shard, world, clean):
    files, log = deliver(shard, world, half_year_files=(2018, 2020))
    assert {"lmdb/lmdb_2018_06", "lmdb/lmdb_2020_06"} <= set(files)
    messy = take_in_files(files, world, SETTINGS)
    assert found_change(clean, messy) == expected_change(log)
    same_facts(clean, messy)


@pytest.mark.parametrize(
    "again",
    [dict.fromkeys(set(REGISTERS) - {"lpr2", "lpr3", "cpr", "faik"}, (2014,)) | {"faik": (2022,)},
     {"lpr2": (2012,), "lpr3": (2020, 2021)}],
    ids=["rows", "contacts"],
)  # fmt: skip
def test_a_year_that_is_delivered_again_counts_once_and_its_latest_version_holds(shard, world, clean, again):
    files, log = deliver(shard, world, redelivered=again)
    assert sum("redelivered_2025" in name for name in files) >= sum(map(len, again.values()))
    messy = take_in_files(files, world, SETTINGS)
    same_facts(clean, messy)
    linked = {name for name in log["table"].unique() if TABLES[name].is_linked}
    found, wanted = found_change(clean, messy), expected_change(log)
    assert {k: n for k, n in found.items() if k[1] not in linked} == {
        k: n for k, n in wanted.items() if k[1] not in linked
    }  # fmt: skip
    if "lpr3" in again:
        assert linked
        assert log.filter(defect="older_version")["n_rows"].sum() > 0
        for table in linked:  # what is left out by a rule of its own is left out twice by it
            left_out = sum(n for (stage, name, fate, _), n in found.items()
                           if name == table and fate in ("dropped", "quarantined"))  # fmt: skip
            assert left_out == log.filter(table=table)["n_rows"].sum()


def test_all_of_it_at_once_changes_no_fact_that_is_not_a_contact(shard, world, clean):
    files, log = deliver(
        shard, world, letter_case=True, type_drift=True, half_year_files=(2018,), redelivered={"lpr3": (2020,)},
        defects={name: RATE for name in DEFECTS if defect_table()[name].fate != "kept" and name != "reused_key"},
    )  # fmt: skip
    messy = take_in_files(files, world, SETTINGS)
    same_facts(clean, messy)
    assert {entry.name for entry in defect_table().values() if entry.planted == "files"} <= set(log["defect"])
