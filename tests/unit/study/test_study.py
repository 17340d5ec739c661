"""The shell: what a stage or a notebook may touch, and how tables appear on disk."""

import subprocess
import sys
from operator import attrgetter
from pathlib import Path

import polars as pl
import pytest
import yaml
from tests.unit.events.small_store import make_store
from tests.unit.study.engine_work import bytes_in, sum_by_person

from evidens.contracts import ContractError
from evidens.events import EventStoreError, describe_run, read_manifest, write_manifest
from evidens.study import Study, StudyError, engine_dask
from evidens.study.parquet_files import write_parquet
from evidens.study.study import find_root

CATALOG = {
    "settings": {"dir": "build/settings", "zone": "release", "layout": "files"},
    "raw": {"dir": "data/raw", "zone": "raw", "layout": "files"},
    "rows": {"dir": "data/rows", "zone": "person", "layout": "buckets"},
    "sums": {"dir": "data/sums", "zone": "person", "layout": "buckets"},
    "events": {"dir": "data/events", "zone": "person", "layout": "segments"},
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
        "outs": [
            "${catalog.flow.dir}/${item.outcome}",
            "${catalog.sums.dir}/${item.outcome}",
            {"${catalog.rows.dir}": {"cache": False}},
        ],
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
    study.write("rows", frame=pl.DataFrame({"person_id": [1, 2]}), bucket=0)
    study.write("rows", frame=pl.DataFrame({"person_id": [3]}), bucket=1)
    assert study.buckets("rows") == [0, 1]
    assert study.read("rows", bucket=1)["person_id"].to_list() == [3]
    assert study.read("rows").height == 3


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
        opened(root).read("rows")


def test_a_folder_without_a_study_is_refused(tmp_path):
    with pytest.raises(StudyError, match="no study here or above"):
        find_root(tmp_path)


def test_a_notebook_in_a_subfolder_finds_the_study(root):
    (root / "notebooks").mkdir()
    assert Study.open(root / "notebooks").root == root


def test_a_corrupt_file_is_named_without_a_traceback_of_the_reader(root):
    study = opened(root)
    study.write("rows", frame=pl.DataFrame({"person_id": [1]}), bucket=0)
    (root / "data/rows/bucket-0000.parquet").write_bytes(b"PAR1 no parquet PAR1")
    with pytest.raises(StudyError, match="data/rows: cannot be read as Parquet"):
        study.read("rows")


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
from evidens.study.parquet_files import write_parquet
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


def choose_engine(root, **settings):
    (root / "build/runtime").mkdir(parents=True, exist_ok=True)
    (root / "build/runtime/engine.yaml").write_text(yaml.safe_dump(settings))


ENGINES = {
    "this process": {"kind": "local", "n_workers": 1},
    "two processes": {"kind": "local", "n_workers": 2, "processes_from_mb": 0},
    "a cluster": {"kind": "dask", "worker_memory_mb": 1000},
}


def test_results_do_not_depend_on_the_engine(root):
    study, found, written = opened(root), [], []
    for bucket in range(6):
        study.write("rows", frame=pl.DataFrame({"person_id": [bucket, bucket + 6], "value": [1, 2]}), bucket=bucket)
    for engine in ENGINES.values():
        choose_engine(root, **engine)
        results = study.map_buckets(
            sum_by_person, rows="rows", writes={"sums": ("sums", "a")}, keep=attrgetter("n_rows")
        )
        found.append(list(results))
        written.append(bytes_in(root / "data/sums/a"))
    engine_dask.close()
    assert found == [[(bucket, 2) for bucket in range(6)]] * 3
    assert written[0] == written[1] == written[2]
    assert len(written[0]) == 6


def test_what_is_kept_is_the_result_unless_something_is_written(root):
    study = opened(root)
    study.write("rows", frame=pl.DataFrame({"person_id": [0], "value": [5]}), bucket=0)
    [(_, result)] = study.map_buckets(sum_by_person, rows="rows")
    assert result.n_rows == 1
    assert list(study.map_buckets(sum_by_person, rows="rows", writes={"sums": ("sums", "a")})) == [(0, None)]


def test_what_a_worker_writes_is_checked_against_the_contract(root):
    study = opened(root)
    study.write("rows", frame=pl.DataFrame({"person_id": [0], "value": [5]}), bucket=0)
    with pytest.raises(ContractError, match="flow/a"):
        list(study.map_buckets(sum_by_person, rows="rows", writes={"sums": ("flow", "a")}))
    with pytest.raises(StudyError, match="data/flow/b: may not be written by count"):
        list(study.map_buckets(sum_by_person, rows="rows", writes={"sums": ("flow", "b")}))


def count_events(events, rows):
    return sorted(events.frame(["code"])["code"].to_list()), rows.height


def test_of_events_a_function_gets_all_runs_of_a_bucket_also_where_there_are_none(root):
    study = opened(root)
    make_store(root / "data/events")
    for bucket in (0, 1, 2):
        study.write("rows", frame=pl.DataFrame({"person_id": [bucket]}), bucket=bucket)
    found = dict(study.map_buckets(count_events, rows="rows", events="events"))
    assert {bucket: len(codes) for bucket, (codes, _) in found.items()} == {0: 4, 1: 2, 2: 0}
    assert sorted(study.events_of(1).frame(["code"])["code"].to_list()) == found[1][0]


def test_a_run_that_went_or_came_is_told_before_any_is_read(root):
    make_store(root / "data/events")
    (root / "data/events/lpr2/bucket-0000.parquet").unlink()
    with pytest.raises(EventStoreError, match="lpr2/bucket-0000"):
        opened(root).events_of(0)


def test_people_of_another_bucket_are_refused(root):
    """A run of bucket 0 under the name of bucket 1, as a restored folder may have it."""
    store = make_store(root / "data/events")
    runs = [store / f"lab-2019/bucket-000{bucket}.parquet" for bucket in (0, 1)]
    runs[1].write_bytes(runs[0].read_bytes())
    write_manifest(read_manifest(store).with_runs("lab-2019", {1: describe_run(runs[1])}), store)
    with pytest.raises(EventStoreError, match="another bucket"):
        list(opened(root).events_of(1).runs())
