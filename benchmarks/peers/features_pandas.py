"""The feature task with pandas, wide: one merge, then a groupby and an unstack per window.

Usage: python -m benchmarks.peers.features_pandas DATA OUT [--dates 1]
"""

import argparse
from pathlib import Path

import pandas as pd

from benchmarks.task.definition import COUNT, VALUES, WINDOWS, event_files, feature, index_files


def read_events(data: Path, index: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Read the events of the groups in the longest window before an index time."""
    events = pd.concat([pd.read_parquet(file) for file in event_files(data)], ignore_index=True)
    events = events.dropna(subset=["time"]).merge(groups, on="code").merge(index, on="subject_id")
    since = events.index_time - pd.Timedelta(days=max(WINDOWS))
    return events[(events.time < events.index_time) & (events.time >= since)]


def describe_window(events: pd.DataFrame, days: int, rows: pd.Index, groups: pd.DataFrame) -> list[pd.DataFrame]:
    """Make the columns of one window."""
    inside = events[events.time >= events.index_time - pd.Timedelta(days=days)]
    keys = list(rows.names)
    counts = inside.groupby([*keys, "g"]).size().unstack("g").reindex(columns=groups.g)
    counts.columns = [feature(group, COUNT, days) for group in counts.columns]
    numeric = inside[inside.is_numeric].sort_values(["time", "numeric_value"])
    by_group = numeric.assign(numeric_value=numeric.numeric_value.astype("float64")).groupby([*keys, "g"]).numeric_value
    values = by_group.agg(latest="last", min="min", max="max", mean="mean").unstack("g")
    values.columns = [feature(group, statistic, days) for statistic, group in values.columns]
    wanted = [feature(group, statistic, days) for statistic in VALUES for group in groups.g[groups.is_numeric]]
    return [counts.reindex(rows).fillna(0), values.reindex(rows).reindex(columns=wanted)]


def main() -> None:
    """Answer with all events in memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dates", type=int, default=1)
    options = parser.parse_args()
    groups = pd.read_parquet(options.data / "groups.parquet").sort_values("g")
    index = pd.concat([pd.read_parquet(file) for file in index_files(options.data, options.dates)])
    index = index.drop(columns="boolean_value").rename(columns={"prediction_time": "index_time"})
    events = read_events(options.data, index, groups)
    rows = index.set_index(["subject_id", "index_time"] if options.dates > 1 else "subject_id").index
    parts = [part for days in WINDOWS for part in describe_window(events, days, rows, groups)]
    options.out.mkdir(parents=True)
    answer = pd.concat(parts, axis=1).astype("float32").reset_index()
    answer.to_parquet(options.out / "all.parquet", index=False)


if __name__ == "__main__":
    main()
