"""The shipped null world: neither the oracle nor anything in the record tells who will be diagnosed."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.recovery.through_study import ROOT

from evidens.simulation import OUTCOMES, expected_auroc, simulate_shard
from evidens.study.worlds import compose_world

AGES = {"type_2_diabetes": (30, 79), "colorectal_cancer": (40, 84)}
INDEX = dt.date(2018, 1, 1)
LOOKBACK = pl.duration(days=1_825)
SEEDS = range(5)


@pytest.fixture(scope="module")
def people():
    """Everyone at risk on one index date in five small null worlds, with simple features of their record."""
    return pl.concat([describe_people(simulate_shard(null_world(seed), 0), seed) for seed in SEEDS], how="diagonal")


def null_world(seed):
    return compose_world("null_world", ROOT, seed=seed, n_persons=4_000, shard_persons=4_000, index_years=[INDEX.year])


def describe_people(shard, seed):
    born = shard.persons.select("pnr", "sex", age=INDEX.year - 1 - pl.col("born_on").dt.year())
    since = shard.residence.group_by("pnr").agg(pl.col("from_on").min())
    rows = shard.truth_risk.filter(pl.col("is_event").is_not_null()).join(born, on="pnr").join(since, on="pnr")
    rows = rows.filter(pl.col("from_on") < INDEX - pl.duration(days=730))  # like a cohort
    recent = pl.col("sampled_on").is_between(INDEX - LOOKBACK, INDEX, closed="left")
    tests = shard.results.filter(recent).sort("sampled_on")
    features = [
        tests.group_by("pnr").agg(n_tests=pl.len()),
        tests.drop_nulls("value").group_by("pnr", "analysis").agg(pl.len(), pl.col("value").last())
        .filter(pl.col("analysis").is_in(["NPU27300", "NPU02319"]))
        .pivot("analysis", index="pnr", values=["len", "value"]),
        shard.contacts.filter(pl.col("start_at").dt.date().is_between(INDEX - LOOKBACK, INDEX, closed="left"))
        .group_by("pnr").agg(n_contacts=pl.len()),
        shard.dispensings.filter(pl.col("dispensed_on").is_between(INDEX - LOOKBACK, INDEX, closed="left"))
        .group_by("pnr").agg(n_drugs=pl.len()),
    ]  # fmt: skip
    for feature in features:
        rows = rows.join(feature, on="pnr", how="left")
    counts = pl.selectors.starts_with("n_", "len_").fill_null(0)
    return rows.with_columns(counts, seed=pl.lit(seed))


FEATURES = (
    "age", "sex", "n_tests", "n_contacts", "n_drugs", "len_NPU27300", "len_NPU02319", "value_NPU27300",
    "value_NPU02319", "risk_features",
)  # fmt: skip


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("feature", FEATURES)
def test_no_feature_of_the_record_tells_who_will_be_diagnosed(feature, outcome, people):
    rows = people.filter(pl.col("outcome") == outcome, pl.col("age").is_between(*AGES[outcome])).drop_nulls(feature)
    above, variance = 0.0, 0.0
    for _, part in rows.group_by("seed", maintain_order=True):
        score = part[feature].rank("dense").to_numpy().astype(float) if feature != "sex" else (part["sex"] == "male")
        happened = part["is_event"].to_numpy().astype(float)
        n1, n0 = happened.sum(), (1 - happened).sum()
        above += (expected_auroc(np.asarray(score, float), happened) - 0.5) * n1 * n0
        variance += n1 * n0 * (n1 + n0 + 1) / 12  # of Mann and Whitney's U
    assert rows["is_event"].sum() > 100
    assert abs(above) < 3 * np.sqrt(variance)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_not_even_the_oracle_tells_who_will_be_diagnosed(outcome, people):
    rows = people.filter(pl.col("outcome") == outcome, pl.col("age").is_between(*AGES[outcome]))
    for _, part in rows.group_by("seed"):
        assert 0.49 < expected_auroc(part["risk_true"], part["risk_true"]) < 0.51
