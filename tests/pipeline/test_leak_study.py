"""A whole tiny study of the world with a leak: which of the two alarms goes off, and what it names."""

import polars as pl
import pytest
import yaml
from tests.pipeline.tiny import ROOT, clone_checkout

OUTCOME = "colorectal_cancer"
DRUG = "V03AX"  # as the leaked drug is counted: by chemical subgroup
pytestmark = pytest.mark.slow


def look_at_everyone(protocol):
    """Let feasibility look at all of development, since the world is small, and take no suspect, as in staged.yaml."""
    phases = {phase["name"]: phase for phase in protocol["phases"]}
    phases["feasibility"]["share"] = phases["development"]["share"]
    (leaks,) = (one for one in phases["feasibility"]["criteria"] if one["metric"] == "suspected_leaks")
    leaks["high"] = 0


@pytest.fixture(scope="module")
def leaking(tmp_path_factory):
    """The tiny world with the effects of conf/simulation/leak.yaml, up to its feasibility."""
    clone = clone_checkout(tmp_path_factory.mktemp("leak"))
    effects = yaml.safe_load((ROOT / "conf/simulation/leak.yaml").read_text())["effects"]
    clone.edit("conf/simulation/tiny.yaml", lambda world: world.update(effects=effects))
    clone.edit("conf/protocol/rehearsal.yaml", look_at_everyone)
    clone.dvc("repro", f"audit_features@{OUTCOME}", f"assess_feasibility@{OUTCOME}")
    return clone


def evidence(clone, stage):
    return pl.read_parquet(clone.root / "data/aggregate/evidence" / stage / OUTCOME / "part.parquet")


def test_the_scan_of_feasibility_names_the_leaked_drug(leaking):
    (suspected,) = evidence(leaking, "assess_feasibility").filter(metric="suspected_leaks").iter_rows(named=True)
    assert suspected["value"] >= 1
    assert DRUG in suspected["reason"]
    assert all(DRUG in name for name in suspected["reason"].split(", "))


def test_the_gate_of_feasibility_does_not_pass(leaking):
    gates = pl.read_parquet(leaking.root / "data/aggregate/gates/assess_feasibility" / OUTCOME / "part.parquet")
    verdicts = set(gates.filter(pl.col("criterion").str.contains("suspected_leaks"))["verdict"])
    assert verdicts == {"FAIL"}  # whatever the model


def test_the_truncation_audit_passes_since_the_drug_was_on_record_before_the_index(leaking):
    """A leak in the data is no leak of the features: each alarm has its own."""
    found = evidence(leaking, "audit_features").filter(metric="features_of_the_future")
    assert set(found["phase"]) == {"development", "temporal", "external", "prospective"}
    assert found["value"].sum() == 0


def test_a_feature_that_knows_the_future_stops_the_study_by_name(leaking):
    (path, *_) = sorted((leaking.root / "data/person/dense_features" / OUTCOME / "temporal").glob("*.parquet"))
    before = path.read_bytes()
    future = pl.col("hba1c_latest_1825d") + 1.0
    path.unlink()  # it may be a link into DVC's cache
    pl.read_parquet(before).with_columns(future.cast(pl.Float32)).write_parquet(path)
    done = leaking.dvc("repro", "-s", "-f", f"audit_features@{OUTCOME}", check=False)
    path.write_bytes(before)
    assert done.returncode != 0
    assert "feature hba1c_latest_1825d: reads the future of" in done.stderr
    assert done.stderr.count("reads the future") == 1
