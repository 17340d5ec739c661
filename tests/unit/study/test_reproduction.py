"""Whether a run equals the committed one, table by table."""

import subprocess

import pytest
import yaml

from evidens.study import StudyError
from evidens.study.reproduction import compare_runs


def lock(**md5s):
    return yaml.safe_dump(
        {"stages": {"s": {"outs": [{"path": path.replace("__", "/"), "md5": md5} for path, md5 in md5s.items()]}}}
    )


@pytest.fixture
def repository(tmp_path):
    def git(*words):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    git("config", "user.email", "a@b.invalid")
    git("config", "user.name", "a")
    (tmp_path / "dvc.lock").write_text(lock(data__events="1", data__flow="2", data__old="3", release__reports__a="4"))
    git("add", "-A")
    git("commit", "-qm", "run")
    return tmp_path


def test_equal_different_new_and_lost_tables_are_told_apart(repository):
    (repository / "dvc.lock").write_text(
        lock(data__events="1", data__flow="9", data__new="5", release__reports__a="other")
    )
    found = {one.path: one.is_equal for one in compare_runs(repository)}
    assert found == {"data/events": True, "data/flow": False, "data/new": False, "data/old": False}


def test_a_revision_without_a_run_is_refused(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    with pytest.raises(StudyError, match="Name a revision that committed a run"):
        compare_runs(tmp_path)
