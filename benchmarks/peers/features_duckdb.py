"""The feature task in DuckDB's SQL, long: every window by FILTER, or the innermost window first and then cumulated.

The second form is the best SQL for nested windows that we know of: an event is put into the innermost window that holds
it, aggregated once, and windows are sums of what lies within them.

Usage: python -m benchmarks.peers.features_duckdb DATA OUT [--dates 1] [--way filter|innermost]
"""

import argparse
import os
from pathlib import Path

import duckdb

from benchmarks.task.definition import DAY_US, WINDOWS, event_files, index_files

INSIDE = """
  SELECT e.subject_id{index_key}, p.g, e.numeric_value AS v, e.time AS t,
         epoch_us(i.prediction_time) - epoch_us(e.time) AS age
  FROM read_parquet({events}) e
  JOIN '{data}/groups.parquet' p ON p.code = e.code
  JOIN read_parquet({index}) i ON i.subject_id = e.subject_id
  WHERE e.time < i.prediction_time AND e.time >= i.prediction_time - INTERVAL {longest} DAY"""
STATISTICS = {"count": "count(*)", "latest": "max_by(v, (t, v))", "min": "min(v)", "max": "max(v)", "mean": "avg(v)"}


def filter_windows(inside: str, keys: str) -> str:
    """Write every window and statistic as an aggregate with a filter of its own."""
    columns = ", ".join(
        f"({expression} FILTER (WHERE age <= {days * DAY_US})) AS {name}_{days}"
        for days in WINDOWS
        for name, expression in STATISTICS.items()
    )
    parts = " UNION ALL ".join(
        f"SELECT {keys}, g, {days}::SMALLINT AS w, count_{days}::INTEGER AS count, latest_{days} AS latest, "
        f"min_{days} AS min, max_{days} AS max, mean_{days}::FLOAT AS mean FROM l WHERE count_{days} > 0"
        for days in WINDOWS
    )
    return f"WITH b AS ({inside}), l AS (SELECT {keys}, g, {columns} FROM b GROUP BY {keys}, g) {parts}"


def cumulate_windows(connection: duckdb.DuckDBPyConnection, inside: str, keys: str) -> str:
    """Aggregate by innermost window, and write windows as aggregates of that."""
    cases = " ".join(f"WHEN age <= {days * DAY_US} THEN {days}" for days in WINDOWS[:-1])
    connection.execute(
        f"""CREATE TEMP TABLE z AS WITH b AS ({inside})
        SELECT {keys}, g, CASE {cases} ELSE {WINDOWS[-1]} END::SMALLINT AS w, count(*)::INTEGER AS n,
               max((t, v)) AS last, min(v) AS lo, max(v) AS hi, sum(v::DOUBLE) AS s
        FROM b GROUP BY {keys}, g, w"""
    )
    return " UNION ALL ".join(
        f"""SELECT {keys}, g, {days}::SMALLINT AS w, sum(n)::INTEGER AS count, struct_extract(max(last), 2) AS latest,
        min(lo) AS min, max(hi) AS max, (sum(s) / sum(n))::FLOAT AS mean FROM z WHERE w <= {days} GROUP BY {keys}, g"""
        for days in WINDOWS
    )


def main() -> None:
    """Answer in one query over all shards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dates", type=int, default=1)
    parser.add_argument("--way", choices=("filter", "innermost"), default="innermost")
    options = parser.parse_args()
    several = options.dates > 1
    keys = "subject_id, index_time" if several else "subject_id"
    inside = INSIDE.format(
        index_key=", i.prediction_time AS index_time" if several else "", data=options.data, longest=max(WINDOWS),
        events=event_files(options.data), index=index_files(options.data, options.dates),
    )  # fmt: skip
    connection = duckdb.connect(config={"threads": len(os.sched_getaffinity(0)), "memory_limit": "12GB"})
    connection.execute("SET preserve_insertion_order = false")
    innermost = options.way == "innermost"
    query = cumulate_windows(connection, inside, keys) if innermost else filter_windows(inside, keys)
    options.out.mkdir(parents=True)
    connection.execute(f"COPY ({query}) TO '{options.out}/all.parquet' (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    main()
