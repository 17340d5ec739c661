"""The event store is built segment by segment: what is built is what the whole gives, and nothing is built twice."""

import datetime as dt
import json
import shutil
import subprocess
import sys

import polars as pl
import pytest
from tests.unit.study.deliveries import (
    BUILT,
    N_BUCKETS,
    change_settings,
    deliver,
    digests,
    lay_study,
    pseudonymise,
    segments_of,
    simulated_files,
    take_in,
    written_anew,
)

from evidens.events import EVENT_ORDER, check_store
from evidens.registers import TABLES, intake_bucket, pseudonymised_schema
from evidens.study import Study


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    root = lay_study(tmp_path_factory.mktemp("segments"), simulated_files())
    pseudonymise(root)
    return root, take_in(root)


@pytest.fixture
def study(finished, tmp_path):
    """A copy of the finished study that a test may change."""
    shutil.copytree(finished[0], tmp_path / "study")
    return tmp_path / "study"


def rows_of_bucket(root, bucket):
    """All pseudonymised rows of one bucket, table by table."""
    tables = {}
    for folder in sorted((root / "data/pseudonymised").iterdir()):
        files = sorted(folder.rglob(f"bucket-{bucket:04d}.parquet"))
        empty = pl.DataFrame(schema=pseudonymised_schema(TABLES[folder.name]))
        tables[folder.name] = pl.concat([empty, *map(pl.read_parquet, files)])
    return tables


def redeliver(root, changed):
    """Deliver anew with some files changed, and take in."""
    before = written_anew(root, *BUILT)
    pseudonymise(deliver(root, changed))
    return take_in(root), before.changed()


def test_the_segments_are_what_the_bucket_is_when_taken_in_at_once(finished):
    root, account = finished
    settings = Study.open(root, stage="intake").settings("registers")
    accounts = []
    for bucket in range(N_BUCKETS):
        once = intake_bucket(
            rows_of_bucket(root, bucket), settings, delivery="simulated", data_lock_on=dt.date(2020, 12, 31)
        )
        runs = sorted((root / "data/person/events").glob(f"*/bucket-{bucket:04d}.parquet"))
        assert len(runs) > 10
        assert pl.read_parquet(runs).sort(EVENT_ORDER).equals(once.events)
        for name in ("persons", "residence"):
            written = pl.read_parquet(root / f"data/person/{name}/bucket-{bucket:04d}.parquet")
            assert written.equals(getattr(once, name))
        accounts.append(once.account)
    summed = pl.concat(accounts).group_by("stage", "table", "fate", "rule").agg(pl.col("n_rows").sum())
    assert (
        account.filter(pl.col("n_rows") > 0)
        .sort("table", "fate", "rule")
        .equals(summed.filter(pl.col("n_rows") > 0).sort("table", "fate", "rule"))
    )


def test_every_run_is_sorted_and_in_the_manifest(finished):
    root, _ = finished
    manifest = check_store(root / "data/person/events", n_buckets=N_BUCKETS)
    assert {"lab-2019", "lmdb-2018", "lpr2", "lpr3", "udda"} <= set(manifest.segments)
    for name in manifest.list_files():
        run = pl.read_parquet(root / "data/person/events" / name)
        assert run.equals(run.sort(EVENT_ORDER))


def test_rows_in_quarantine_are_as_many_as_the_account_says(finished):
    root, account = finished
    written = pl.concat([pl.scan_parquet(path).select(pl.len()).collect()
                         for path in (root / "data/quarantine/intake").rglob("*.parquet")])  # fmt: skip
    assert written.sum().item() == account.filter(fate="quarantined")["n_rows"].sum() > 20


def test_a_second_run_builds_nothing_and_gives_the_same_account(finished, study):
    before = written_anew(study, *BUILT)
    assert take_in(study).equals(finished[1])
    assert before.changed() == {"person/events/manifest.json"}
    assert digests(study, *BUILT) == digests(finished[0], *BUILT)


