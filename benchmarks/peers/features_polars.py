"""The feature task with polars: a lazy plan on the streaming engine, shard by shard: its fastest way.

Usage: python -m benchmarks.peers.features_polars DATA OUT [--dates 1] [--form wide|long]
"""

import argparse
from pathlib import Path

import polars as pl

from benchmarks.task.definition import COUNT, VALUES, WINDOWS, event_files, feature, index_files


def plan(events: str, index: pl.LazyFrame, groups: pl.DataFrame, keys: list[str]) -> pl.LazyFrame:
    """Plan one row per index time and group, with every window and statistic beside each other."""
    age, value = pl.col("age"), pl.col("numeric_value")
    aggregates = []
    for days in WINDOWS:
        inside = age <= pl.duration(days=days)
        aggregates += [
            inside.sum().alias(f"count_{days}"),
            value.filter(inside & (age == age.min())).max().alias(f"latest_{days}"),
            value.filter(inside).min().alias(f"min_{days}"),
            value.filter(inside).max().alias(f"max_{days}"),
            value.filter(inside).cast(pl.Float64).mean().cast(pl.Float32).alias(f"mean_{days}"),
        ]
    return (
        pl.scan_parquet(events)
        .join(groups.lazy().select("code", "g"), on="code")
        .join(index, on="subject_id")
        .with_columns(age=pl.col("index_time") - pl.col("time"))
        .filter((age > pl.duration(days=0)) & (age <= pl.duration(days=max(WINDOWS))))
        .group_by(*keys, "g")
        .agg(aggregates)
    )


def lengthen(found: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Make one row per index time, group and window that holds anything."""
    parts = [
        found.filter(pl.col(f"count_{days}") > 0).select(
            *keys, "g", pl.lit(days, pl.Int16).alias("w"),
            *[pl.col(f"{statistic}_{days}").alias(statistic) for statistic in (COUNT, *VALUES)],
        )
        for days in WINDOWS
    ]  # fmt: skip
    return pl.concat(parts)


def widen(found: pl.DataFrame, index: pl.DataFrame, groups: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Make one row per index time and one column per feature."""
    wide = index.select(keys)
    for is_numeric in (False, True):
        some = groups.filter(pl.col("is_numeric") == is_numeric)["g"].to_list()
        statistics = [f"{name}_{days}" for name in ((COUNT, *VALUES) if is_numeric else (COUNT,)) for days in WINDOWS]
        part = found.filter(pl.col("g").is_in(some)).select(*keys, "g", *statistics)
        part = part.pivot(on="g", index=keys, values=statistics, on_columns=some)
        names = {f"{s}_{g}": feature(g, *s.split("_")) for s in statistics for g in some}  # type: ignore[arg-type]
        wide = wide.join(part.rename(names), on=keys, how="left")
    wide = wide.with_columns(pl.exclude(keys).cast(pl.Float32))
    return wide.with_columns(pl.col("^.*_count_.*$").fill_null(0))


def main() -> None:
    """Answer shard by shard."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dates", type=int, default=1)
    parser.add_argument("--form", choices=("wide", "long"), default="wide")
    options = parser.parse_args()
    options.out.mkdir(parents=True)
    groups = pl.read_parquet(options.data / "groups.parquet")
    keys = ["subject_id", "index_time"] if options.dates > 1 else ["subject_id"]
    for events, labels in zip(event_files(options.data), index_files(options.data, options.dates), strict=True):
        index = pl.scan_parquet(labels).select("subject_id", pl.col("prediction_time").alias("index_time"))
        found = plan(events, index, groups, keys).collect(engine="streaming")
        answer = lengthen(found, keys) if options.form == "long" else widen(found, index.collect(), groups, keys)
        answer.write_parquet(options.out / Path(events).name)


if __name__ == "__main__":
    main()
