"""The summary before there is anything to sum up."""

import shutil
from pathlib import Path

import pytest

from evidens.study.catalog import StudyError
from evidens.study.composition import compose_study
from evidens.study.summary import print_summary

ROOT = Path(__file__).parents[3]


@pytest.fixture
def root(tmp_path):
    """A checkout in which nothing has run."""
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_before_any_run_it_names_what_is_missing_and_what_to_do(root):
    with pytest.raises(StudyError) as stopped:
        print_summary(root)
    missing = {fault.place for fault in stopped.value.faults}
    assert {"dvc.lock", "build/settings/candidate.yaml", "release/tables/type_2_diabetes/gates.parquet"} <= missing
    assert {fault.remedy for fault in stopped.value.faults} == {"Run `make repro`."}


def test_a_run_that_stopped_before_the_release_is_no_run(root):
    compose_study(root, root / "build/settings")
    with pytest.raises(StudyError, match=r"release/tables/colorectal_cancer/evidence.parquet: no such file"):
        print_summary(root)
