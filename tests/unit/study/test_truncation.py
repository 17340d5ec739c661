"""The stage that audits features as they lie in a study: whom it looks at, what it writes, and that a leak stops it."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from tests.unit.events.small_store import KEY
from tests.unit.features.test_audit_families import draw_members, draw_record, learn

from evidens.events import BucketEvents, Manifest, describe_run, run_path, write_manifest
from evidens.features import FeatureError, FeatureSettings
from evidens.foundation import build_settings
from evidens.study import Study
from evidens.study.composition import compose_settings, write_settings
from evidens.study.truncation import audit_built_features

ROOT = Path(__file__).parents[3]
CHOICES = {"delivery": "simulated", "simulation": "tiny", "protocol": "rehearsal", "candidate": "lightgbm",
           "engine": "local"}  # fmt: skip
OUTCOME = "colorectal_cancer"
PHASES = ("development", "temporal", "external", "prospective")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A study of one bucket with members and features in every phase, as build_features leaves it."""
    root = tmp_path_factory.mktemp("study")
    for name in ("conf/catalog.yaml", "dvc.yaml", "params.yaml"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    resolved = compose_settings(ROOT, CHOICES, {"outcomes": [OUTCOME], "models": ["lightgbm"]})
    resolved["feature_audit"]["n_people"] = 20
    write_settings(resolved, root / "build/settings", root / "build/runtime")
    members, record = draw_members(), draw_record()
    events = root / "data/person/events"
    path = run_path(events, "made", 0)
    write(record, path)
    write_manifest(Manifest(1, KEY).with_runs("made", {0: describe_run(path)}), events)
    settings = build_settings(FeatureSettings, resolved["features"], place="features")
    build, vocabulary = learn(settings, members, record)
    write(vocabulary.frame, root / f"data/aggregate/vocabulary/{OUTCOME}/part.parquet")
    features = build(members, BucketEvents.of(record))
    tables = {"members": members, "dense_features": features.dense, "count_features": features.counts}
    for phase in PHASES:
        for table, frame in tables.items():
            write(frame, root / "data/person" / table / OUTCOME / phase / "bucket-0000.parquet")
    return root


def write(frame, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path)


def audit(root):
    return audit_built_features(Study.open(root, stage="audit_features", outcome=OUTCOME), OUTCOME)


def test_every_phase_is_audited_on_so_many_people(built):
    evidence = audit(built)
    assert set(evidence["phase"]) == set(PHASES)
    assert set(evidence["n"]) == {20}
    assert evidence.filter(metric="audited_features")["value"].min() > 50
    assert evidence.filter(metric="features_of_the_future")["value"].to_list() == [0.0] * 4


def test_the_same_people_are_looked_at_every_time(built):
    assert audit(built).equals(audit(built))


def test_a_stored_feature_that_knows_more_stops_the_stage_by_name(built, tmp_path):
    root = tmp_path / "leaking"
    shutil.copytree(built, root)
    path = root / f"data/person/dense_features/{OUTCOME}/external/bucket-0000.parquet"
    write(pl.read_parquet(path).with_columns(pl.col("hba1c_latest_1825d") + 1), path)
    with pytest.raises(FeatureError, match=r"^feature hba1c_latest_1825d: reads the future of 20 of 80 people"):
        audit(root)
