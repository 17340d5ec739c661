"""The local engine: one result whatever the number of processes, the memory, and what is killed on the way."""

import functools
import subprocess
import sys
import time

import psutil
import pytest
from tests.unit.study import engine_work
from tests.unit.study.engine_work import bytes_in, job_into, lay_out

from evidens.study import StudyError
from evidens.study.engine import LocalSettings, count_cores, count_processes, memory_mb, run_job
from evidens.study.engine_local import count_workers, run_in_processes, run_in_threads

IN_PROCESSES = LocalSettings(n_workers=2, processes_from_mb=0)
HERE = LocalSettings(n_workers=1)


def test_processes_and_this_process_write_the_same_bytes(tmp_path):
    tasks, found = lay_out(tmp_path / "in"), []
    for name, settings in (("here", HERE), ("processes", IN_PROCESSES)):
        done = list(run_job(job_into(tmp_path / name), tasks, settings))
        found.append([(task.bucket, part.kept, part.n_rows) for task, part in done])
    assert found[0] == found[1] == [(bucket, [600], 60) for bucket in range(6)]
    assert bytes_in(tmp_path / "here") == bytes_in(tmp_path / "processes")
    assert len(bytes_in(tmp_path / "here")) == 6


def test_a_killed_worker_costs_its_buckets_only(tmp_path):
    tasks = lay_out(tmp_path / "in")
    list(run_job(job_into(tmp_path / "here"), tasks, HERE))
    work = functools.partial(engine_work.sum_and_die_once, tmp_path / "killed")
    done = list(run_job(job_into(tmp_path / "processes", work), tasks, IN_PROCESSES))
    assert (tmp_path / "killed").exists()
    assert [task.bucket for task, _ in done] == list(range(6))
    assert bytes_in(tmp_path / "here") == bytes_in(tmp_path / "processes")


def test_a_worker_that_is_killed_twice_is_one_clear_error_and_leaves_nothing_unfinished(tmp_path):
    with pytest.raises(StudyError, match=r"another one when its work was begun again.*`dvc repro` resumes"):
        list(run_job(job_into(tmp_path / "out", engine_work.die), lay_out(tmp_path / "in"), IN_PROCESSES))
    assert bytes_in(tmp_path / "out") == {}


def test_an_error_of_the_function_comes_back_as_it_is(tmp_path):
    for settings in (HERE, IN_PROCESSES):
        with pytest.raises(ValueError, match="the function itself is wrong"):
            list(run_job(job_into(tmp_path / "out", engine_work.refuse), lay_out(tmp_path / settings.kind), settings))
        (tmp_path / settings.kind).rename(tmp_path / f"before-{settings.n_workers}")


def test_what_cannot_go_to_another_process_is_refused_before_any_work(tmp_path):
    with pytest.raises(StudyError, match="Give functions of a module"):
        list(run_job(job_into(tmp_path / "out", lambda rows: rows), lay_out(tmp_path / "in"), HERE))


def test_what_killed_writers_left_is_removed(tmp_path):
    job, tasks = job_into(tmp_path / "out"), lay_out(tmp_path / "in")
    (tmp_path / "out/bucket-0001.abc.partial").write_bytes(b"half")
    list(run_job(job, tasks, HERE))
    assert sorted(bytes_in(tmp_path / "out")) == [f"bucket-{bucket:04d}.parquet" for bucket in range(6)]


def test_no_more_are_on_their_way_than_workers_and_one(tmp_path):
    results = run_in_processes(engine_work.leave_a_mark, [tmp_path / str(number) for number in range(20)], n_workers=2)
    assert next(results) == "0"
    time.sleep(0.2)
    assert len(list(tmp_path.iterdir())) <= 4  # the one that was given out, and three
    results.close()


def test_threads_give_results_in_order():
    def work(number):
        time.sleep(0.01 * (3 - number % 3))
        return number * number

    for n_workers in (1, 2, 4):
        assert list(run_in_threads(work, range(8), n_workers=n_workers)) == [n * n for n in range(8)]


ORPHANS = """
import time
from tests.unit.study.engine_work import *
from evidens.study.engine_local import run_in_processes
if __name__ == "__main__":
    results = run_in_processes(abs, range(50), n_workers=2)
    next(results)
    print("started", flush=True)
    time.sleep(60)
"""


def test_workers_end_when_the_process_that_started_them_is_killed(tmp_path):
    (tmp_path / "parent.py").write_text(ORPHANS)
    parent = subprocess.Popen(
        [sys.executable, tmp_path / "parent.py"],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert parent.stdout.readline() == "started\n"
    workers = psutil.Process(parent.pid).children(recursive=True)
    assert workers
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert psutil.wait_procs(workers, timeout=10)[1] == []


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from tests.unit.study.engine_work import *
from evidens.study.engine import LocalSettings, run_job
from evidens.study import StudyError
if __name__ == "__main__":
    tasks = lay_out(Path(sys.argv[1]) / "in", 2)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
    try:
        list(run_job(job_into(Path(sys.argv[1]) / "out"), tasks, LocalSettings(n_workers=2, processes_from_mb=0)))
    except StudyError as error:
        print(error)
"""


def test_a_full_disk_under_a_worker_is_the_same_clear_error(tmp_path):
    (tmp_path / "full.py").write_text(FULL_DISK)
    done = subprocess.run(
        [sys.executable, tmp_path / "full.py", tmp_path],
        capture_output=True, text=True, env={"PYTHONPATH": ":".join(sys.path)}, check=True,
    )  # fmt: skip
    assert "there is no room on the disk. Make room and run `dvc repro` again." in done.stdout
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(("budget_mb", "expected"), [(100_000, 2), (300, 1)])
def test_a_memory_budget_bounds_the_workers(tmp_path, budget_mb, expected):
    settings = LocalSettings(n_workers=2, memory_budget_mb=budget_mb, processes_from_mb=0)
    assert count_workers(lay_out(tmp_path / "in"), settings) == min(expected, count_cores())


def test_small_work_stays_in_this_process(tmp_path):
    assert count_workers(lay_out(tmp_path / "in"), LocalSettings(n_workers=2)) == 1


def test_a_budget_that_is_no_budget_is_refused():
    with pytest.raises(ValueError, match="memory_budget_mb"):
        LocalSettings(n_workers=2, memory_budget_mb=1)


def test_processes_are_bounded_by_cores_and_by_memory():
    assert count_processes(each_mb=1) == count_cores()
    assert count_processes(each_mb=memory_mb() * 2) == 1
    assert count_processes(each_mb=memory_mb() / 1.5) == 1
