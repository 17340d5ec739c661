import threading
import time

import pytest

from evidens.study.engine import (
    EngineSettings,
    count_cores,
    count_processes,
    count_workers,
    memory_mb,
    run_buckets,
)


def test_results_come_in_the_order_of_buckets_whatever_the_number_of_workers():
    def work(bucket):
        time.sleep(0.01 * (3 - bucket % 3))
        return bucket * bucket

    for n_workers in (1, 2, 4):
        assert list(run_buckets(work, range(8), n_workers=n_workers)) == [b * b for b in range(8)]


def test_no_more_buckets_are_in_memory_than_workers_and_one():
    running, most, lock = set(), [0], threading.Lock()

    def work(bucket):
        with lock:
            running.add(bucket)
            most[0] = max(most[0], len(running))
        return bucket

    for bucket in run_buckets(work, range(30), n_workers=2):
        time.sleep(0.002)
        with lock:
            running.discard(bucket)
    assert most[0] <= 3


def test_an_error_in_one_bucket_ends_the_run():
    def work(bucket):
        if bucket == 2:
            raise ValueError("bucket 2 is broken")
        return bucket

    with pytest.raises(ValueError, match="bucket 2"):
        list(run_buckets(work, range(5), n_workers=2))


@pytest.mark.parametrize(("bucket_mb", "expected_at_most"), [(1, 2), (40, 1), (100_000, 1)])
def test_a_memory_budget_bounds_the_workers(bucket_mb, expected_at_most):
    settings = EngineSettings(kind="local", n_workers=2, memory_budget_mb=1000)
    assert 1 <= count_workers(settings, bucket_bytes=bucket_mb * 1_000_000) <= expected_at_most


def test_a_budget_that_is_no_budget_is_refused():
    with pytest.raises(ValueError, match="memory_budget_mb"):
        EngineSettings(kind="local", n_workers=2, memory_budget_mb=1)


def test_processes_are_bounded_by_cores_and_by_memory():
    assert count_processes(each_mb=1) == count_cores()
    assert count_processes(each_mb=memory_mb() * 2) == 1
    assert count_processes(each_mb=memory_mb() / 1.5) == 1
