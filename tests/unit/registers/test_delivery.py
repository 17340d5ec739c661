"""A simulated delivery with every row defect goes through checks, pseudonyms and intake, and people come out."""

import datetime as dt

import polars as pl
import pytest
from tests.unit.registers.rows import SETTINGS
from tests.unit.registers.through import take_in_files
from tests.unit.simulation.worlds import build_world

from evidens.contracts import check_table
from evidens.events import Event, Person, Residence
from evidens.privacy import find_identifiers_in_frame
from evidens.registers import check_accounts, check_delivery
from evidens.registers.defect_table import defect_table
from evidens.registers.emission import emit_delivery
from evidens.simulation import simulate_shard
from evidens.simulation.delivered import DEFECTS

N_PERSONS = 800


class Run:
    """The simulated delivery and what became of it."""

    def __init__(self):
        self.world = build_world("tiny", n_persons=N_PERSONS, shard_persons=N_PERSONS,
                                 delivered={"defects": dict.fromkeys(DEFECTS, 0.002)})  # fmt: skip
        self.shard = simulate_shard(self.world, 0)
        self.raw, self.planted = emit_delivery(self.shard, self.world)
        self.tables, self.intake, self.accounts, self.persons = take_in_files(self.raw, self.world, SETTINGS)


@pytest.fixture(scope="module")
def run():
    return Run()


def test_the_contracts_accept_exactly_what_is_emitted(run):
    check_delivery({name: rows.schema for name, rows in run.raw.items()})


def test_the_result_keeps_its_contracts_and_holds_no_delivered_key(run):
    check_table(run.intake.events, Event, place="events")
    check_table(run.intake.persons, Person, place="persons")
    check_table(run.intake.residence, Residence, place="residence")
    frames = [*run.tables.values(), *run.intake.quarantined.values(), run.intake.events, run.intake.persons]
    assert [find_identifiers_in_frame(frame) for frame in frames] == [{}] * len(frames)
    check_accounts(run.accounts, max_quarantined_share={"other": 0.25})


@pytest.mark.parametrize("stage", ["pseudonymise", "intake"])
def test_every_rule_of_the_table_of_defects_is_a_rule_of_the_account(run, stage):
    named = {entry.rule for entry in defect_table().values() if entry.stage == stage and entry.planted == "rows added"}
    assert named <= set(run.accounts.filter(stage=stage)["rule"])


def test_results_and_dispensings_of_known_people_all_become_events(run):
    """Corrections take their dispensing with them, and a few results have no national code or no value."""
    known = set(run.intake.persons["person_id"])
    for truth, register, least in ((run.shard.results, "lab", 0.97), (run.shard.dispensings, "lmdb", 0.98)):
        n_true = run.persons.ids(truth["pnr"]).is_in(known).sum()
        n_events = run.intake.events.filter(pl.col("register") == register).height
        assert least * n_true < n_events <= n_true


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
