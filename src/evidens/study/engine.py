"""Where person buckets are worked on: this machine's processes, or a cluster. The result is the same everywhere."""

import ctypes
import importlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import ClassVar

from evidens.foundation import Fault, track
from evidens.study.buckets import Done, Job, Task, clean_up
from evidens.study.catalog import StudyError


@dataclass(frozen=True)
class LocalSettings:
    """Processes of this machine.

    Parameters
    ----------
    n_workers : int, optional
        Buckets at a time, at most; default and limit: the cores that the process may use.
    memory_budget_mb : int, optional
        What all workers may take together; default: three quarters of the memory of the machine or container.
    processes_from_mb : int
        Files of fewer MB in all are worked on in this process: starting others would cost more.
    """

    kind: ClassVar[str] = "local"
    n_workers: int | None = None
    memory_budget_mb: int | None = None
    processes_from_mb: int = 50

    def __post_init__(self) -> None:
        if self.n_workers is not None and self.n_workers < 1:
            raise ValueError("n_workers must be at least 1.")
        _check_memory("memory_budget_mb", self.memory_budget_mb)

    @property
    def most_workers(self) -> int:
        """Workers at a time, by settings and cores."""
        return min(self.n_workers or count_cores(), count_cores())

    @property
    def budget_mb(self) -> float:
        """Memory of all workers together."""
        return self.memory_budget_mb or memory_mb() * 0.75


@dataclass(frozen=True)
class SlurmSettings:
    """Jobs that are handed to Slurm, one worker in each core of a job.

    Parameters
    ----------
    queue, account : str
        Partition, and whom the hours are charged to.
    n_jobs, cores : int
        Jobs, and cores (and workers) of each.
    walltime : str
        Of each job, as Slurm writes it. A worker that ends with its job loses nothing but the buckets at hand.
    interface : str, optional
        Network interface by which workers and scheduler find each other, such as "ib0".
    directives : tuple of str
        Further lines for sbatch, such as "--constraint=rome".
    """

    queue: str
    account: str
    n_jobs: int
    cores: int
    walltime: str = "04:00:00"
    interface: str | None = None
    directives: tuple[str, ...] = ()


@dataclass(frozen=True)
class DaskSettings:
    """Workers of a Dask cluster: a running one, one in Slurm, or one started on this machine.

    Parameters
    ----------
    worker_memory_mb : int
        Memory of each worker.
    scheduler : str, optional
        Address of a running scheduler, such as "tcp://node1:8786"; its workers see the study under the same path.
    slurm : SlurmSettings, optional
        Start the workers as Slurm jobs.
    n_workers : int
        Where neither is given: workers started on this machine.
    wait_s : int
        How long to wait for the first worker.
    train_on_cluster : bool
        Grow LightGBM's trees on all workers, for a matrix that no single machine holds. Predictions then differ
        from those of one machine in small digits (decision 10).
    """

    kind: ClassVar[str] = "dask"
    worker_memory_mb: int
    scheduler: str | None = None
    slurm: SlurmSettings | None = None
    n_workers: int = 2
    wait_s: int = 600
    train_on_cluster: bool = False

    def __post_init__(self) -> None:
        _check_memory("worker_memory_mb", self.worker_memory_mb)
        if self.scheduler and self.slurm:
            raise ValueError("give a scheduler's address or slurm, not both.")
        if min(self.n_workers, self.wait_s) < 1:
            raise ValueError("n_workers and wait_s must be at least 1.")


EngineSettings = LocalSettings | DaskSettings


def _check_memory(name: str, value: int | None) -> None:
    if value is not None and value < 100:
        raise ValueError(f"{name} must be at least 100.")


def run_job(job: Job, tasks: Sequence[Task], settings: EngineSettings) -> Iterator[tuple[Task, Done]]:
    """Yield every task with what came of it, in the order of `tasks` whatever the engine.

    Raises
    ------
    StudyError
        If the job cannot be sent to another process, a person's records do not fit into memory, or workers die.
    """
    job.check()
    clean_up(job)
    try:
        if isinstance(settings, DaskSettings):
            done = load_dask("engine_dask").run_on_cluster(job, tasks, settings)
        else:
            from evidens.study.engine_local import run_on_this_machine

            done = run_on_this_machine(job, tasks, settings)
        yield from zip(tasks, track(done, what="buckets", total=len(tasks)), strict=True)
    finally:
        clean_up(job)


def load_dask(module: str) -> ModuleType:
    """Import a module of this room that knows Dask.

    Raises
    ------
    StudyError
        If the extra that it needs is not installed.
    """
    try:
        return importlib.import_module(f"evidens.study.{module}")
    except ModuleNotFoundError as error:
        finding = f"the package {error.name} is not installed."
        raise StudyError(Fault("engine dask", finding, "Install evidens with its extra: evidens[cluster].")) from error


def count_cores() -> int:
    """Cores that this process may use: on a shared machine fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count_processes(*, each_mb: float) -> int:
    """Count processes to run at a time, each of `each_mb` at its peak: bounded by cores and memory; at least one."""
    return max(1, min(count_cores(), int(memory_mb() // each_mb)))


def memory_mb() -> float:
    """Return the memory that this process may use, in MB (1e6 bytes): the machine's, or its container's if less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    told = limit.read_text(encoding="ascii").strip() if limit.exists() else "max"
    return min(machine, int(told) if told.isdigit() else machine) / 1e6


def give_back_memory() -> None:
    """Return freed memory to the machine, where the C library can; else what was needed once stays reserved."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
