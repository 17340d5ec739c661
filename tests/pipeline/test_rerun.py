"""What a change reruns, and that a run which was interrupted or moved goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.pipeline.tiny import Clone

from evidens.changes import Ledger, load_registered, open_store
from evidens.privacy import find_identifiers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(study, tmp_path_factory):
    """A copy of the finished study that tests here may change."""
    folder = tmp_path_factory.mktemp("copy") / "moved clone"
    shutil.copytree(study.root, folder, symlinks=True)
    return Clone(folder)


def changed_stages(clone):
    """Stages that would rerun because of what they read, once the settings are composed anew."""
    clone.dvc("repro", "-s", "compose_settings")
    status = clone.run(sys.executable, "-c", "import json; from dvc.repo import Repo; "
                       "print('STATUS' + json.dumps(Repo('.').status()))").stdout  # fmt: skip
    return set(json.loads(status.split("STATUS")[1]))


EXPECTED = {  # what a change of each file of conf/ reruns; {} stands for each outcome
    "conf/simulation/tiny.yaml": {"simulate", "pseudonymise", "audit@{}", "record_change@{}"},
    "conf/delivery/simulated.yaml": {"simulate", "pseudonymise", "intake", "build_cohort@{}", "audit@{}", "report@{}",
                                     "record_change@{}"},
    "conf/pseudonyms/default.yaml": {"pseudonymise", "record_change@{}"},
    "conf/registers/default.yaml": {"pseudonymise", "intake", "record_change@{}"},
    "conf/features/default.yaml": {"build_features@{}", "audit_features@{}", "record_change@{}"},
    "conf/feature_audit/default.yaml": {"audit_features@{}"},
    "conf/protocol/rehearsal.yaml": {"assign_phases@{}", "assess_feasibility@{}", "validate_internal@{}",
                                     "validate_temporal@{}", "validate_external@{}", "validate_prospective@{}",
                                     "report@{}", "record_change@{}"},
    "conf/model/logistic.yaml": {"train@{}-logistic", "validate_internal@{}", "record_change@{}"},
    "conf/model/age_sex.yaml": {"train@{}-age_sex", "validate_internal@{}", "record_change@{}"},
    "conf/validation/default.yaml": {"assess_feasibility@{}", "validate_internal@{}", "validate_temporal@{}",
                                     "validate_external@{}", "validate_prospective@{}", "record_change@{}"},
    "conf/explanation/default.yaml": {"explain@{}", "record_change@{}"},
    "conf/fairness/default.yaml": {"assess_fairness@{}", "audit@{}", "record_change@{}"},
    "conf/disclosure/default.yaml": {"audit_features@{}", "disclose@{}", "record_change@{}"},
    "conf/report/default.yaml": {"report@{}"},
    "conf/change_plan/default.yaml": {"record_change@{}"},
    "conf/engine/local.yaml": set(),
    "conf/cohort/colorectal_cancer.yaml": {"build_cohort@colorectal_cancer", "report@colorectal_cancer",
                                           "record_change@colorectal_cancer"},
    "conf/simulation/national.yaml": set(),  # not chosen
    "conf/model/lightgbm.yaml": {"train@{}-lightgbm", "validate_internal@{}", "record_change@{}"},
}  # fmt: skip


def _with_rarer_codes(features):
    [codes] = [family for family in features["families"] if family["kind"] == "codes"]
    codes["min_people"] += 1


EDITS = {  # one setting of each, changed a little
    "conf/simulation/tiny.yaml": lambda c: c.update(effects={"signal": 0.9}),
    "conf/delivery/simulated.yaml": lambda c: c.update(data_lock_on="2025-06-29"),
    "conf/pseudonyms/default.yaml": lambda c: c.update(person_key="project"),
    "conf/registers/default.yaml": lambda c: c.update(admission_hours=c["admission_hours"] + 1),
    "conf/features/default.yaml": _with_rarer_codes,
    "conf/feature_audit/default.yaml": lambda c: c.update(n_people=c["n_people"] + 1),
    "conf/protocol/rehearsal.yaml": lambda c: c.update(title="Another title"),
    "conf/model/logistic.yaml": lambda c: c.update(n_folds=c["n_folds"] + 1),
    "conf/model/age_sex.yaml": lambda c: c.update(n_knots=c["n_knots"] + 1),
    "conf/model/lightgbm.yaml": lambda c: c.update(l2=c["l2"] + 1),
    "conf/validation/default.yaml": lambda c: c.update(risk_bins=c["risk_bins"] + 1),
    "conf/explanation/default.yaml": lambda c: c.update(n_people=c["n_people"] + 1),
    "conf/fairness/default.yaml": lambda c: c.update(n_draws=c["n_draws"] + 1),
    "conf/disclosure/default.yaml": lambda c: c.update(minimum=c["minimum"] + 1),
    "conf/report/default.yaml": lambda c: c.update(n_features=c["n_features"] - 1),
    "conf/change_plan/default.yaml": lambda c: c.update(version="another"),
    "conf/engine/local.yaml": lambda c: c.update(n_workers=1),
    "conf/cohort/colorectal_cancer.yaml": lambda c: c.update(min_age=c["min_age"] + 1),
    "conf/simulation/national.yaml": lambda c: c.update(n_resamples=c["n_resamples"] + 1),
}


def test_every_group_of_the_configuration_is_edited_below():
    groups = {path.split("/")[1] for path in EDITS}
    assert groups | {"outcome"} == {path.name for path in Path("conf").iterdir() if path.is_dir()}
    assert set(EDITS) == set(EXPECTED)


@pytest.mark.parametrize("path", EDITS)
def test_editing_a_setting_reruns_exactly_the_stages_that_read_it(copy, path):
    original = (copy.root / path).read_text()
    copy.edit(path, EDITS[path])
    try:
        outcomes = ("type_2_diabetes", "colorectal_cancer")
        assert changed_stages(copy) == {stage.format(outcome) for stage in EXPECTED[path] for outcome in outcomes}
    finally:
        (copy.root / path).write_text(original)


def test_a_moved_clone_keeps_its_store_readable(copy):
    """The copy lies in another folder, whose name has a space in it."""
    served = load_registered(open_store(copy.root), "colorectal_cancer")
    assert len(served.metadata.get_input_schema().input_names()) > 5


def test_another_candidate_is_an_experiment_that_retrains_nothing(copy):
    models = {p: md5 for p, md5 in copy.md5s().items() if p.startswith("models/")}
    done = copy.dvc("exp", "run", "-S", "choose.candidate=logistic")
    assert "Running stage 'train" not in done.stdout
    assert {p: md5 for p, md5 in copy.md5s().items() if p.startswith("models/")} == models
    versions = Ledger(copy.root / "mlruns/ledger.jsonl").entries("version", "type_2_diabetes")
    assert [v.payload["facts"]["candidate"] for v in versions] == ["lightgbm", "logistic"]
    record = versions[-1].payload["record"]
    assert "algorithm" in record["change"]["classes"]
    assert {row["metric"] for row in record["differences"]} >= {"auroc", "brier"}
    copy.dvc("exp", "run", "-S", "choose.candidate=lightgbm")
    versions = Ledger(copy.root / "mlruns/ledger.jsonl").entries("version", "type_2_diabetes")
    assert [v.payload["facts"]["candidate"] for v in versions] == ["lightgbm", "logistic", "lightgbm"]  # and back
    refs = copy.run("git", "for-each-ref", "--format=%(refname)").stdout.split()
    assert [ref for ref in refs if ref.startswith("refs/exps")]
    shown = ("git", "log", "--all", "-p", "--text", "--format=", "--", ".", ":!tests", ":!src")
    text = copy.run(*shown, encoding="latin-1").stdout  # pictures and tables too, byte by byte
    assert "choose" in text
    assert find_identifiers(text) == 0
    listed = copy.run("git", "log", "--all", "--name-only", "--format=").stdout.split()
    assert not [n for n in listed if n.startswith(("data/raw", "data/truth", "data/quarantine", "data/person"))]


def test_an_interrupted_stage_leaves_nothing_half_written_and_goes_on(copy):
    wanted = copy.md5s()
    for folder in ("data/person/events", "data/quarantine/intake"):
        shutil.rmtree(copy.root / folder)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    process = subprocess.Popen([sys.executable, "-m", "pipelines.intake"], cwd=copy.root, env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    while process.poll() is None and not list((copy.root / "data/person/events").glob("lmdb-*/*.parquet")):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "interrupted; run `dvc repro` again" in errors
    assert not list((copy.root / "data").rglob("*.partial"))
    finished = {path: path.stat().st_ino for path in (copy.root / "data/person/events").rglob("*.parquet")}
    assert finished
    copy.dvc("repro", "-s", "intake")
    assert copy.md5s()["data/person/events"] == wanted["data/person/events"]
    assert {path: path.stat().st_ino for path in finished} == finished


BUILT = ("data/pseudonymised", "data/person/events", "data/person/persons", "data/person/residence")


def test_a_forced_run_over_what_is_there_and_one_from_nothing_give_the_same_bytes(copy):
    wanted = {path: md5 for path, md5 in copy.md5s().items() if path in BUILT}
    assert len(wanted) == len(BUILT)
    copy.dvc("repro", "-s", "--force", "pseudonymise", "intake")
    assert {path: copy.md5s()[path] for path in BUILT} == wanted
    for folder in (*BUILT, "data/quarantine"):
        shutil.rmtree(copy.root / folder)
    copy.dvc("repro", "-s", "--force", "pseudonymise", "intake")
    assert {path: copy.md5s()[path] for path in BUILT} == wanted


def test_a_run_that_was_killed_goes_on_with_what_is_not_finished(copy):
    wanted = copy.md5s()["data/pseudonymised"]
    shutil.rmtree(copy.root / "data/pseudonymised")
    process = subprocess.Popen([sys.executable, "-m", "pipelines.pseudonymise"], cwd=copy.root,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    while process.poll() is None and len(list((copy.root / "data/pseudonymised").rglob("unit.json"))) < 20:
        time.sleep(0.005)
    process.kill()
    process.wait(timeout=60)
    finished = {note: note.stat().st_ino for note in (copy.root / "data/pseudonymised").rglob("unit.json")}
    assert len(finished) >= 20
    copy.dvc("repro", "-s", "pseudonymise")
    assert copy.md5s()["data/pseudonymised"] == wanted
    assert {note: note.stat().st_ino for note in finished} == finished


def test_a_corrupt_file_is_named_and_the_remedy_works(copy):
    path = next((copy.root / "data/person/events").glob("lpr2/bucket-*.parquet"))
    good = path.read_bytes()
    path.unlink()  # it may share its bytes with DVC's cache
    path.write_bytes(b"PAR1 this is no parquet PAR1")
    done = copy.run(sys.executable, "-m", "pipelines.build_cohort", "outcome=type_2_diabetes", check=False)
    path.write_bytes(good)
    assert done.returncode == 1
    assert "was changed: it is no longer a table of events" in done.stderr
    assert "Traceback" not in done.stderr


def _use_two_cores():
    """However many cores the machine has: no more shards are at hand than cores when the interrupt comes."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


