"""What may import what. The sources are read, not imported."""

import sys

import pytest
from tests.architecture.declared import PACKAGE, ROOMS, ROOT, imports_of, rooms_in

# A room may import rooms on earlier lines. Rooms on one line do not know each other.
FLOORS = """
    foundation
    contracts  codes  statistics
    events  simulation  privacy
    registers  interchange  phenotypes
    cohort
    protocol
    features
    models
    updating  uncertainty
    validation
    explanation  fairness  audit  monitoring  economics
    reports  changes
    study
"""
FLOOR_OF = {room: floor for floor, line in enumerate(FLOORS.strip().splitlines()) for room in line.split()}
# Packages that only some rooms may know.
RESERVED = {
    "dataframely": {"contracts"},
    "mlflow": {"changes"},
    "fairlearn": {"fairness"},
    "shap": {"explanation"},
    "hydra": {"study"},
    "omegaconf": {"study"},
    "dask": {"study"},
    "distributed": {"study"},
    "dask_jobqueue": {"study"},
}
SOURCES = sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE)
STAGES = sorted((ROOT / "pipelines").glob("[a-z]*.py"))


def test_every_room_has_a_floor():
    assert set(ROOMS) <= set(FLOOR_OF)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_room_imports_only_lower_floors(path):
    here = path.relative_to(PACKAGE).parts[0]
    too_high = {room for room in rooms_in(path) - {here} if FLOOR_OF[room] >= FLOOR_OF[here]}
    assert not too_high, f"{path.relative_to(ROOT)} is in '{here}' and may not import {sorted(too_high)}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_reserved_packages_stay_in_their_rooms(path):
    here = path.relative_to(PACKAGE).parts[0]
    for name in {i.split(".")[0] for i in imports_of(path)} & set(RESERVED):
        assert here in RESERVED[name], f"only {sorted(RESERVED[name])} may import {name}"


def test_only_the_engine_for_a_cluster_knows_dask():
    """It is an extra: everything else must run without it."""
    knowing = {path.name for path in SOURCES if {"dask", "distributed"} & {i.split(".")[0] for i in imports_of(path)}}
    assert knowing == {"engine_dask.py", "engine_dask_training.py"}


@pytest.mark.parametrize("path", STAGES, ids=lambda p: p.stem)
def test_stages_only_connect(path):
    foreign = {i.split(".")[0] for i in imports_of(path)} - {"evidens"} - sys.stdlib_module_names
    assert not foreign, f"{path.name} computes something itself: it imports {sorted(foreign)}"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 40


def test_only_the_shell_reads_and_writes_tables():
    verbs = (".write_parquet(", "scan_parquet(", "read_parquet(", ".sink_parquet(")
    outside = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.relative_to(PACKAGE).parts[0] not in ("study",)
        and any(verb in path.read_text(encoding="utf-8") for verb in verbs)
        and path.name != "identifiers.py"  # scans files of any kind for identifiers
        and path != PACKAGE / "events" / "bucket.py"  # reads the runs whose paths the shell gives it
    ]
    assert outside == []
