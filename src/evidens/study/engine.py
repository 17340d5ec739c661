"""The local engine: a pure function over person buckets, as many at a time as cores and memory allow."""

import ctypes
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

Result = TypeVar("Result")

IN_MEMORY_FACTOR = 30  # a compressed Parquet byte grows to about this many while a bucket is worked on


@dataclass(frozen=True)
class EngineSettings:
    """Where person buckets are worked on.

    Parameters
    ----------
    kind : str
        "local": threads of this process; polars and numpy release the interpreter's lock.
    n_workers : int
        Buckets at a time, at most; never more than there are cores.
    memory_budget_mb : int
        What the buckets in flight may take together, by estimate.
    """

    kind: Literal["local"]
    n_workers: int
    memory_budget_mb: int

    def __post_init__(self) -> None:
        if self.n_workers < 1 or self.memory_budget_mb < 100:
            raise ValueError("n_workers must be at least 1 and memory_budget_mb at least 100.")


def count_workers(settings: EngineSettings, *, bucket_bytes: int) -> int:
    """Buckets to work on at a time: bounded by settings, cores and the memory budget; at least one.

    >>> count_workers(EngineSettings("local", 1, 500), bucket_bytes=10)
    1
    """
    affordable = int(settings.memory_budget_mb * 1e6 // max(bucket_bytes * IN_MEMORY_FACTOR, 1))
    return max(1, min(settings.n_workers, count_cores(), affordable))


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


def run_buckets(function: Callable[[int], Result], buckets: Iterable[int], *, n_workers: int) -> Iterator[Result]:
    """Yield `function(bucket)` in the order of `buckets`, with at most `n_workers + 1` results in memory.

    The order of results, and so everything written from them, does not depend on the number of workers.
    """
    if n_workers == 1:
        yield from map(function, buckets)
        return
    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(max_workers=n_workers) as pool:
        for bucket in buckets:
            pending.append(pool.submit(function, bucket))
            if len(pending) > n_workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
