"""What one shard promises: it depends on nothing but its world and its number, and its people live one life each."""

import dataclasses
import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.simulation.worlds import build_world

from evidens.contracts import check_table
from evidens.simulation import Shard, simulate_shard
from evidens.simulation.contract import TruthPerson, TruthRisk

FRAMES = [field.name for field in dataclasses.fields(Shard) if field.name != "number"]
DATED = {
    "contacts": pl.col("start_at").dt.date(),
    "dispensings": pl.col("dispensed_on"),
    "results": pl.col("sampled_on"),
}


@pytest.fixture(scope="module")
def moments(shard):
    """Everything that is recorded of a person, with its day, code and source."""
    contacts = shard.contacts.join(shard.diagnoses.filter(pl.col("kind") == "A"), on="contact_number")
    coded = {
        "contacts": (contacts, "code"),
        "dispensings": (shard.dispensings, "atc"),
        "results": (shard.results, "analysis"),
    }
    return pl.concat(
        frame.select("pnr", on=DATED[name], code=pl.col(code).cast(pl.String), source=pl.lit(name))
        for name, (frame, code) in coded.items()
    )


def test_the_same_shard_twice_is_the_same_shard(world, shard):
    again = simulate_shard(world, 1)
    for name in FRAMES:
        assert_frame_equal(getattr(shard, name), getattr(again, name), check_exact=True)


def test_shards_share_no_person_and_no_contact(world, shard):
    other = simulate_shard(world, 0)
    assert not set(shard.persons["pnr"]) & set(other.persons["pnr"])
    assert not set(shard.contacts["contact_number"]) & set(other.contacts["contact_number"])


def test_a_shard_does_not_ask_how_many_people_the_other_shards_have(world, shard):
    fewer = dataclasses.replace(world, n_persons=3_000 - 1)  # the last shard loses one: this one is the last
    assert fewer.n_shards == world.n_shards
    assert_frame_equal(simulate_shard(fewer, 0).results, simulate_shard(world, 0).results)


def test_layers_do_not_disturb_each_other(world, shard):
    ratios = dict(world.incidence_multiplier) | {"colorectal_cancer": 1.0}
    calmer = simulate_shard(dataclasses.replace(world, incidence_multiplier=ratios), 1)
    for name in ("persons", "residence", "deaths", "migrations"):
        assert_frame_equal(getattr(shard, name), getattr(calmer, name))
    diabetes = pl.col("outcome") == "type_2_diabetes"
    assert_frame_equal(shard.truth_persons.filter(diabetes), calmer.truth_persons.filter(diabetes))
    assert_frame_equal(shard.truth_risk.filter(diabetes), calmer.truth_risk.filter(diabetes))
    hba1c = pl.col("analysis") == "NPU27300"
    assert_frame_equal(
        shard.results.filter(hba1c).drop("minute"), calmer.results.filter(hba1c).drop("minute"), check_exact=True
    )


def test_the_truth_keeps_its_contracts(shard):
    check_table(shard.truth_persons, TruthPerson, place="truth_persons")
    check_table(shard.truth_risk, TruthRisk, place="truth_risk")


def test_nothing_is_recorded_outside_residence_and_life(shard, moments):
    joined = moments.sort("on").join_asof(
        shard.residence.sort("from_on"), left_on="on", right_on="from_on", by="pnr", check_sortedness=False
    )
    outside = joined.filter(pl.col("from_on").is_null() | (pl.col("to_on") <= pl.col("on")))
    assert outside.height == 0
    ends = shard.contacts.join(shard.deaths, on="pnr").filter(pl.col("end_at").dt.date() > pl.col("died_on"))
    assert ends.height == 0


def test_spells_of_residence_do_not_overlap(shard):
    ordered = shard.residence.sort("pnr", "from_on")
    next_on = pl.col("from_on").shift(-1).over("pnr")
    assert ordered.filter(next_on.is_not_null() & (pl.col("to_on").is_null() | (pl.col("to_on") > next_on))).height == 0
    assert ordered.filter(pl.col("to_on") <= pl.col("from_on")).height == 0


def test_the_dead_are_resident_through_their_last_day(shard):
    last = shard.residence.group_by("pnr").agg(pl.col("to_on").max())
    joined = shard.deaths.join(last, on="pnr")
    assert (joined["to_on"] - joined["died_on"] == dt.timedelta(days=1)).all()


