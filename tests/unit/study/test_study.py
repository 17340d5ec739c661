"""The shell: what a stage or a notebook may touch, and how tables appear on disk."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import yaml

from evidens.study import Study, StudyError
from evidens.study.study import find_root, write_parquet

CATALOG = {
    "settings": {"dir": "build/settings", "zone": "release", "layout": "files"},
    "raw": {"dir": "data/raw", "zone": "raw", "layout": "files"},
    "events": {"dir": "data/events", "zone": "person", "layout": "buckets"},
    "flow": {"dir": "data/flow", "zone": "aggregate", "layout": "table", "contract": "contracts.evidence:Flow"},
    "members": {"dir": "data/members", "zone": "person", "layout": "buckets"},
    "labels": {"dir": "data/labels", "zone": "person", "layout": "buckets"},
    "dense_features": {"dir": "data/dense", "zone": "person", "layout": "buckets"},
    "count_features": {"dir": "data/counts", "zone": "person", "layout": "buckets"},
    "predictions": {"dir": "data/predictions", "zone": "person", "layout": "table"},
    "gates": {"dir": "data/gates", "zone": "aggregate", "layout": "table"},
}
STAGES = {
    "count": {
        "cmd": "x",
        "matrix": {"outcome": ["a"]},
        "deps": ["${catalog.events.dir}", "${catalog.raw.dir}/${choose.delivery}/manifest.json"],
        "outs": ["${catalog.flow.dir}/${item.outcome}", {"${catalog.events.dir}": {"cache": False}}],
    },
}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/catalog.yaml").write_text(yaml.safe_dump({"catalog": CATALOG}))
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": STAGES}))
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"choose": {"delivery": "simulated"}}))
    return tmp_path


def opened(root):
    return Study.open(root, stage="count", outcome="a")


def test_a_stage_reads_and_writes_what_dvc_yaml_lists_for_it(root):
    study = opened(root)
    study.write("events", frame=pl.DataFrame({"person_id": [1, 2]}), bucket=0)
    study.write("events", frame=pl.DataFrame({"person_id": [3]}), bucket=1)
    assert study.buckets("events") == [0, 1]
    assert study.read("events", bucket=1)["person_id"].to_list() == [3]
    assert study.read("events").height == 3


@pytest.mark.parametrize("table", ["labels", "gates", "members"])
def test_a_stage_cannot_read_what_is_not_listed(root, table):
    with pytest.raises(StudyError, match=r"may not be read by count. List it under the stage's deps"):
        opened(root).read(table, "a")


def test_a_stage_cannot_write_another_outcomes_part(root):
    with pytest.raises(StudyError, match="data/flow/b: may not be written by count"):
        opened(root).write("flow", "b", frame=pl.DataFrame())


def test_of_a_delivery_a_stage_may_read_the_listed_manifest_only(root):
    opened(root).folder("raw", "simulated", "manifest.json")
    with pytest.raises(StudyError, match="may not be read"):
        opened(root).folder("raw", "simulated")


def test_a_table_or_stage_that_does_not_exist_names_those_that_do(root):
    with pytest.raises(StudyError, match=r"no table 'evnts'. It has .*events"):
        opened(root).read("evnts")
    with pytest.raises(StudyError, match=r"no stage 'cuont'. It has count"):
        Study.open(root, stage="cuont")


def test_a_missing_table_says_what_to_run(root):
    with pytest.raises(StudyError, match=r"no such table yet. Run `dvc repro`"):
        opened(root).read("events")


def test_a_folder_without_a_study_is_refused(tmp_path):
    with pytest.raises(StudyError, match="no study here or above"):
        find_root(tmp_path)


def test_a_notebook_in_a_subfolder_finds_the_study(root):
    (root / "notebooks").mkdir()
    assert Study.open(root / "notebooks").root == root


def test_a_corrupt_file_is_named_without_a_traceback_of_the_reader(root):
    study = opened(root)
    study.write("events", frame=pl.DataFrame({"person_id": [1]}), bucket=0)
    (root / "data/events/bucket-0000.parquet").write_bytes(b"PAR1 no parquet PAR1")
    with pytest.raises(StudyError, match="data/events: cannot be read as Parquet"):
        study.read("events")


def test_the_same_rows_give_the_same_bytes(tmp_path):
    frame = pl.DataFrame({"a": range(600_000), "b": [i % 7 / 7 for i in range(600_000)]})
    write_parquet(frame, tmp_path / "one.parquet")
    write_parquet(pl.concat([frame[:1000], frame[1000:]], rechunk=False), tmp_path / "two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


FULL_DISK = """
import resource, signal, sys
import polars as pl
from pathlib import Path
from evidens.study import StudyError
from evidens.study.study import write_parquet
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    write_parquet(pl.DataFrame({"a": range(200_000)}), Path(sys.argv[1]))
except StudyError as error:
    print(error)
"""


def test_a_disk_without_room_is_a_clear_error_and_leaves_nothing_behind(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "a.parquet")], capture_output=True, text=True, check=True
    )
    assert "there is no room on the disk. Make room and run `dvc repro` again." in done.stdout
    assert list(Path(tmp_path).iterdir()) == []


def test_results_do_not_depend_on_the_engine(root):
    study = opened(root)
    for bucket in range(6):
        study.write("events", frame=pl.DataFrame({"person_id": [bucket, bucket + 6]}), bucket=bucket)
    found = []
    for n_workers in (1, 2):
        (root / "build/runtime").mkdir(parents=True, exist_ok=True)
        (root / "build/runtime/engine.yaml").write_text(
            yaml.safe_dump({"kind": "local", "n_workers": n_workers, "memory_budget_mb": 500})
        )
        results = study.map_buckets(lambda events: events["person_id"].sum(), events="events")
        found.append(list(results))
    assert found[0] == found[1] == [(b, 2 * b + 6) for b in range(6)]
