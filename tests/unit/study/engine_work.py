"""What tests of the engines do with a bucket: functions of a module, since they go to other processes."""

import os
import signal
import time
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import polars as pl

from evidens.study.buckets import Job, Output, Rows, Task

PEOPLE, ROWS = 60, 10  # of a bucket


@dataclass(frozen=True)
class Part:
    """What the function below says of a bucket."""

    sums: pl.DataFrame
    n_rows: int


def sum_by_person(rows):
    sums = rows.group_by("person_id").agg(pl.col("value").sum()).sort("person_id")
    return Part(sums, rows.height)


def sum_and_die_once(marker, rows):
    """Kill this very process, the first time that anyone comes to the third bucket."""
    if rows["person_id"].min() == 2 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return sum_by_person(rows)


def own_pid():
    return os.getpid()


def leave_a_mark(path):
    path.touch()
    return path.name


def die(rows):
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(rows):
    raise ValueError("the function itself is wrong")


def lay_out(folder: Path, n_buckets=6):
    """Write a table of `n_buckets` buckets and return a task for each."""
    folder.mkdir()
    tasks = []
    for bucket in range(n_buckets):
        person = [bucket + n_buckets * (row // ROWS) for row in range(PEOPLE * ROWS)]
        path = folder / f"bucket-{bucket:04d}.parquet"
        pl.DataFrame({"person_id": person, "value": range(PEOPLE * ROWS)}).write_parquet(path)
        tasks.append(Task(bucket, {"rows": Rows((path,))}))
    return tasks


def job_into(folder: Path, function=sum_by_person):
    folder.mkdir(exist_ok=True)
    return Job(function, (Output("sums", folder, "sums"),), attrgetter("n_rows"))


def bytes_in(folder: Path):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
