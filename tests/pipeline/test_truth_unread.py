"""No stage of an analysis opens the truth of the simulated world, whatever library it uses."""

import os
import subprocess

import polars as pl
import pytest
from tests.pipeline.opened_files import IS_LINUX, watch_opened_files

needs_inotify = pytest.mark.skipif(not IS_LINUX, reason="only Linux tells which files are opened")


@needs_inotify
@pytest.mark.slow
def test_only_the_simulation_and_the_audit_open_the_truth(opened_truth):
    """DVC itself hashes it, between stages."""
    assert not opened_truth.has_gaps
    assert {"simulate", "audit"} <= opened_truth.stages, "the watch does not see what must be there"
    assert opened_truth.stages <= {"", "simulate", "audit"}


@needs_inotify
@pytest.mark.slow
def test_the_audit_opens_risks_and_no_other_truth(opened_truth):
    assert {name.split("/")[0] for stage, name in opened_truth.by_stage if stage == "audit"} == {"risk"}


def run_stage(name, where, opened, code):
    """Run a module as DVC runs a stage: by the name `python`."""
    (where / "pipelines").mkdir(exist_ok=True)
    (where / "pipelines" / f"{name}.py").write_text(code)
    environment = {**os.environ, "PATH": f"{opened.scripts}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", f"python -m pipelines.{name}"], cwd=where, env=environment, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


@needs_inotify
class TestTheWatchItself:
    def test_it_sees_a_stage_that_reads_with_polars_and_no_other(self, tmp_path):
        truth, harmless = tmp_path / "data/truth/risk", tmp_path / "data/person"
        for folder in (truth, harmless):
            folder.mkdir(parents=True)
            pl.DataFrame({"risk": [0.5]}).write_parquet(folder / "part.parquet")
        read = "import polars as pl; pl.scan_parquet('data/{}/part.parquet').collect()"
        with watch_opened_files(tmp_path / "data/truth", tmp_path / "scratch") as opened:
            run_stage("thief", tmp_path, opened, read.format("truth/risk"))
            run_stage("honest", tmp_path, opened, read.format("person"))
        assert set(opened.by_stage) == {("thief", "risk/part.parquet")}
        assert not opened.has_gaps

    def test_it_tells_what_is_opened_between_stages_and_by_a_process_that_a_stage_starts(self, tmp_path):
        (tmp_path / "data/truth").mkdir(parents=True)
        secret = tmp_path / "data/truth/secret.txt"
        secret.write_text("0.5")
        with watch_opened_files(tmp_path / "data/truth", tmp_path / "scratch") as opened:
            run_stage("parent", tmp_path, opened, "import subprocess; subprocess.run(['cat', 'data/truth/secret.txt'])")
            secret.read_text()
        assert opened.by_stage == [("parent", "secret.txt"), ("", "secret.txt")]

    def test_it_follows_a_folder_that_is_made_later_and_one_made_again(self, tmp_path):
        (tmp_path / "data").mkdir()
        make = "import pathlib; p = pathlib.Path('data/truth/new'); p.mkdir(parents=True); (p / 'a').write_text('1')"
        with watch_opened_files(tmp_path / "data/truth", tmp_path / "scratch") as opened:
            run_stage("make", tmp_path, opened, make)
            run_stage("clear", tmp_path, opened, "import shutil; shutil.rmtree('data/truth')")
            run_stage("again", tmp_path, opened, make)
            run_stage("look", tmp_path, opened, "import pathlib; pathlib.Path('data/truth/new/a').read_text()")
        assert ("look", "new/a") in opened.by_stage
        assert not {stage for stage, _ in opened.by_stage} & {"clear", ""}

    def test_a_stage_that_fails_still_fails(self, tmp_path):
        (tmp_path / "data").mkdir()
        watch = watch_opened_files(tmp_path / "data/truth", tmp_path / "scratch")
        with watch as opened, pytest.raises(AssertionError, match="boom"):
            run_stage("fails", tmp_path, opened, "raise SystemExit('boom')")