def test_a_new_year_of_laboratory_results_touches_no_other_segment(tmp_path):
    files, last = dict(simulated_files()), "lab/lab_dm_forsker_2020"
    files[last] = files[last].filter(pl.col("samplingdate").dt.year() == 2020)  # some dates in it are wrong
    root = lay_study(tmp_path / "grown", {name: frame for name, frame in files.items() if name != last})
    pseudonymise(root)
    take_in(root)
    account, changed = redeliver(root, files)
    assert segments_of(changed) == {"lab-2020"}
    assert not [name for name in changed if name.startswith(("person/persons", "person/residence"))]
    whole = lay_study(tmp_path / "whole", files)
    pseudonymise(whole)
    assert take_in(whole).equals(account)
    assert digests(whole, *BUILT) == digests(root, *BUILT)


def test_a_file_that_is_delivered_again_changes_its_year_only(study):
    files = dict(simulated_files())
    files["lmdb/lmdb_2018"] = files["lmdb/lmdb_2018"][1:]
    _, changed = redeliver(study, files)
    assert segments_of(changed) == {"lmdb-2018"}


def test_a_later_death_leaves_the_years_before_it_as_they_are(study):
    files = dict(simulated_files())
    numbers = set(files["lmdb/lmdb_2017"]["pnr"]) & set(files["lmdb/lmdb_2020"]["pnr"])
    numbers -= {n for name, frame in files.items() if name.startswith("dod/") for n in frame["pnr"]}
    assert len(numbers) > 10
    dead = pl.DataFrame({"pnr": sorted(numbers)}).with_columns(doddato=dt.date(2020, 12, 20))
    files["dod/dod_2018"] = pl.concat([files["dod/dod_2018"], dead], how="diagonal")
    _, changed = redeliver(study, files)
    assert {"lmdb-2020", "lpr3"} <= segments_of(changed)
    assert not {segment for segment in segments_of(changed) if segment.endswith(("2016", "2017", "2018", "2019"))}


def test_a_later_data_lock_builds_only_what_it_reaches(study):
    change_settings(study, "delivery", data_lock_on="2021-01-31")
    before = written_anew(study, *BUILT)
    take_in(study)
    years = {segment for segment in segments_of(before.changed()) if segment[-4:].isdigit()}
    assert years <= {"lab-2020", "lmdb-2020", "sssy-2020", "lab-2021", "lmdb-2021", "sssy-2021"}


def test_other_settings_build_everything_and_another_limit_nothing(study):
    change_settings(study, "registers", max_quarantined_share={"other": 0.6})
    before = written_anew(study, "person/events")
    take_in(study)
    assert segments_of(before.changed()) == set()
    change_settings(study, "registers", death_grace_days=31)
    take_in(study)
    assert {"lab-2018", "lpr2", "udda"} <= segments_of(before.changed())


def test_segments_of_what_went_are_removed(study):
    files = {name: frame for name, frame in simulated_files().items()
             if not name.startswith("akm/") and name != "lmdb/lmdb_2017"}  # fmt: skip
    assert (study / "data/person/events/akm").exists()
    redeliver(study, files)
    assert not (study / "data/person/events/akm").exists()
    assert not (study / "data/person/events/lmdb-2017").exists()
    assert not list((study / "data/quarantine/intake").glob("akm*"))
    assert check_store(study / "data/person/events")


def test_a_changed_or_missing_run_is_built_again_and_no_other(finished, study):
    store = study / "data/person/events"
    (store / "lab-2018/bucket-0001.parquet").write_bytes(b"PAR1 other bytes PAR1")
    (store / "lpr2/bucket-0000.parquet").unlink()
    (study / "data/quarantine/intake/udda/bucket-0001.json").write_text("{half a rec")
    before = written_anew(study, "person/events")
    take_in(study)
    built = ("lab-2018/bucket-0001.parquet", "lpr2/bucket-0000.parquet", "udda/bucket-0001.parquet", "manifest.json")
    assert before.changed() == {f"person/events/{name}" for name in built}
    assert digests(study, *BUILT) == digests(finished[0], *BUILT)