def test_an_interrupted_simulation_goes_on_with_the_shards_that_are_missing(copy):
    path = copy.root / "conf/simulation/tiny.yaml"
    original = path.read_text()
    copy.edit("conf/simulation/tiny.yaml", lambda c: c.update(shard_persons=200))  # twenty shards
    simulate = [sys.executable, "-m", "pipelines.simulate"]
    manifest = copy.root / "data/raw/simulated/manifest.json"
    try:
        copy.dvc("repro", "-s", "compose_settings")
        copy.run(*simulate)
        whole = manifest.read_text()
        process = subprocess.Popen(
            simulate, cwd=copy.root, start_new_session=True, stderr=subprocess.PIPE, text=True,
            preexec_fn=_use_two_cores,
        )  # fmt: skip
        scratch = copy.root / "data/scratch"
        while process.poll() is None and not list(scratch.glob("*/[0-9][0-9][0-9][0-9][0-9]")):
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "interrupted; run `dvc repro` again" in errors
        assert "Traceback" not in errors
        assert 1 <= len(list(scratch.glob("*/[0-9][0-9][0-9][0-9][0-9]"))) < 20
        manifest.unlink()
        copy.run(*simulate)
        assert manifest.read_text() == whole
        assert not list(scratch.glob("*/*"))
    finally:
        path.write_text(original)
        copy.dvc("repro", "-s", "compose_settings")


def test_a_ledger_that_was_rewritten_is_found_by_the_registered_versions(copy):
    """Deleting the ledger, or writing a new chain, does not go unseen: the versions point to its entries."""
    folder, stage = copy.root / "mlruns", [sys.executable, "-m", "pipelines.record_change", "outcome=colorectal_cancer"]
    kept = {path: path.read_bytes() for path in folder.glob("ledger.jsonl*")}
    for path in kept:
        path.unlink()
    try:
        done = copy.run(*stage, check=False)
        assert done.returncode == 1
        assert "The ledger was rewritten: restore it from a backup." in done.stderr
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    assert "nothing new" in copy.run(*stage).stdout
