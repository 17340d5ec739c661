"""The local engine: buckets in processes of this machine, as many at a time as cores and memory allow."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any, TypeVar

from evidens.foundation import Fault
from evidens.study.buckets import Done, Job, Task, work_on
from evidens.study.catalog import StudyError
from evidens.study.engine import LocalSettings, count_cores, give_back_memory
from evidens.study.memory import PROCESS_MB, file_bytes, fit_into, need_mb

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_on_this_machine(job: Job, tasks: Sequence[Task], settings: LocalSettings) -> Iterator[Done]:
    """Yield what came of every task, in order; in this process where the work is too small to be divided.

    Raises
    ------
    StudyError
        If workers are killed twice, or the records of one person do not fit into memory.
    """
    n_workers, work = count_workers(tasks, settings), partial(_work_and_tidy, job)
    if n_workers == 1:
        yield from map(work, fit_into(tasks, limit_mb=settings.budget_mb - PROCESS_MB))
    else:
        yield from run_in_processes(work, tasks, n_workers=n_workers)


def count_workers(tasks: Sequence[Task], settings: LocalSettings) -> int:
    """Count processes to work with: bounded by settings, cores, tasks, and what the largest task takes of memory."""
    if sum(map(file_bytes, tasks)) < settings.processes_from_mb * 1e6:
        return 1
    each_mb = PROCESS_MB + max(map(need_mb, tasks))
    return max(1, min(settings.most_workers, len(tasks), int(settings.budget_mb // each_mb)))


def run_in_processes(function: Callable[[Item], Result], items: Sequence[Item], *, n_workers: int) -> Iterator[Result]:
    """Yield `function(item)` in the order of `items`, with at most `n_workers + 1` of them on their way.

    When a worker is killed, all that is not finished is begun again on fresh ones, half as many, since memory is
    what workers are mostly killed for; once.

    Raises
    ------
    StudyError
        If a worker is killed again.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    left, is_second_try = deque(items), False
    try:
        while waiting or left:
            try:
                while left and len(waiting) <= n_workers:
                    waiting.append((left[0], _submit(function, left[0], n_workers)))
                    left.popleft()
                result = waiting[0][1].result()
            except BrokenProcessPool as error:
                _start_pool.cache_clear()
                if is_second_try:
                    raise _killed() from error
                is_second_try, n_workers = True, max(1, n_workers // 2)
                left.extendleft(item for item, _ in reversed(waiting))
                waiting.clear()
                continue
            waiting.popleft()
            yield result
    finally:
        for _, future in waiting:
            future.cancel()


def run_in_threads(function: Callable[[Item], Result], items: Sequence[Item], *, n_workers: int) -> Iterator[Result]:
    """Yield `function(item)` in the order of `items`: for functions that share much and let go of the interpreter."""
    if n_workers == 1:
        yield from map(function, items)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(max_workers=n_workers) as pool:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > n_workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _work_and_tidy(job: Job, task: Task) -> Done:
    try:
        return work_on(job, task)
    finally:
        give_back_memory()


@lru_cache(maxsize=1)
def _start_pool(n_workers: int) -> ProcessPoolExecutor:
    """Start processes that later jobs use again; those of another number end when nothing holds them."""
    return ProcessPoolExecutor(n_workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin_worker)


def _submit(function: Callable[[Item], Result], item: Item, n_workers: int) -> Future[Result]:
    threads = str(max(1, count_cores() // n_workers))
    with environment({"POLARS_MAX_THREADS": threads}):  # a process reads it when it starts, which may be now
        return _start_pool(n_workers).submit(function, item)


def _begin_worker() -> None:
    """Let an interrupt end the bucket at hand, and end when the process that started this one has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent: Any = multiprocessing.parent_process()
    parent.join()
    os._exit(1)


def _killed() -> StudyError:
    finding = "a worker process was killed, and another one when its work was begun again."
    remedy = (
        "Mostly memory is what lacks: lower n_workers or memory_budget_mb in conf/engine/. "
        "`dvc repro` resumes with this stage."
    )
    return StudyError(Fault("engine local", finding, remedy))


@contextmanager
def environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Have processes that start meanwhile find variables as wanted."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
