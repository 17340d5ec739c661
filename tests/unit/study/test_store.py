"""The commands about the event store, on a small store in a study of its own."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal
from tests.unit.events.small_store import LAB, LPR, as_events, make_store
from tests.unit.events.test_meds import PERSONS, RESIDENCE

from evidens.cli import main
from evidens.events import read_manifest, write_manifest
from evidens.privacy import demonstration_key
from evidens.study import StudyError
from evidens.study.composition import compose_settings, write_settings
from evidens.study.meds import export_meds, read_meds

ROOT = Path(__file__).parents[3]
CHOICES = {"delivery": "simulated", "simulation": "tiny", "protocol": "rehearsal", "candidate": "lightgbm",
           "engine": "local"}  # fmt: skip


@pytest.fixture(scope="module")
def composed():
    return compose_settings(ROOT, CHOICES, {"outcomes": ["type_2_diabetes"], "models": ["lightgbm"]})


@pytest.fixture
def root(tmp_path, composed, monkeypatch):
    """A study whose store is the small one."""
    root = tmp_path / "study"
    for name in ("conf/catalog.yaml", "dvc.yaml", "params.yaml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    write_settings(composed, root / "build/settings", root / "build/runtime")
    delivery = composed["delivery"] | {"n_buckets": 2}
    (root / "build/settings/delivery.yaml").write_text(yaml.safe_dump({**delivery, "data_lock_on": "2025-06-30"}))
    folder = make_store(root / "data/person/events")
    manifest = read_manifest(folder)
    key = demonstration_key(composed["simulation"]["seed"]).identity
    write_manifest(type(manifest)(manifest.n_buckets, key, manifest.segments), folder)
    for table, frame in (("persons", PERSONS), ("residence", RESIDENCE)):
        (root / "data/person" / table).mkdir()
        for bucket in range(2):
            own = frame.filter(frame["person_id"] % 2 == bucket)
            own.write_parquet(root / "data/person" / table / f"bucket-{bucket:04d}.parquet")
    monkeypatch.chdir(root)
    return root


def say(arguments, capsys, *, status=0):
    """Run a command and return what it printed, on either stream."""
    if status:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == status
    else:
        main(arguments)
    told = capsys.readouterr()
    return told.out + told.err


def test_a_store_as_it_was_written_passes(root, capsys):
    assert "4 files of 2 segments are what the manifest says" in say(["events", "check"], capsys)


def test_a_changed_file_and_another_studys_key_end_with_one_clear_message(root, capsys, composed):
    (root / "data/person/events/lpr2/bucket-0001.parquet").write_bytes(b"")
    told = say(["events", "check"], capsys, status=1)
    assert told.startswith("lpr2/bucket-0001.parquet: was changed")
    path = root / "build/settings/simulation.yaml"
    path.write_text(path.read_text().replace(f"seed: {composed['simulation']['seed']}", "seed: 987654"))
    told = say(["events", "check"], capsys, status=1)
    assert told.startswith("manifest.json: the store was made with the key")


def test_who_may_not_read_the_key_checks_the_files_and_is_told_what_was_not_asked(root, capsys):
    path = root / "build/settings/delivery.yaml"
    delivery = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(delivery | {"kind": "register", "key_file": str(root.parent / "no.key")}))
    told = say(["events", "check"], capsys)
    assert "are what the manifest says" in told
    assert "The key file cannot be read here" in told


@pytest.mark.parametrize("columns", [80, 160])
def test_few_people_are_not_described(root, capsys, monkeypatch, columns):
    """Of three people and two nothing is told but the segments' names: a study publishes no cell below five."""
    monkeypatch.setenv("COLUMNS", str(columns))
    told = say(["events", "describe"], capsys)
    assert "fewer than 5 people, not described and in no sum: lab-2019, lpr2" in " ".join(told.split())
    assert " 3 " not in told
    assert max(map(len, told.splitlines())) <= columns


def test_a_description_for_programs_holds_bits_by_column(root, capsys, monkeypatch):
    path = root / "build/settings/disclosure.yaml"
    path.write_text(path.read_text().replace("minimum: 5", "minimum: 3"))
    said = json.loads(say(["events", "describe", "--json"], capsys))
    assert [one["name"] for one in said["segments"]] == ["lab-2019"]
    assert said["hidden"] == ["lpr2"]
    assert said["segments"][0]["rows"] == len(LAB)
    assert set(said["total"]["column_bits"]) == set(as_events(*LAB).columns)


def test_what_is_exported_as_meds_is_read_back_equal(root, capsys, tmp_path):
    told = say(["events", "export", "--format", "meds", str(tmp_path / "meds")], capsys)
    assert "in 2 files" in told
    back = read_meds(tmp_path / "meds")
    assert_frame_equal(back.events, as_events(*LAB, *LPR))
    assert_frame_equal(back.persons, PERSONS)
    assert_frame_equal(back.residence, RESIDENCE)
    said = json.loads((tmp_path / "meds/metadata/dataset.json").read_text())
    assert said["meds_version"] == "0.4.1"


def test_the_same_store_gives_the_same_bytes(root, tmp_path):
    for name in ("once", "again"):
        export_meds(root, tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "once") for path in (tmp_path / "once").rglob("*") if path.is_file())
    assert len(files) == 4
    assert all((tmp_path / "once" / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in files)


def test_no_export_into_the_study_nor_over_something(root, capsys, tmp_path):
    assert "where git or DVC may keep" in say(["events", "export", str(root / "data/meds")], capsys, status=1)
    assert "exists already" in say(["events", "export", str(tmp_path)], capsys, status=1)


def test_meds_of_others_is_refused_with_what_it_lacks(tmp_path, root, capsys):
    export_meds(root, tmp_path / "meds")
    for path in (tmp_path / "meds/data").iterdir():
        pl.read_parquet(path).drop("known_at").write_parquet(path)
    with pytest.raises(StudyError, match=r"no column known_at\. Only a dataset that evidens exported"):
        read_meds(tmp_path / "meds")


def test_a_study_without_a_store_says_what_to_run(root, capsys):
    shutil.rmtree(root / "data/person/events")
    assert "Run `dvc repro intake`." in say(["events", "describe"], capsys, status=1)
