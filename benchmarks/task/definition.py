"""The feature task: 60 codes in four windows before an index time, 560 features.

A window of `w` days before the index time T holds the events with ``T - w <= time < T``, in microseconds: an event at
exactly T is never used, one at exactly T - w is. Events without a time and of other codes are never used. Of each of
the 60 likeliest codes the events are counted; of the 20 numeric ones among them also the latest value (ties: the
largest), the least, the largest and the mean (in double precision). Where a window is empty the count is 0 and a value
is null or NaN.

A *wide* answer has one row per index time and one float32 column per feature, a *long* one a row per index time, code
and window that holds anything. Only the standard library is imported here: every peer's environment reads this file.
"""

from pathlib import Path

WINDOWS = (30, 90, 365, 1825)  # days
COUNT, VALUES = "count", ("latest", "min", "max", "mean")
DAY_US = 86_400_000_000
N_GROUPS = 60
EVENTS_PER_PERSON, PEOPLE_PER_SHARD = 100, 10_000
SIZES = {"T": 200, "shard": 10_000, "S": 20_000, "M": 200_000, "L": 1_000_000}  # people


def feature(group: int, statistic: str, days: int) -> str:
    """Name a column of a wide answer.

    >>> feature(7, "latest", 90)
    'g07_latest_90'
    """
    return f"g{group:02d}_{statistic}_{days}"


def event_files(data: str | Path) -> list[str]:
    """Files of the events in MEDS form: subject_id, time, code, numeric_value; sorted by person and time."""
    return sorted(str(path) for path in (Path(data) / "meds").glob("*.parquet"))


def index_files(data: str | Path, dates: int) -> list[str]:
    """Files of the index times, as MEDS labels: subject_id, prediction_time, boolean_value; shards as of the events."""
    return sorted(str(path) for path in (Path(data) / f"index-{dates}").glob("*.parquet"))
