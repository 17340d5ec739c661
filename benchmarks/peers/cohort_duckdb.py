"""The cohort task as one query of DuckDB.

Usage: python -m benchmarks.peers.cohort_duckdb DATA OUT
"""

import os
import sys
from pathlib import Path

import duckdb

from benchmarks.peers.cohort_definition import CONTACT, DAYS, OUTCOME
from benchmarks.task.definition import event_files


def main() -> None:
    """Answer in one query over all shards."""
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True)
    connection = duckdb.connect(config={"threads": len(os.sched_getaffinity(0)), "memory_limit": "12GB"})
    connection.execute(
        f"""COPY (
        WITH e AS (SELECT subject_id, time, code FROM read_parquet({event_files(data)}) WHERE time IS NOT NULL),
        f AS (SELECT subject_id, min(time) AS t FROM e WHERE code = '{CONTACT}' GROUP BY subject_id),
        j AS (SELECT f.subject_id, any_value(f.t) AS index_time,
                     bool_or(e.time >= f.t - INTERVAL {DAYS} DAY AND e.time < f.t) AS has_history,
                     bool_or(e.code = '{OUTCOME}' AND e.time > f.t AND e.time <= f.t + INTERVAL {DAYS} DAY) AS outcome
              FROM f JOIN e USING (subject_id) GROUP BY f.subject_id)
        SELECT subject_id, index_time, outcome FROM j WHERE has_history ORDER BY subject_id
        ) TO '{out}/all.parquet' (FORMAT parquet)"""
    )


if __name__ == "__main__":
    main()
