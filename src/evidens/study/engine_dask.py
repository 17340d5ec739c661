"""The engine for a cluster: buckets as Dask tasks that may run anywhere, and again if a worker is lost.

Needs the extra `cluster`; nothing else in the project knows Dask.
"""

import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster
from distributed.client import FutureCancelledError
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker
from distributed.security import Security

from evidens.foundation import Fault
from evidens.study.buckets import Done, Job, Task, work_on
from evidens.study.catalog import StudyError
from evidens.study.engine import DaskSettings, SlurmSettings
from evidens.study.memory import PROCESS_MB, fit_into

SAME_EVERYWHERE = ("numpy", "polars", "pyarrow", "lightgbm", "evidens")  # versions that results may depend on
SHARED = "build/runtime/slurm"  # logs of jobs and the certificate of their cluster; on a disk that all nodes see
PATIENCE_S = 30  # for a scheduler to answer
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "BLIS")}
OF_A_WORKER = {**ONE_THREAD, "POLARS_MAX_THREADS": "1", "MALLOC_TRIM_THRESHOLD_": "65536"}
QUIET = {
    "distributed.nanny.pre-spawn-environ": OF_A_WORKER,
    "distributed.worker.memory.target": False,  # buckets are divided so that they fit: nothing is laid out on disk
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.scheduler.http.routes": [],  # nothing of the work is shown on the network
    "distributed.worker.http.routes": [],
    "distributed.admin.system-monitor.gil.enabled": False,
}
NO_DASHBOARD: dict[str, Any] = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
_CLIENTS: dict[DaskSettings, Client] = {}


def run_on_cluster(job: Job, tasks: Sequence[Task], settings: DaskSettings) -> Iterator[Done]:
    """Yield what came of every task, in order; a task whose worker is lost is begun again on another.

    Raises
    ------
    StudyError
        If no worker comes, versions differ, a task takes several workers with it, or the cluster goes.
    """
    client = connect(settings)
    left = deque(fit_into(tasks, limit_mb=settings.worker_memory_mb - PROCESS_MB))
    waiting: deque[Any] = deque()
    try:
        while waiting or left:
            while left and len(waiting) <= 2 * max(len(client.ncores()), 1):
                task = left.popleft()
                waiting.append(submit(client, work_on, job, task))
            with cluster_faults():
                result = waiting[0].result()
            waiting.popleft()
            yield result
    finally:
        client.cancel(list(waiting))


def submit(client: Client, function: Callable[..., Any], *arguments: Any) -> Any:
    """Hand out one call; its result is that of this very call, never of an earlier one that looked the same."""
    return client.submit(function, *arguments, pure=False)


@contextmanager
def cluster_faults() -> Iterator[None]:
    """Say what a lost cluster or a deadly task means, in place of the cluster's own errors."""
    try:
        yield
    except KilledWorker as error:
        finding = "a task has ended several workers, one after the other."
        remedy = "Mostly memory is what lacks: lower worker_memory_mb below what a worker really has, or give it more."
        raise StudyError(Fault("engine dask", finding, remedy)) from error
    except (CommClosedError, FutureCancelledError) as error:
        remedy = "Start it again and run `dvc repro`, which resumes with this stage."
        raise StudyError(Fault("engine dask", "the cluster is gone.", remedy)) from error


def connect(settings: DaskSettings) -> Client:
    """Return a client of the cluster with a worker at least; one cluster serves all jobs of a process.

    Raises
    ------
    StudyError
        If the scheduler does not answer, no worker comes in time, or versions differ.
    """
    if settings not in _CLIENTS:
        dask.config.set(QUIET)
        try:
            client = Client(settings.scheduler or _start_cluster(settings), set_as_default=False, timeout=PATIENCE_S)
            client.wait_for_workers(1, timeout=settings.wait_s)
        except (TimeoutError, OSError) as error:
            finding = "the scheduler does not answer, or no worker came in time."
            raise StudyError(
                Fault("engine dask", finding, "Look at the cluster's queue and at conf/engine/.")
            ) from error
        _check_versions(client)
        _CLIENTS[settings] = client
    return _CLIENTS[settings]


def close() -> None:
    """End the clusters that this process has started, and leave those that it found."""
    while _CLIENTS:
        _, client = _CLIENTS.popitem()
        client.close()
        if client.cluster is not None:
            client.cluster.close()


def describe_slurm(slurm: SlurmSettings, *, worker_memory_mb: int) -> dict[str, Any]:
    """Say to dask_jobqueue what a Slurm job is: as many workers as it has cores, each with one thread."""
    return {
        "queue": slurm.queue,
        "account": slurm.account,
        "cores": slurm.cores,
        "processes": slurm.cores,
        "memory": f"{slurm.cores * worker_memory_mb}MB",
        "walltime": slurm.walltime,
        "interface": slurm.interface,
        "job_extra_directives": list(slurm.directives),
        "job_script_prologue": [f"export {name}={value}" for name, value in OF_A_WORKER.items()],
        "worker_extra_args": ["--no-dashboard"],
        "log_directory": SHARED,
    }


def write_certificate(folder: Path) -> Security:
    """Make a certificate for one cluster, in files of `folder` that only its owner can read."""
    made, name = Security.temporary(), secrets.token_hex(4)
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in ((certificate, made.tls_ca_file), (key, made.tls_scheduler_key)):
        path.touch(mode=0o600)
        path.write_text(content, encoding="ascii")
    roles = {f"tls_{role}_cert": str(certificate) for role in ("scheduler", "worker", "client")}
    keys = {f"tls_{role}_key": str(key) for role in ("scheduler", "worker", "client")}
    return Security(require_encryption=True, tls_ca_file=str(certificate), **roles, **keys)


def _start_cluster(settings: DaskSettings) -> Any:
    """Start workers; who is not given this run's certificate cannot reach them, on a shared machine or network."""
    if settings.slurm is None:
        return LocalCluster(
            n_workers=settings.n_workers,
            threads_per_worker=1,
            memory_limit=f"{settings.worker_memory_mb}MB",
            protocol="tls://",
            security=Security.temporary(),
            dashboard_address=NO_DASHBOARD["dashboard_address"],
            scheduler_kwargs=NO_DASHBOARD,
        )
    from dask_jobqueue import SLURMCluster

    cluster = SLURMCluster(
        **describe_slurm(settings.slurm, worker_memory_mb=settings.worker_memory_mb),
        security=write_certificate(Path(SHARED)),
        scheduler_options=NO_DASHBOARD,
    )
    cluster.scale(jobs=settings.slurm.n_jobs)
    return cluster


def _check_versions(client: Client) -> None:
    try:
        client.get_versions(check=True, packages=list(SAME_EVERYWHERE))
    except ValueError as error:
        finding = f"workers have other versions than this process. {error}"
        raise StudyError(Fault("engine dask", finding, "Let all of them run in one environment.")) from error
