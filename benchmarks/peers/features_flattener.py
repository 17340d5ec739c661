"""The feature task with timeseriesflattener, wide: one specification per group.

Its look-behind is closed at both ends; from one microsecond to w days it is the task's window. Its latest value is
missing for everyone who has a later one, also after the index time: `--repaired` leaves events at or after the index
time away before it starts, which heals that where everyone has one index time, and not where there are several.

Usage: python -m benchmarks.peers.features_flattener DATA OUT [--dates 1] [--repaired]
"""

import argparse
import contextlib
import datetime as dt
import io
from pathlib import Path

import polars as pl
from timeseriesflattener import Flattener, PredictionTimeFrame, PredictorSpec, ValueFrame
from timeseriesflattener.aggregators import (
    CountAggregator,
    LatestAggregator,
    MaxAggregator,
    MeanAggregator,
    MinAggregator,
)

from benchmarks.task.definition import WINDOWS, event_files, feature, index_files

LOOK_BEHIND = [(dt.timedelta(microseconds=1), dt.timedelta(days=days)) for days in WINDOWS]


def read_events(data: Path, index: pl.DataFrame, *, repaired: bool) -> dict:
    """Read the events of the groups, by group."""
    groups = pl.scan_parquet(data / "groups.parquet")
    events = pl.scan_parquet(event_files(data)).drop_nulls("time").join(groups.select("code", "g"), on="code")
    if repaired:
        events = events.join(index.lazy(), on="subject_id").filter(pl.col("time") < pl.col("pred_timestamp"))
    wanted = events.select("subject_id", "g", numeric_value="numeric_value", timestamp="time").collect()
    return wanted.partition_by("g", as_dict=True, include_key=False)


def specify(group: int, is_numeric: bool, events: pl.DataFrame) -> PredictorSpec:
    """Say what is wanted of one group."""
    if is_numeric:
        aggregators = [
            CountAggregator(), LatestAggregator(timestamp_col_name="timestamp"), MinAggregator(), MaxAggregator(),
            MeanAggregator(),
        ]  # fmt: skip
        values = events.rename({"numeric_value": f"g{group:02d}"})
        values = values.sort(f"g{group:02d}", descending=True)  # it takes the first of ties
    else:
        aggregators = [CountAggregator()]
        values = events.drop("numeric_value").with_columns(pl.lit(1.0, pl.Float32).alias(f"g{group:02d}"))
    return PredictorSpec(
        value_frame=ValueFrame(
            init_df=values, entity_id_col_name="subject_id", value_timestamp_col_name="timestamp"
        ),
        lookbehind_distances=LOOK_BEHIND, aggregators=aggregators, fallback=float("nan"), column_prefix="p",
    )  # fmt: skip


def rename(column: str) -> str:
    """Give a column the task's name: p_g07_within_0_to_30_days_count_fallback_nan is g07_count_30."""
    _, group, _, _, _, days, _, statistic, *_ = column.split("_")
    return feature(int(group[1:]), statistic, int(days))


def main() -> None:
    """Answer with all events in memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dates", type=int, default=1)
    parser.add_argument("--repaired", action="store_true")
    options = parser.parse_args()
    index = pl.read_parquet(index_files(options.data, options.dates))
    index = index.select("subject_id", pred_timestamp="prediction_time")
    events = read_events(options.data, index, repaired=options.repaired)
    groups = pl.read_parquet(options.data / "groups.parquet").select("g", "is_numeric").iter_rows()
    specifications = [specify(group, is_numeric, events.pop((group,))) for group, is_numeric in groups]
    times = PredictionTimeFrame(
        init_df=index, entity_id_col_name="subject_id", timestamp_col_name="pred_timestamp"
    )  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        found = Flattener(predictiontime_frame=times).aggregate_timeseries(specs=specifications).df
    names = {column: rename(column) for column in found.columns if column.startswith("p_g")}
    answer = found.rename({**names, "pred_timestamp": "index_time"})
    answer = answer.select("subject_id", "index_time", pl.col(list(names.values())).cast(pl.Float32))
    options.out.mkdir(parents=True)
    answer.with_columns(pl.col("^.*_count_.*$").fill_nan(0).fill_null(0)).write_parquet(options.out / "all.parquet")


if __name__ == "__main__":
    main()
