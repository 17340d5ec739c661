"""The planted leak is found by name by the scan that every study makes before it models anything."""

import dataclasses

import polars as pl
import pytest
from tests.recovery.through_study import ROOT, develop
from tests.unit.simulation.worlds import build_world

from evidens.simulation import simulate_shard
from evidens.simulation.effects import Effects
from evidens.study.worlds import compose_world
from evidens.validation import assess_feasibility

OUTCOME = "colorectal_cancer"
DRUG = "V03AX"  # as the leaked drug is counted: by chemical subgroup


def scan(effects):
    """Evidence of feasibility in a small world with these effects."""
    world = build_world("tiny", n_persons=2_500, shard_persons=2_500, oracle_share=0.01)
    world = dataclasses.replace(world, effects=effects)
    settings, _, labels, features = develop(simulate_shard(world, 0), world, OUTCOME)
    return assess_feasibility(
        features, labels, settings["outcome"], settings["protocol"], settings["validation"], outcome=OUTCOME
    )


@pytest.mark.parametrize("is_planted", [True, False], ids=["planted", "not planted"])
def test_the_leakage_scan_names_the_drug_where_it_leaks_and_nothing_where_nothing_does(is_planted):
    effects = compose_world("leak", ROOT).effects if is_planted else Effects()
    evidence = scan(effects)
    (suspected,) = evidence.filter(pl.col("metric") == "suspected_leaks").iter_rows(named=True)
    (highest,) = evidence.filter(pl.col("metric") == "highest_feature_auroc").iter_rows(named=True)
    assert suspected["n_events"] > 50
    if is_planted:
        assert DRUG in highest["reference"]
        assert highest["value"] > 0.9
        assert DRUG in suspected["reason"]
    else:
        assert suspected["value"] == 0
