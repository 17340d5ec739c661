"""Whether what lies on the disk equals the committed run, table by table."""

import hashlib
import subprocess

import polars as pl
import pytest
import yaml

from evidens.study import StudyError
from evidens.study.reproduction import (
    compare_runs,
    describe_machine,
    digest_output,
    find_deviations,
    is_reference_machine,
    record_reference,
)


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


@pytest.fixture
def released(tmp_path):
    """Two values of evidence, and a count without an interval, which is not compared."""
    path = tmp_path / "release/tables/stroke/evidence.parquet"
    path.parent.mkdir(parents=True)
    frame = pl.DataFrame({
        "outcome": "stroke", "model": "logistic", "phase": "external", "group": "all",
        "metric": ["auroc", "oe_ratio", "suspected_leaks"], "threshold": -1.0, "reference": "none",
        "value": [0.80, 1.00, 0.0], "lower": [0.75, 0.9, None],
    })  # fmt: skip
    frame.write_parquet(path)
    record_reference(tmp_path, ["stroke"])
    return tmp_path, path, frame


def test_a_run_lies_within_the_tolerance_of_itself(released):
    root, _, _ = released
    assert find_deviations(root, ["stroke"]).is_empty()
    assert is_reference_machine(root)
    assert describe_machine()["vector_instructions"]


def test_a_last_digit_is_within_and_another_result_is_outside_the_tolerance(released):
    root, path, frame = released
    frame.with_columns(value=pl.Series([0.80001, 1.03, 0.0])).write_parquet(path)
    assert find_deviations(root, ["stroke"])["metric"].to_list() == ["oe_ratio"]


def test_evidence_that_is_there_on_one_side_only_is_a_deviation(released):
    root, path, frame = released
    frame.filter(pl.col("metric") != "auroc").write_parquet(path)
    assert find_deviations(root, ["stroke"])["metric"].to_list() == ["auroc"]