def test_nothing_but_treatment_falls_on_the_first_day_of_a_quarter(moments):
    """So that an index on 1 January divides quarters cleanly."""
    first = moments.filter((pl.col("on").dt.day() == 1) & (pl.col("on").dt.month() % 3 == 1))
    assert first.filter(~pl.col("code").str.contains("^(A10|E11|C18|C19|C20|Z511)")).height == 0


def test_before_the_diagnosis_no_code_gives_it_away(shard, moments):
    signs = {"type_2_diabetes": "^(A10A|A10BA|A10BK|E1[0-4])", "colorectal_cancer": "^(C1[89]|C20)"}
    diagnosed = shard.truth_persons.select("pnr", "outcome", "diagnosed_on")
    for outcome, sign in signs.items():
        coded = moments.filter(pl.col("code").str.contains(sign)).join(
            diagnosed.filter(pl.col("outcome") == outcome), on="pnr", how="left"
        )
        assert coded.height > 100
        assert coded.filter(pl.col("diagnosed_on").is_null() | (pl.col("on") < pl.col("diagnosed_on"))).height == 0


def test_the_study_definitions_find_nearly_every_diagnosis_within_weeks(shard, moments):
    """The second of {E11 diagnosis, metformin dispensing}, 54 days on at the latest; the first cancer diagnosis."""
    rules = {"type_2_diabetes": ("^(A10BA|E11)", 1, 54), "colorectal_cancer": ("^(C18|C19|C20)", 0, 0)}
    for outcome, (sign, place, within_days) in rules.items():
        true = shard.truth_persons.filter(
            (pl.col("outcome") == outcome) & (pl.col("diagnosed_on") >= dt.date(2006, 1, 2))
        )
        found = (
            moments.filter(pl.col("code").str.contains(sign)).sort("pnr", "on").group_by("pnr")
            .agg(found_on=pl.col("on").slice(place, 1).first())
        )  # fmt: skip
        joined = true.join(found, on="pnr", how="left")
        assert joined["found_on"].eq_missing(joined["coded_on"]).all()
        assert not joined["is_false_coding"].any()
        delay = (joined["coded_on"] - joined["diagnosed_on"]).dt.total_days()
        assert (delay <= within_days).mean() > 0.97
        assert joined["coded_on"].is_not_null().mean() > 0.95


def test_results_begin_with_the_laboratory_coverage_of_the_region(world, shard):
    joined = shard.results.sort("sampled_on").join_asof(
        shard.residence.sort("from_on"), left_on="sampled_on", right_on="from_on", by="pnr", check_sortedness=False
    )
    first = dict(joined.group_by("region").agg(pl.col("sampled_on").min()).iter_rows())
    for region, from_on in world.laboratory_from_on.items():
        assert dt.timedelta() < first[region] - from_on < dt.timedelta(days=40)


def test_hba1c_rises_and_haemoglobin_falls_towards_onset(shard):
    def mean(outcome, analysis, low, high):
        """Mean result from `low` to `high` years relative to onset."""
        onset = shard.truth_persons.filter((pl.col("outcome") == outcome) & pl.col("onset_on").is_not_null())
        years = (pl.col("sampled_on") - pl.col("onset_on")).dt.total_days() / 365.25
        rows = shard.results.filter(pl.col("analysis") == analysis).join(onset, on="pnr")
        return rows.filter(years.is_between(low, high))["value"].mean()

    assert mean("type_2_diabetes", "NPU27300", -1, 0) - mean("type_2_diabetes", "NPU27300", -9, -7) > 5  # mmol/mol
    assert mean("colorectal_cancer", "NPU02319", -1, 0) - mean("colorectal_cancer", "NPU02319", -9, -3) < -0.4  # mmol/L
    assert mean("colorectal_cancer", "NPU03568", -1, 0) - mean("colorectal_cancer", "NPU03568", -9, -3) > 20  # 10^9/L


def test_a_shard_out_of_range_is_refused(world):
    with pytest.raises(IndexError):
        simulate_shard(world, world.n_shards)


def test_who_dies_before_the_diagnosis_is_never_coded():
    """Not even those who once lived abroad, and are recorded after their return if they were diagnosed there."""
    shard = simulate_shard(build_world("demo", n_persons=10_000, shard_persons=10_000, oracle_share=0.01), 0)
    undiagnosed = shard.truth_persons.filter(pl.col("diagnosed_on").is_null())
    assert undiagnosed["coded_on"].null_count() == undiagnosed.height
    returned = shard.migrations.filter(pl.col("direction") == "in")
    assert undiagnosed.join(shard.deaths, on="pnr").join(returned, on="pnr", how="semi").height > 5
