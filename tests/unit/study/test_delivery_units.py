"""Each delivered file is pseudonymised by itself: what is there once is not made twice, and never differs."""

import json
import shutil

import polars as pl
import pytest
from tests.unit.study.deliveries import (
    change_settings,
    deliver,
    digests,
    lay_study,
    pseudonymise,
    simulated_files,
    take_in,
    written_anew,
)

from evidens.study import StudyError
from evidens.study.units import unit_name


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    root = lay_study(tmp_path_factory.mktemp("units"), simulated_files())
    return root, pseudonymise(root)


@pytest.fixture
def study(finished, tmp_path):
    """A copy of the pseudonymised study that a test may change."""
    shutil.copytree(finished[0], tmp_path / "study")
    return tmp_path / "study"


def units_of(names):
    return {"/".join(name.split("/")[1:3]) for name in names if name.startswith("pseudonymised/")}


def test_a_second_run_writes_nothing_and_gives_the_same_account(finished, study):
    before = written_anew(study, "pseudonymised")
    assert pseudonymise(study).equals(finished[1])
    assert before.changed() == set()
    assert digests(study, "quarantine") == digests(finished[0], "quarantine")


def test_a_new_file_is_made_a_unit_and_the_others_stay(tmp_path):
    files = simulated_files()
    early = {name: frame for name, frame in files.items() if not name.startswith("lmdb/lmdb_2020")}
    root = lay_study(tmp_path / "grown", early)
    pseudonymise(root)
    before = written_anew(root, "pseudonymised")
    account = pseudonymise(deliver(root, files))
    assert units_of(before.changed()) == {"lmdb/lmdb-lmdb_2020"}
    whole = lay_study(tmp_path / "whole", files)
    assert pseudonymise(whole).equals(account)
    assert digests(whole, "pseudonymised", "quarantine") == digests(root, "pseudonymised", "quarantine")


def test_a_unit_whose_file_went_is_removed_with_its_rows_in_quarantine(study):
    files = {name: frame for name, frame in simulated_files().items() if not name.startswith("lab/lab_dm_forsker_2019")}
    pseudonymise(deliver(study, files))
    names = digests(study, "pseudonymised", "quarantine")
    assert names
    assert not [name for name in names if "lab_dm_forsker_2019" in name]


def test_rows_in_quarantine_that_went_are_written_again(finished, study):
    lost = sorted((study / "data/quarantine/raw").rglob("*.parquet"))
    assert lost
    for path in lost:
        path.unlink()
    pseudonymise(study)
    assert sorted((study / "data/quarantine/raw").rglob("*.parquet")) == lost


def test_another_contact_makes_the_diagnoses_of_its_register_anew_and_nothing_else(study):
    files = dict(simulated_files())
    [name] = [name for name in files if name.startswith("lpr3/lpr_a_kontakt_2020")]
    files[name] = files[name].head(files[name].height - 1)
    before = written_anew(study, "pseudonymised")
    pseudonymise(deliver(study, files))
    tables = {unit.split("/")[0] for unit in units_of(before.changed())}
    assert tables == {"lpr_a_kontakt", "lpr_a_diagnose", "lpr_a_procregistrering"}


def test_a_run_that_was_killed_goes_on_and_gives_the_same_bytes(finished, study):
    """The note of a unit is written last: a unit without one, or with other bytes, is made again."""
    lab, lmdb = (study / f"data/pseudonymised/{name}" for name in (
        "lab_dm_forsker/lab-lab_dm_forsker_2019", "lmdb/lmdb-lmdb_2018"))  # fmt: skip
    (lab / "unit.json").unlink()
    (lab / "bucket-0000.partial").write_bytes(b"half")
    (lmdb / "bucket-0001.parquet").write_bytes(b"PAR1 other bytes PAR1")
    before = written_anew(study, "pseudonymised")
    assert pseudonymise(study).equals(finished[1])
    assert units_of(before.changed()) == {f"{unit.parent.name}/{unit.name}" for unit in (lab, lmdb)}
    assert digests(study, "pseudonymised") == digests(finished[0], "pseudonymised")


def test_another_key_makes_everything_anew(study):
    before = written_anew(study, "pseudonymised")
    change_settings(study, "simulation", seed=4711)
    pseudonymise(study)
    assert units_of(before.before) == units_of(before.changed())
    take_in(study)


def test_units_of_another_study_are_removed_and_refused_before(study):
    """Laid in by hand, of another key: intake stops, and pseudonymise puts things right."""
    folder = study / "data/pseudonymised/lmdb"
    shutil.copytree(folder / "lmdb-lmdb_2018", folder / "other-lmdb_2018")
    note = folder / "other-lmdb_2018/unit.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"key": "00000000", "name": "other-lmdb_2018"}))
    with pytest.raises(StudyError, match="units were made with different keys"):
        take_in(study)
    pseudonymise(study)
    assert not note.exists()


def test_another_number_of_buckets_is_refused_by_intake_until_all_units_have_it(study):
    change_settings(study, "delivery", n_buckets=3)
    with pytest.raises(StudyError, match="the units have 2 buckets, and the delivery's settings 3"):
        take_in(study)
    pseudonymise(study)
    assert {path.stem for path in (study / "data/pseudonymised").rglob("bucket-*.parquet")} == {
        "bucket-0000", "bucket-0001", "bucket-0002"}  # fmt: skip
    take_in(study)


def test_an_unfinished_unit_is_refused_by_intake(study):
    (study / "data/pseudonymised/lmdb/lmdb-lmdb_2018/unit.json").unlink()
    with pytest.raises(StudyError, match=r"lmdb/lmdb-lmdb_2018: is no unit: it has no unit.json"):
        take_in(study)


def test_the_note_of_a_unit_tells_no_digest_of_a_delivered_file(study):
    """A digest of few numbers could be undone by trying all numbers: the fingerprint is keyed."""
    listed = json.loads((study / "data/raw/simulated/manifest.json").read_text())["files"]
    notes = "".join(path.read_text() for path in (study / "data/pseudonymised").rglob("unit.json"))
    assert len(notes) > 10_000
    assert not [file for file in listed.values() if file["sha256"] in notes]


def test_rows_of_a_unit_beyond_the_first_part_lie_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr("evidens.study.units.PART_ROWS", 50)
    monkeypatch.setattr("evidens.study.pseudonymising.BATCH_ROWS", 60)
    root = lay_study(tmp_path, simulated_files())
    pseudonymise(root)
    unit = root / "data/pseudonymised/lab_dm_forsker/lab-lab_dm_forsker_2019"
    assert {path.name for path in unit.iterdir() if path.is_dir()} >= {"part-001", "part-002"}
    rows = pl.read_parquet(sorted(unit.rglob("*.parquet")))
    assert rows.height == sum(file["rows"] for file in json.loads((unit / "unit.json").read_text())["files"].values())


@pytest.mark.parametrize(
    ("one", "other"),
    [("lab/2018-a.csv", "lab-2018/a.csv"), ("lab/a b.csv", "lab/a_b.csv"), ("lab/a.csv", "lab/a.parquet")],
)
def test_two_paths_never_have_one_name(one, other):
    from pathlib import PurePath

    assert unit_name(PurePath(one)) != unit_name(PurePath(other))
    assert unit_name(PurePath(one)) == unit_name(PurePath(one))
