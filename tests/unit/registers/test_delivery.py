"""A simulated delivery goes through checks, pseudonyms and intake, and every planted defect is found again."""

import datetime as dt
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest
import yaml
from tests.unit.registers.rows import SETTINGS

from evidens.contracts import check_table
from evidens.events import Event, Person, Residence
from evidens.foundation import build_settings
from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key, find_identifiers_in_frame
from evidens.registers import (
    TABLES,
    add_accounts,
    check_accounts,
    check_delivery,
    intake_bucket,
    link_contacts,
    pseudonymise_batch,
)
from evidens.registers.emission import emit_tables, plant_defects
from evidens.simulation import WorldSettings, simulate_shard

_TINY = Path(__file__).parents[3] / "conf" / "simulation" / "tiny.yaml"
N_PERSONS = 800


class Run:
    """The simulated delivery and what became of it."""

    def __init__(self):
        given = yaml.safe_load(_TINY.read_text()) | {"n_persons": N_PERSONS, "shard_persons": N_PERSONS}
        self.world = build_settings(WorldSettings, given, place="conf/simulation/tiny.yaml")
        self.shard = simulate_shard(self.world, 0)
        self.raw, self.planted = plant_defects(emit_tables(self.shard, self.world), 0, self.world)
        key = demonstration_key(self.world.seed)
        self.persons, contacts = PseudonymMap(key, "person"), PseudonymMap(key, "contact")
        accounts, links, self.tables = [], defaultdict(list), {}
        for name, table in TABLES.items():
            known = link_contacts(links[table.register]) if table.is_linked else None
            batches = [
                pseudonymise_batch(rows, table, persons=self.persons, contacts=contacts, links=known, simulated=True,
                                   settings=PseudonymSettings())
                for (_, delivered, _), rows in self.raw.items() if delivered == name
            ]  # fmt: skip
            if batches:
                links[table.register].extend(batch.links for batch in batches)
                accounts.extend(batch.account for batch in batches)
                self.tables[name] = pl.concat([batch.kept for batch in batches])
        self.intake = intake_bucket(self.tables, SETTINGS, delivery="simulated", data_lock_on=self.world.end_on)
        self.accounts = add_accounts([*accounts, self.intake.account])

    def n_rows(self, table, *rules):
        return self.accounts.filter(pl.col("table") == table, pl.col("rule").is_in(rules))["n_rows"].sum()

    def n_planted(self, table, *defects):
        return self.planted.filter(pl.col("table") == table, pl.col("defect").is_in(defects))["n_rows"].sum()


@pytest.fixture(scope="module")
def run():
    return Run()


def test_the_contracts_accept_exactly_what_is_emitted(run):
    check_delivery({f"{register}/{name}_{year}": rows.schema for (register, name, year), rows in run.raw.items()})


def test_the_result_keeps_its_contracts_and_holds_no_delivered_key(run):
    check_table(run.intake.events, Event, place="events")
    check_table(run.intake.persons, Person, place="persons")
    check_table(run.intake.residence, Residence, place="residence")
    frames = [*run.tables.values(), *run.intake.quarantined.values(), run.intake.events, run.intake.persons]
    assert [find_identifiers_in_frame(frame) for frame in frames] == [{}] * len(frames)
    check_accounts(run.accounts, max_quarantined_share=SETTINGS.max_quarantined_share)


def test_rows_without_a_person_are_as_many_as_were_planted(run):
    for table in ("bef", "lpr_adm", "lpr_a_kontakt", "lmdb", "lab_dm_forsker"):
        assert run.n_rows(table, "no person key") == run.n_planted(table, "missing_person_key"), table


def test_duplicates_and_orphans_are_as_many_as_were_planted(run):
    for table in ("bef", "dod", "vnds", "lpr_adm", "lpr_a_kontakt", "lmdb", "lab_dm_forsker"):
        assert run.n_rows(table, "exact duplicate row") == run.n_planted(table, "duplicate_row"), table
    for table in ("lpr_diag", "lpr_a_diagnose"):
        assert run.n_rows(table, "diagnosis repeated on its contact") == run.n_planted(table, "duplicate_row"), table
        assert run.n_rows(table, "no contact with this key") == run.n_planted(table, "orphan_diagnosis"), table


@pytest.mark.parametrize(
    ("table", "defect", "rules"),
    [
        ("lmdb", "missing_code", ["no code"]),
        ("lmdb", "negative_packs", ["no packs or fewer"]),
        ("lmdb", "impossible_date", ["date before birth"]),
        ("lab_dm_forsker", "impossible_date", ["date before birth"]),
        ("lab_dm_forsker", "nonsense_value", ["value neither a number nor a known word", "cancelled analysis"]),
        ("lpr_a_kontakt", "older_system_row", ["row of an older reporting system"]),
        ("lpr_a_diagnose", "retracted_diagnosis", ["diagnosis retracted later"]),
        ("lpr_adm", "impossible_date", ["date after the data lock", "date after death"]),
        ("lpr_diag", "code_without_prefix", ["code that is no ICD-10 code"]),
        ("lpr_a_diagnose", "code_without_prefix", ["code that is no ICD-10 code"]),
        ("lpr_diag", "missing_code", ["no code"]),
    ],
)
def test_every_planted_defect_is_found_by_the_rule_made_for_it(run, table, defect, rules):
    assert run.n_rows(table, *rules) == run.n_planted(table, defect)


def test_all_defects_of_the_world_were_planted_at_least_once(run):
    assert set(run.planted["defect"]) == {name for name, rate in run.world.delivered.defects.items() if rate}


def test_results_and_dispensings_of_known_people_all_become_events(run):
    known = set(run.intake.persons["person_id"])
    for truth, register in ((run.shard.results, "lab"), (run.shard.dispensings, "lmdb")):
        ids = run.persons.ids(truth["pnr"])
        assert run.intake.events.filter(pl.col("register") == register).height == ids.is_in(known).sum()


def test_people_are_who_they_were_simulated_as(run):
    truth = run.shard.persons.with_columns(person_id=run.persons.ids(run.shard.persons["pnr"]))
    both = run.intake.persons.join(truth, on="person_id", how="left", suffix="_true")
    assert both.height >= 0.99 * N_PERSONS
    for column in ("sex", "born_on", "origin"):
        assert both.filter(pl.col(column) != pl.col(f"{column}_true")).is_empty(), column


def test_on_the_day_after_a_snapshot_everyone_lives_where_they_truly_live(run):
    day = dt.date(2016, 1, 1)
    link = run.shard.persons.select("pnr").with_columns(person_id=run.persons.ids(run.shard.persons["pnr"]))
    truth, found = (
        spells.filter((pl.col("from_on") <= day) & (pl.col("to_on").is_null() | (pl.col("to_on") > day)))
        .select("person_id", "region").sort("person_id")
        for spells in (run.shard.residence.join(link, on="pnr"), run.intake.residence)
    )  # fmt: skip
    assert found.equals(truth)
