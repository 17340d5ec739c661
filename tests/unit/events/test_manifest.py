import json
import resource

import pytest
from tests.unit.events.small_store import KEY, N_BUCKETS, make_store

from evidens.events import (
    EventStoreError,
    Manifest,
    Run,
    check_store,
    read_manifest,
    run_path,
    write_manifest,
)

RUN = Run(rows=3, size=100, sha256="a" * 64)


@pytest.fixture
def store(tmp_path):
    return make_store(tmp_path / "events")


def faults_of(folder, **expected):
    with pytest.raises(EventStoreError) as caught:
        check_store(folder, **expected)
    return {fault.place: fault.finding for fault in caught.value.faults}


def test_what_is_written_is_read_back_and_the_same_content_gives_the_same_bytes(tmp_path):
    manifest = Manifest(8, KEY).with_runs("lab-2019", {1: RUN, 0: RUN}).with_runs("cancer", {3: RUN})
    write_manifest(manifest, tmp_path)
    once = (tmp_path / "manifest.json").read_bytes()
    assert read_manifest(tmp_path, key=KEY, n_buckets=8) == manifest
    again = (
        Manifest(8, KEY).with_runs("cancer", {3: RUN}).with_runs("lab-2019", {0: RUN}).with_runs("lab-2019", {1: RUN})
    )
    write_manifest(again, tmp_path)
    assert (tmp_path / "manifest.json").read_bytes() == once
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_an_update_replaces_its_buckets_and_leaves_the_others():
    newer = Run(4, 120, "b" * 64)
    before = Manifest(8, KEY).with_runs("lab-2019", {0: RUN, 1: RUN}).with_runs("lpr2", {0: RUN})
    after = before.with_runs("lab-2019", {1: newer})
    assert (after.find_run("lab-2019", 0), after.find_run("lab-2019", 1)) == (RUN, newer)
    assert before.find_run("lab-2019", 1) == RUN
    assert after.find_run("lab-2020", 0) is None
    assert list(after.keep_segments(["lpr2"]).list_files()) == ["lpr2/bucket-0000.parquet"]


def test_a_store_that_is_what_its_manifest_says_passes(store):
    assert check_store(store, key=KEY, n_buckets=N_BUCKETS) == read_manifest(store)


def test_every_file_that_is_missing_changed_foreign_or_unlisted_is_named_at_once(store):
    files = list(read_manifest(store).list_files())
    lab_0, lab_1, lpr_0, lpr_1 = (store / name for name in files)
    foreign = lab_1.read_bytes()
    lab_0.unlink()
    lab_1.write_bytes(lpr_1.read_bytes())  # people of the same bucket, another content
    lpr_0.write_bytes(foreign)
    lpr_1.write_bytes(b"no table at all")
    (store / "lpr3").mkdir()
    (store / "lpr3" / "bucket-0000.parquet").write_bytes(foreign)
    found = faults_of(store)
    assert found == {
        "lab-2019/bucket-0000.parquet": "is in the manifest and not there.",
        "lab-2019/bucket-0001.parquet": "was changed: its content is not what was written.",
        "lpr2/bucket-0000.parquet": "is foreign: it holds people of another bucket.",
        "lpr2/bucket-0001.parquet": "was changed: it is no longer a table of events.",
        "lpr3/bucket-0000.parquet": "is in no manifest.",
    }


def test_one_changed_byte_is_found(store):
    path = run_path(store, "lab-2019", 0)
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)
    assert list(faults_of(store)) == ["lab-2019/bucket-0000.parquet"]


def test_a_look_at_names_and_sizes_finds_files_that_come_from_elsewhere(store):
    """As every stage looks before it reads: what the manifest does not list never becomes someone's event."""
    path = run_path(store, "lab-2019", 0)
    (store / "stray.parquet").write_bytes(path.read_bytes())
    path.write_bytes(run_path(store, "lpr2", 0).read_bytes())
    assert list(faults_of(store, content=False)) == ["lab-2019/bucket-0000.parquet", "stray.parquet"]


def test_a_store_of_another_study_is_refused(store):
    assert "other pseudonyms" in faults_of(store, key="ffffffff")["manifest.json"]


def test_a_store_of_another_number_of_buckets_is_refused(store):
    assert faults_of(store, n_buckets=64)["manifest.json"] == "the store has 2 buckets, and the study 64."


@pytest.mark.parametrize(
    "content", ["", "[]", '{"version": 1}', '{"version": 1, "segments": {"a": {"0": {"rows": 1}}}}']
)
def test_a_manifest_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)
    assert faults_of(tmp_path) == {"manifest.json": "cannot be read."}


def test_a_manifest_of_a_later_version_is_refused(store):
    path = store / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 2}))
    assert faults_of(store) == {"manifest.json": "is of version 2, and this program reads 1."}


def test_a_store_without_a_manifest_is_refused(tmp_path):
    assert faults_of(tmp_path) == {"manifest.json": "the event store has none."}


def test_a_full_disk_is_one_clear_error_and_leaves_the_former_manifest(store):
    before = (store / "manifest.json").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # of any file that is written now
    try:
        with pytest.raises(EventStoreError, match=r"manifest\.json: cannot be written .* Make room"):
            write_manifest(read_manifest(store), store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (store / "manifest.json").read_bytes() == before
    assert not list(store.glob("*.partial"))
