"""The engine for a cluster: a real one of two processes, the same bytes, and a worker that is killed in mid-job."""

import functools
import os
import sys

import pytest
from tests.unit.study import engine_work
from tests.unit.study.engine_work import bytes_in, job_into, lay_out

from evidens.study import StudyError, engine_dask
from evidens.study.engine import DaskSettings, LocalSettings, SlurmSettings, run_job

TWO = DaskSettings(worker_memory_mb=1000, n_workers=2)
HERE = LocalSettings(n_workers=1)


@pytest.fixture(scope="module", autouse=True)
def _cluster():
    yield
    engine_dask.close()


def test_a_cluster_and_this_process_write_the_same_bytes(tmp_path):
    tasks, found = lay_out(tmp_path / "in"), []
    for name, settings in (("here", HERE), ("cluster", TWO)):
        done = list(run_job(job_into(tmp_path / name), tasks, settings))
        found.append([(task.bucket, part.kept, part.n_rows) for task, part in done])
    assert found[0] == found[1] == [(bucket, [600], 60) for bucket in range(6)]
    assert bytes_in(tmp_path / "here") == bytes_in(tmp_path / "cluster")


def test_a_worker_killed_in_mid_job_costs_its_buckets_only(tmp_path):
    tasks = lay_out(tmp_path / "in")
    list(run_job(job_into(tmp_path / "here"), tasks, HERE))
    before = engine_dask.connect(TWO).run(engine_work.own_pid)
    work = functools.partial(engine_work.sum_and_die_once, tmp_path / "killed")
    done = list(run_job(job_into(tmp_path / "cluster", work), tasks, TWO))
    assert (tmp_path / "killed").exists()
    assert [task.bucket for task, _ in done] == list(range(6))
    assert bytes_in(tmp_path / "here") == bytes_in(tmp_path / "cluster")
    assert engine_dask.connect(TWO).run(engine_work.own_pid) != before


def test_a_task_that_ends_every_worker_is_one_clear_error(tmp_path):
    with pytest.raises(StudyError, match=r"engine dask: a task has ended several workers.*worker_memory_mb"):
        list(run_job(job_into(tmp_path / "out", engine_work.die), lay_out(tmp_path / "in", 1), TWO))
    assert bytes_in(tmp_path / "out") == {}


def test_an_error_of_the_function_comes_back_as_it_is(tmp_path):
    with pytest.raises(ValueError, match="the function itself is wrong"):
        list(run_job(job_into(tmp_path / "out", engine_work.refuse), lay_out(tmp_path / "in"), TWO))


def test_a_scheduler_that_does_not_answer_is_one_clear_error(tmp_path, monkeypatch):
    monkeypatch.setattr(engine_dask, "PATIENCE_S", 1)
    nobody = DaskSettings(worker_memory_mb=1000, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(StudyError, match="the scheduler does not answer, or no worker came in time"):
        list(run_job(job_into(tmp_path / "out"), lay_out(tmp_path / "in"), nobody))


def test_slurm_is_asked_for_one_worker_in_each_core_and_for_their_memory():
    from dask_jobqueue.slurm import SLURMJob

    slurm = SlurmSettings(queue="fast", account="heart", n_jobs=2, cores=4, directives=("--constraint=rome",))
    options = engine_dask.describe_slurm(slurm, worker_memory_mb=2000)
    script = SLURMJob(scheduler="tcp://node1:8786", name="w", **options).job_script()
    for line in ("#SBATCH -p fast", "#SBATCH -A heart", "#SBATCH -t 04:00:00", "--constraint=rome", "--mem=8G",
                 "export POLARS_MAX_THREADS=1", "--nthreads 1", "--nworkers 4", "--no-dashboard"):  # fmt: skip
        assert line in script, script


SBATCH = """#!/bin/sh
cp "$1" job.sh  # as Slurm does: the script is gone at once
nohup sh job.sh > job.log 2>&1 &
echo "Submitted batch job $!"
"""


@pytest.mark.slow
def test_workers_that_slurm_starts_write_the_same_bytes(tmp_path, monkeypatch):
    """A stand-in for sbatch runs the very script that Slurm would get."""
    monkeypatch.chdir(tmp_path)
    for name, script in (("sbatch", SBATCH), ("scancel", '#!/bin/sh\nkill "$1"\n')):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    slurm = SlurmSettings(queue="fast", account="heart", n_jobs=1, cores=2, interface="lo")
    tasks = lay_out(tmp_path / "in")
    list(run_job(job_into(tmp_path / "here"), tasks, HERE))
    settings = DaskSettings(worker_memory_mb=1000, slurm=slurm, wait_s=60)
    done = list(run_job(job_into(tmp_path / "slurm"), tasks, settings))
    assert [part.kept for _, part in done] == [[600]] * 6
    assert bytes_in(tmp_path / "here") == bytes_in(tmp_path / "slurm")
    assert engine_dask.connect(settings).scheduler.address.startswith("tls://")
    engine_dask.close()
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "build/runtime/slurm").glob("*.key")} == {0}


def test_an_address_and_slurm_together_are_refused():
    with pytest.raises(ValueError, match="not both"):
        DaskSettings(worker_memory_mb=500, scheduler="tcp://a:1", slurm=SlurmSettings("q", "a", 1, 1))
