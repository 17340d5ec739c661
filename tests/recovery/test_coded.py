"""The coded outcome: what the truth says the registers show is what the study's own definitions find in them."""

import dataclasses
import datetime as dt

import polars as pl
import pytest
from tests.unit.registers.rows import SETTINGS
from tests.unit.registers.through import take_in_files
from tests.unit.simulation.worlds import build_world

from evidens.phenotypes import find_onsets, load_phenotype
from evidens.privacy import PseudonymMap, demonstration_key
from evidens.registers.emission import emit_delivery
from evidens.simulation import OUTCOMES, simulate_shard
from evidens.simulation.effects import CodingChange, Effects, Leak, SwitchGap

PLANTED = Effects(
    recorded_share={"type_2_diabetes": {"danish": 0.8}, "colorectal_cancer": {"danish": 0.8}},
    false_codings_per_year={"type_2_diabetes": 0.01, "colorectal_cancer": 0.01},
    coding_changes={
        "type_2_diabetes": CodingChange(dt.date(2018, 1, 1), 0.5),
        "colorectal_cancer": CodingChange(dt.date(2018, 1, 1), 0.5),
    },
    leak=Leak("type_2_diabetes", 20),
    switch_gap=SwitchGap(60, 0.5),
)
REGISTERS = ["bef", "dod", "vnds", "cpr", "lpr2", "lpr3", "lmdb"]
# A contact near the end of coverage is reported after it, and then not delivered.
REPORTED_TO = dt.date(2025, 1, 31)
INDEX = dt.date(2016, 1, 1)  # the first index date of the default world


@pytest.fixture(scope="module", params=[Effects(), PLANTED], ids=["plain", "planted"])
def found(request):
    """Per outcome: what the truth says, beside what is found in the delivered registers."""
    world = build_world("tiny", n_persons=2_500, shard_persons=2_500, delivered={"registers": REGISTERS})
    return find(dataclasses.replace(world, effects=request.param))


def find(world):
    shard = simulate_shard(world, 0)
    events = take_in_files(emit_delivery(shard, world)[0], world, SETTINGS).intake.events
    ids = PseudonymMap(demonstration_key(world.seed), "person").ids(shard.truth_persons["pnr"])
    here = shard.residence.filter(pl.col("from_on") <= INDEX, pl.col("to_on").fill_null(dt.date.max) > INDEX)["pnr"]
    truth = shard.truth_persons.with_columns(person_id=ids, is_here=pl.col("pnr").is_in(here.implode()))
    pairs = {}
    for outcome in OUTCOMES:
        onsets = find_onsets(events, load_phenotype(outcome))
        shown = onsets.select("person_id", found_on=pl.col("outcome_at").dt.date())
        pairs[outcome] = truth.filter(pl.col("outcome") == outcome).join(shown, on="person_id", how="left")
    return pairs


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_definition_finds_the_coded_day_of_everyone(outcome, found):
    pairs = found[outcome].with_columns(
        pl.when(pl.col(name) <= REPORTED_TO).then(name).alias(name) for name in ("coded_on", "found_on")
    )
    assert pairs["coded_on"].count() > 500
    assert pairs.filter(pl.col("coded_on").ne_missing(pl.col("found_on"))).height == 0


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_is_coded_follows_a_diagnosis_or_is_false(outcome, found):
    rows = found[outcome].filter(pl.col("coded_on").is_not_null() & ~pl.col("is_false_coding"))
    assert (rows["coded_on"] >= rows["diagnosed_on"]).all()


@pytest.fixture(scope="module")
def shorter():
    """The default world delivered without years of LMDB that its index dates do not look back to."""
    first_year = {**build_world("demo").delivered.first_year, "lmdb": 2010}
    world = build_world("demo", n_persons=10_000, shard_persons=10_000, oracle_share=0.01,
                        delivered={"registers": REGISTERS, "first_year": first_year})  # fmt: skip
    return find(world)


def test_cancer_is_found_all_the_same(shorter):
    rows = shorter["colorectal_cancer"].filter(pl.col("coded_on") <= REPORTED_TO)
    assert rows.filter(pl.col("coded_on").ne_missing(pl.col("found_on"))).is_empty()


def test_diabetes_is_found_no_earlier_and_from_the_first_index_on_almost_always_the_same(shorter):
    rows = shorter["type_2_diabetes"].filter(pl.col("coded_on") <= REPORTED_TO)
    is_other = pl.col("coded_on").ne_missing(pl.col("found_on"))
    assert (rows["found_on"] >= rows["coded_on"]).drop_nulls().all()
    before, after = (rows.filter((pl.col("coded_on") < INDEX) == is_before) for is_before in (True, False))
    assert after.height > 100
    assert after.filter(is_other).height <= 0.01 * after.height  # none of 722
    # Known diabetes that the delivery shows as new, or not at all: treated for some years, and stopped
    # before 2010. Of people there in 2016 whose diabetes is known by then, about one in fifteen.
    late = before.filter("is_here", pl.col("found_on").fill_null(dt.date.max) >= INDEX)
    assert before.filter(is_other).height > late.height > 0
    assert late.height <= 0.1 * before.filter("is_here").height
