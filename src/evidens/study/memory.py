"""How much memory a bucket takes, and how it is divided among ranges of people when that is too much."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from evidens.foundation import Fault
from evidens.study.buckets import Readable, Task
from evidens.study.catalog import StudyError

# Memory of one value in a frame, in bytes: text is a view of 16 and its letters, of which few are distinct.
VALUE_BYTES = {pl.String: 24, pl.Categorical: 4, pl.Enum: 4, pl.Boolean: 1}
OTHER_BYTES = 8
# What a function takes at its peak, times its rows in memory: one frame, sorted, takes 2.2; see decision 10.
WORKING_FACTOR = 2.5
PROCESS_MB = 250  # a process that has loaded the project


def file_bytes(task: Task) -> int:
    """Bytes of a task's files on disk."""
    if task.disk_bytes is not None:
        return task.disk_bytes
    return sum(path.stat().st_size for table in task.inputs.values() for path in table.paths)


def need_mb(task: Task) -> float:
    """Estimate the memory that a task takes beyond that of an idle process, in MB, from the footers of its files."""
    if task.need_mb is not None:
        return task.need_mb
    rows = (_held_bytes(table.paths) for table in task.inputs.values() if table.paths)
    return sum(rows) * WORKING_FACTOR / 1e6


def row_bytes(path: Path) -> int:
    """Bytes of one row of a Parquet file when it is held in memory."""
    return sum(VALUE_BYTES.get(dtype.base_type(), OTHER_BYTES) for dtype in pl.read_parquet_schema(path).values())


def fit_into(tasks: Sequence[Task], *, limit_mb: float) -> list[Task]:
    """Divide the tasks that take more than `limit_mb` into ranges of people that each take less.

    Raises
    ------
    StudyError
        If the records of a single person take more.
    """
    largest = max(tasks, key=need_mb, default=None)
    if largest is None or need_mb(largest) <= limit_mb * 0.8:
        return list(tasks)
    return [
        task if task.need_mb is not None or need_mb(task) <= limit_mb else _divide(task, limit_mb) for task in tasks
    ]


def cut_people(person_id: np.ndarray, weight: np.ndarray, *, limit: float) -> list[tuple[int, int]]:
    """Cut ascending `person_id` into as few ranges [low, high) as hold at most `limit` of `weight` each.

    A person who weighs more than `limit` is a range alone.

    >>> cut_people(np.array([2, 5, 6, 9]), np.array([1.0, 2.0, 2.0, 7.0]), limit=4.0)
    [(2, 6), (6, 9), (9, 10)]
    """
    total = np.concatenate([[0.0], np.cumsum(weight)])
    cuts = [0]
    while cuts[-1] < len(person_id):
        start = cuts[-1]
        fitting = int(np.searchsorted(total, total[start] + limit, side="right")) - 1
        cuts.append(max(fitting, start + 1))
    bounds = [*(int(person_id[cut]) for cut in cuts[:-1]), int(person_id[-1]) + 1]
    return list(pairwise(bounds))


def _held_bytes(paths: Sequence[Path]) -> int:
    n_rows = pl.scan_parquet(list(paths)).select(pl.len()).collect().item()
    return n_rows * row_bytes(paths[0])


def _divide(task: Task, limit_mb: float) -> Task:
    people = weigh_people(table for table in task.inputs.values() if table.paths)
    weight = people["bytes"].to_numpy() * WORKING_FACTOR / 1e6
    if weight.max() > limit_mb:
        finding = f"the records of one person take {weight.max():,.0f} MB, and a worker has {limit_mb:,.0f}."
        remedy = "Give the engine more memory (conf/engine/), or look whether many people share one number."
        raise StudyError(Fault(f"bucket {task.bucket}", finding, remedy))
    return replace(task, people=tuple(cut_people(people["person_id"].to_numpy(), weight, limit=limit_mb)))


def weigh_people(tables: Iterable[Readable]) -> pl.DataFrame:
    """Sum `bytes` of rows in memory by `person_id`, ascending; it takes memory by people, not by rows."""
    counted = [
        pl.scan_parquet(list(table.paths))
        .group_by("person_id")
        .agg(bytes=pl.len().cast(pl.Int64) * row_bytes(table.paths[0]))
        for table in tables
    ]
    together = pl.concat(counted).group_by("person_id").agg(pl.col("bytes").sum()).sort("person_id")
    return together.collect(engine="streaming")
