"""A bucket that is too large for memory is worked on in ranges of people, and nobody sees it in the result."""

import re

import numpy as np
import polars as pl
import pytest
from tests.unit.study.engine_work import bytes_in, job_into, lay_out

from evidens.study import StudyError, memory
from evidens.study.buckets import Rows, Task, work_on
from evidens.study.engine import LocalSettings, run_job


def one_large_bucket(folder, *, n_people=300, rows=1000):
    """One bucket of 300,000 rows of 16 bytes, the same number for each person."""
    folder.mkdir()
    person = np.repeat(np.arange(n_people) * 7, rows)
    pl.DataFrame({"person_id": person, "value": np.arange(person.size)}).write_parquet(folder / "a.parquet")
    return Task(0, {"rows": Rows((folder / "a.parquet",))})


def test_ranges_of_people_cover_everybody_once_and_stay_below_the_limit(tmp_path):
    task = one_large_bucket(tmp_path / "in")
    limit_mb = memory.need_mb(task) / 3.9
    [divided] = memory.fit_into([task], limit_mb=limit_mb)
    bounds = [bound for people in divided.people for bound in people]
    assert (bounds[0], bounds[-1]) == (0, 299 * 7 + 1)
    assert bounds[1:-1:2] == bounds[2::2]
    read = [divided.inputs["rows"].read(people) for people in divided.people]
    assert sum(frame.height for frame in read) == 300_000
    assert all(frame.estimated_size() * memory.WORKING_FACTOR <= limit_mb * 1e6 for frame in read)
    assert len(read) == 4


def test_a_divided_bucket_gives_the_same_bytes_and_keeps_once_per_range(tmp_path):
    task = one_large_bucket(tmp_path / "in")
    whole = work_on(job_into(tmp_path / "whole"), task)
    [divided] = memory.fit_into([task], limit_mb=memory.need_mb(task) / 3.9)
    parts = work_on(job_into(tmp_path / "parts"), divided)
    assert bytes_in(tmp_path / "whole") == bytes_in(tmp_path / "parts")
    assert len(parts.kept) == 4
    assert sum(parts.kept) == sum(whole.kept) == 300_000
    assert parts.n_rows == whole.n_rows == 300


def test_what_fits_is_not_divided(tmp_path):
    tasks = lay_out(tmp_path / "in")
    assert memory.fit_into(tasks, limit_mb=100) == tasks
    assert memory.fit_into([], limit_mb=100) == []


def test_one_person_too_large_is_refused_without_saying_who(tmp_path):
    task = one_large_bucket(tmp_path / "in", n_people=2, rows=100_000)
    with pytest.raises(StudyError, match=r"bucket 0: the records of one person take 4 MB.*more memory") as caught:
        memory.fit_into([task], limit_mb=3)
    assert not re.search(r"person_id|\b7\b", str(caught.value))


def test_the_local_engine_divides_what_its_budget_does_not_hold(tmp_path):
    task = one_large_bucket(tmp_path / "in")
    settings = LocalSettings(n_workers=1, memory_budget_mb=memory.PROCESS_MB + 5)
    [(_, done)] = run_job(job_into(tmp_path / "out"), [task], settings)
    assert len(done.kept) == 3


def test_people_are_weighed_over_all_tables(tmp_path):
    pl.DataFrame({"person_id": [1, 1, 2]}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"person_id": [2, 3], "text": ["x", "y"]}).write_parquet(tmp_path / "b.parquet")
    tables = [Rows((tmp_path / name,)) for name in ("a.parquet", "b.parquet")]
    assert memory.weigh_people(tables).rows() == [(1, 16), (2, 8 + 32), (3, 32)]


@pytest.mark.parametrize("limit", [0.5, 1.0, 3.0, 1000.0])
def test_cuts_never_divide_a_person(limit):
    weight = np.array([1.0, 0.2, 0.2, 5.0, 1.0])
    ranges = memory.cut_people(np.array([3, 4, 8, 9, 20]), weight, limit=limit)
    assert ranges[0][0] == 3
    assert ranges[-1][1] == 21
    assert [high for _, high in ranges[:-1]] == [low for low, _ in ranges[1:]]
