"""Whether what lies on the disk equals the committed run, table by table."""

import hashlib
import subprocess

import pytest
import yaml

from evidens.study import StudyError
from evidens.study.reproduction import compare_runs, digest_output


def lock(**md5s):
    outs = [{"path": path.replace("__", "/"), "md5": md5} for path, md5 in md5s.items()]
    return yaml.safe_dump({"stages": {"s": {"outs": outs}}})


@pytest.fixture
def repository(tmp_path):
    def git(*words):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    git("config", "user.email", "a@b.invalid")
    git("config", "user.name", "a")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/events").write_text("events")
    (tmp_path / "data/flow").write_text("flow")
    events, flow = (hashlib.md5(text).hexdigest() for text in (b"events", b"flow"))
    (tmp_path / "dvc.lock").write_text(
        lock(data__events=events, data__flow=flow, data__lost="3", release__reports__a="4")
    )
    git("add", "-A")
    git("commit", "-qm", "run")
    return tmp_path


def test_equal_different_and_missing_tables_are_told_apart_by_what_is_on_the_disk(repository):
    (repository / "data/flow").write_text("another flow")
    found = {one.path: one.is_equal for one in compare_runs(repository)}
    assert found == {"data/events": True, "data/flow": False, "data/lost": False}


def test_a_revision_without_a_run_is_refused(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    with pytest.raises(StudyError, match="Name a revision that committed a run"):
        compare_runs(tmp_path)


def test_a_clone_in_which_nothing_ran_equals_nothing(repository, tmp_path_factory):
    clone = tmp_path_factory.mktemp("clone") / "c"
    subprocess.run(["git", "clone", "-q", str(repository), str(clone)], check=True)
    (clone / "data/events").unlink()
    (clone / "data/flow").unlink()
    assert not any(one.is_equal for one in compare_runs(clone))


def test_a_folder_that_is_not_there_has_no_digest(tmp_path):
    assert digest_output(tmp_path / "nothing") is None
