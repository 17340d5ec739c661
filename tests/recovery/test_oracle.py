"""The oracle against what happened: true risks come true, in worlds with signal and without."""

import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.unit.simulation.worlds import build_world

from evidens.simulation import OUTCOMES, expected_auroc, simulate_shard
from evidens.simulation.effects import Effects

AGES = {"type_2_diabetes": (30, 79), "colorectal_cancer": (40, 84)}
APART = {"type_2_diabetes": 3, "colorectal_cancer": 1}  # years: horizons that do not overlap


@pytest.fixture(scope="module")
def world():
    return build_world("demo", seed=77, n_persons=25_000)


@pytest.fixture(scope="module")
def shard(world):
    return simulate_shard(world, 0)


@pytest.fixture(scope="module")
def truth(shard):
    """Risks with age and sex at the index, of ages that the studies look at, horizons not overlapping."""
    rows = shard.truth_risk.join(shard.persons, on="pnr")
    age = pl.col("index_on").dt.year() - pl.col("born_on").dt.year() - 1  # on 1 January
    rows = rows.with_columns(age=age, year=pl.col("index_on").dt.year()).drop_nulls("risk_true")  # not diagnosed before
    parts = {}
    for outcome in OUTCOMES:
        low, high = AGES[outcome]
        apart = (pl.col("year") - 2016) % APART[outcome] == 0
        parts[outcome] = rows.filter((pl.col("outcome") == outcome) & pl.col("age").is_between(low, high) & apart)
    return parts


def z_scores(risk, happened, groups):
    """(Observed - expected) / its standard deviation under the true risk, by group."""
    excess, variance = np.bincount(groups, weights=happened - risk), np.bincount(groups, weights=risk * (1 - risk))
    return excess[variance > 0] / np.sqrt(variance[variance > 0])


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_true_risks_come_true_in_every_tenth(outcome, truth):
    risk, happened = truth[outcome]["risk_true"].to_numpy(), truth[outcome]["is_event"].to_numpy().astype(float)
    tenth = np.searchsorted(np.quantile(risk, np.arange(1, 10) / 10), risk)
    assert happened.sum() > 1_000
    assert np.abs(z_scores(risk, happened, tenth)).max() < 3.5
    assert abs(z_scores(risk, happened, np.zeros(risk.size, int))[0]) < 3


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("by", ["sex", "origin", "year", "age"])
def test_true_risks_come_true_in_every_group(outcome, by, truth):
    frame = truth[outcome].with_columns(pl.col("age") // 10)
    _, group = np.unique(frame[by].cast(pl.String).to_numpy().astype(str), return_inverse=True)
    risk, happened = frame["risk_true"].to_numpy(), frame["is_event"].to_numpy().astype(float)
    assert np.abs(z_scores(risk, happened, group)).max() < 3.5


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_knowing_the_onset_is_worth_more_and_comes_true_as_well(outcome, truth):
    frame = truth[outcome]
    latent, happened = frame["risk_latent"].to_numpy(), frame["is_event"].to_numpy().astype(float)
    tenth = (latent * 10).astype(int).clip(0, 9)
    assert np.abs(z_scores(latent, happened, tenth)).max() < 3.5
    assert expected_auroc(latent, happened) > expected_auroc(frame["risk_true"], happened) + 0.05


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_record_says_more_than_age_and_sex(outcome, truth):
    frame = truth[outcome].with_columns(age_sex=pl.col("risk_true").mean().over("age", "sex"))
    bayes = expected_auroc(frame["risk_true"], frame["risk_true"])
    age_sex = expected_auroc(frame["age_sex"], frame["risk_true"])
    assert 0.80 < bayes < 0.90
    assert 0.62 < age_sex < 0.73
    assert bayes > age_sex + 0.1


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_realised_auroc_is_near_the_expected_one(outcome, truth):
    risk, happened = truth[outcome]["risk_true"].to_numpy(), truth[outcome]["is_event"].to_numpy().astype(float)
    expected, n1, n0 = expected_auroc(risk, risk), happened.sum(), (1 - happened).sum()
    q1, q2 = expected / (2 - expected), 2 * expected**2 / (1 + expected)
    # Hanley JA, McNeil BJ. Radiology 1982;143:29-36. doi:10.1148/radiology.143.1.7063747
    variance = (expected * (1 - expected) + (n1 - 1) * (q1 - expected**2) + (n0 - 1) * (q2 - expected**2)) / (n1 * n0)
    assert abs(expected_auroc(risk, happened) - expected) < 4 * np.sqrt(variance)


def test_without_signal_the_record_says_nothing_beyond_who_one_is(world):
    """In the null world people born in one quarter, alike in sex and origin, have one and the same risk."""
    null = simulate_shard(
        dataclasses.replace(world, effects=Effects(signal=0.0), n_persons=8_000, shard_persons=8_000), 0
    )
    persons = null.persons.filter(pl.col("ancestry") != "immigrant")
    rows = null.truth_risk.join(persons, on="pnr").with_columns(born=pl.col("born_on").dt.truncate("1q"))
    spread = rows.group_by("outcome", "index_on", "born", "sex", "origin").agg(
        pl.len(), range=(pl.col("risk_true").max() / pl.col("risk_true").min() - 1)
    )
    assert spread.filter(pl.col("len") > 1)["range"].max() < 1e-3  # the likelihood is summed in single precision
    for _, rows in null.truth_risk.drop_nulls("risk_true").group_by("outcome"):
        risk, happened = rows["risk_true"].to_numpy(), rows["is_event"].to_numpy().astype(float)
        assert expected_auroc(risk, happened) < 0.80  # what age, sex and origin can do


def test_the_diagnosis_takes_longer_where_the_world_says_so(world, shard):
    diagnosed = shard.truth_persons.filter(pl.col("diagnosed_on") > pl.col("onset_on")).join(shard.persons, on="pnr")
    quarters = (pl.col("diagnosed_on") - pl.col("onset_on")).dt.total_days() / 91.3
    for outcome, by_origin in world.diagnosed_per_quarter.items():
        rows = diagnosed.filter((pl.col("outcome") == outcome) & (pl.col("onset_on") > dt.date(2006, 1, 1)))
        mean = dict(rows.group_by("origin").agg(quarters.mean()).iter_rows())
        assert by_origin["non_western"] < by_origin["danish"]
        assert mean["non_western"] > mean["danish"] + 0.3