def test_rows_in_quarantine_that_went_are_written_again(finished, study):
    lost = sorted((study / "data/quarantine/intake").rglob("*.parquet"))
    assert lost
    for path in lost:
        path.unlink()
    take_in(study)
    assert digests(study, *BUILT) == digests(finished[0], *BUILT)


def test_an_event_file_of_another_store_is_removed(finished, study):
    known = {path.relative_to(study) for path in (study / "data/person/events").rglob("bucket-*.parquet")}
    receipts = sorted((study / "data/quarantine/intake").rglob("bucket-*.json"))
    empty = [path for path in receipts if not json.loads(path.read_text())["files"]]
    assert empty  # a segment's bucket without events
    stray = study / "data/person/events" / empty[0].parent.name / empty[0].with_suffix(".parquet").name
    stray.parent.mkdir(exist_ok=True)
    shutil.copy(study / min(known), stray)
    take_in(study)
    assert not stray.exists()
    assert digests(study, *BUILT) == digests(finished[0], *BUILT)


def test_other_numbers_of_buckets_leave_none_of_the_former(study):
    change_settings(study, "delivery", n_buckets=1)
    pseudonymise(study)
    take_in(study)
    assert {path.name for path in (study / "data/person").rglob("*.parquet")} == {"bucket-0000.parquet"}
    assert check_store(study / "data/person/events", n_buckets=1)


def test_small_pieces_give_the_same_bytes(finished, tmp_path, monkeypatch):
    """However few people are worked on at a time, and however many years."""
    for module in ("segments", "unit_rows"):
        monkeypatch.setattr(f"evidens.study.{module}.PIECE_ROWS", 100)
    shutil.copytree(finished[0], tmp_path / "study")
    for folder in BUILT:
        shutil.rmtree(tmp_path / "study/data" / folder)
    assert take_in(tmp_path / "study").equals(finished[1])
    built = ("person/events", "person/persons", "person/residence")
    assert digests(tmp_path / "study", *built) == digests(finished[0], *built)


FULL_DISK = """
import resource, signal, sys
from evidens.study import StudyError
from tests.unit.study.deliveries import pseudonymise, take_in
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))
try:
    {"pseudonymise": pseudonymise, "intake": take_in}[sys.argv[1]](Path(sys.argv[2]))
except StudyError as error:
    print(error)
"""


@pytest.mark.parametrize(("stage", "gone"), [("pseudonymise", "lab_dm_forsker"), ("intake", "lpr3")])
def test_a_full_disk_is_one_clear_error_and_the_next_run_goes_on(finished, study, stage, gone):
    lost = study / ("data/pseudonymised" if stage == "pseudonymise" else "data/person/events") / gone
    shutil.rmtree(lost)
    done = subprocess.run([sys.executable, "-c", FULL_DISK, stage, str(study)], capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert "there is no room on the disk. Make room and run `dvc repro` again." in done.stdout, done.stderr
    assert not list((study / "data").rglob("*.partial"))
    pseudonymise(study)
    take_in(study)
    assert digests(study, "pseudonymised", *BUILT) == digests(finished[0], "pseudonymised", *BUILT)


def test_receipts_hold_sums_and_digests_and_no_person(finished):
    root, _ = finished
    people = {str(i) for b in range(N_BUCKETS) for i in pl.read_parquet(
        root / f"data/person/persons/bucket-{b:04d}.parquet")["person_id"]}  # fmt: skip
    receipts = [path.read_text() for path in (root / "data/quarantine/intake").rglob("*.json")]
    assert len(receipts) > 40
    assert not [number for number in people if any(number in text for text in receipts)]
    assert set(json.loads(receipts[0])) == {"rests_on", "fingerprint", "files", "account", "quarantined", "first_on"}
