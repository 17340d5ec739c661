"""Stages of a finished study, run again elsewhere: on processes of this machine, on a cluster, on a cluster in part."""

import shutil

import pytest
from tests.pipeline.tiny import Clone

from evidens.models import load_model

pytestmark = pytest.mark.slow

OUTCOME = "type_2_diabetes"
STAGES = [f"{stage}@{OUTCOME}" for stage in ("build_cohort", "assign_phases", "build_features")]


@pytest.fixture(scope="module")
def copy(study, tmp_path_factory):
    """A copy of the finished study that tests here may change."""
    folder = tmp_path_factory.mktemp("engines") / "clone"
    shutil.copytree(study.root, folder, symlinks=True)
    return Clone(folder)


def choose(clone, engine, **settings):
    """Set the study to another engine, and compose its settings."""
    clone.edit("params.yaml", lambda params: params["choose"].update(engine=engine))
    clone.edit(f"conf/engine/{engine}.yaml", lambda content: content.update(settings))
    clone.dvc("repro", "-s", "compose_settings")


@pytest.mark.parametrize(
    ("engine", "settings"),
    [
        ("local", {"n_workers": 2, "processes_from_mb": 0}),
        ("local", {"n_workers": 1, "memory_budget_mb": 255}),  # 5 MB beside the process: buckets are divided
        ("dask", {"n_workers": 2, "worker_memory_mb": 1500}),
    ],
    ids=["processes", "little memory", "cluster"],
)
def test_every_engine_makes_the_same_tables(copy, engine, settings):
    before = copy.md5s()
    choose(copy, engine, **settings)
    shutil.rmtree(copy.root / "data/person/events")  # else its segments are found as they should be
    copy.dvc("repro", "-s", "-f", "intake", *STAGES)
    assert copy.md5s() == before


def test_trees_grown_on_a_cluster_are_a_model_of_the_study(copy):
    folder = copy.root / "models" / OUTCOME / "lightgbm"
    here = load_model(folder)
    choose(copy, "dask", n_workers=2, worker_memory_mb=1500, train_on_cluster=True)
    copy.dvc("repro", "-s", "-f", f"train@{OUTCOME}-lightgbm")
    there = load_model(folder)
    assert there.trees != here.trees
    assert (there.record.n_people, there.record.n_events) == (here.record.n_people, here.record.n_events)
    assert set(there.feature_names[:1]) <= set(here.feature_names)
