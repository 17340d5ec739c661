"""The cohort task with polars: one lazy plan on the streaming engine.

Usage: python -m benchmarks.peers.cohort_polars DATA OUT
"""

import sys
from pathlib import Path

import polars as pl

from benchmarks.peers.cohort_definition import CONTACT, DAYS, OUTCOME
from benchmarks.task.definition import event_files


def main() -> None:
    """Answer in one plan over all shards."""
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    events = pl.scan_parquet(event_files(data)).select("subject_id", "time", "code").drop_nulls("time")
    first = events.filter(pl.col("code") == CONTACT).group_by("subject_id").agg(index_time=pl.col("time").min())
    year, at, index = pl.duration(days=DAYS), pl.col("time"), pl.col("index_time")
    answer = (
        events.join(first, on="subject_id")
        .group_by("subject_id")
        .agg(
            index.first(),
            has_history=((at >= index - year) & (at < index)).any(),
            outcome=((pl.col("code") == OUTCOME) & (at > index) & (at <= index + year)).any(),
        )
        .filter("has_history")
        .drop("has_history")
        .sort("subject_id")
    )
    out.mkdir(parents=True)
    answer.collect(engine="streaming").write_parquet(out / "all.parquet")


if __name__ == "__main__":
    main()
