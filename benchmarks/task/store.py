"""The task's people as a study of ours has them: events in runs by bucket, sorted by person and time; who they are; and
their index times by bucket.

An event store is made once for every study that reads it: its making is timed apart, and not counted as ours.

Usage: python -m benchmarks.task.store DATA [--segments one|yearly]
"""

import argparse
import datetime as dt
import json
import shutil
import time
from pathlib import Path

import polars as pl

from benchmarks.task.definition import event_files
from evidens.events import EVENT_ORDER

SEGMENTS = ("one", "yearly")  # all events of a bucket in one run, or a run for every calendar year


def store_folder(data: Path, segments: str) -> Path:
    """Return the folder of the store."""
    return data / f"events-{segments}"


def as_events(meds: pl.DataFrame) -> pl.DataFrame:
    """Give MEDS rows the columns of an event; rows without a time are facts of a person, and no events."""
    moment = pl.Datetime("us")
    return meds.filter(pl.col("time").is_not_null()).select(
        person_id="subject_id", event_at=pl.col("time").cast(moment), known_at=pl.col("time").cast(moment),
        end_at=pl.lit(None, moment), code="code", value=pl.col("numeric_value").cast(pl.Float64),
        operator=pl.lit(None, pl.String), unit=pl.lit(None, pl.String), text=pl.lit(None, pl.String),
        register=pl.lit("task"), delivery=pl.lit("task"),
    )  # fmt: skip


def build_store(data: Path, segments: str) -> None:
    """Write the store: as many buckets as there are files of MEDS, so that both have equally many people in a file."""
    from evidens.study.parquet_files import write_parquet

    files, place = event_files(data), store_folder(data, segments)
    shutil.rmtree(place, ignore_errors=True)
    scratch = place / "scratch"
    for file in files:
        for bucket, part in _by(as_events(pl.read_parquet(file)), pl.col("person_id") % len(files)):
            write_parquet(part, scratch / f"{bucket:04d}" / Path(file).name)
    for bucket in range(len(files)):
        events = pl.read_parquet(scratch / f"{bucket:04d}" / "*.parquet").sort(EVENT_ORDER)
        key = pl.lit(0) if segments == "one" else pl.col("event_at").dt.year()
        for segment, part in _by(events, key):
            name = f"task-{segment}" if segment else "task"
            write_parquet(part, place / "events" / name / f"bucket-{bucket:04d}.parquet")
    shutil.rmtree(scratch)
    for name, frame in describe_people(data).items():
        for bucket, part in _by(frame, pl.col("person_id") % len(files)):
            write_parquet(part, place / name / f"bucket-{bucket:04d}.parquet")


def describe_people(data: Path) -> dict[str, pl.DataFrame]:
    """Describe who the people are, all of them alike, and their index times."""
    frames = {}
    for folder in sorted(data.glob("index-*")):
        index = pl.read_parquet(folder / "*.parquet").select(person_id="subject_id", index_at="prediction_time")
        frames[folder.name] = index.with_columns(pl.col("index_at").cast(pl.Datetime("us"))).sort(pl.all())
    people = frames["index-1"].select("person_id")
    born, never = pl.lit(dt.date(1960, 1, 1)), pl.lit(None, pl.Date)
    persons = people.with_columns(sex=pl.lit("female"), born_on=born, origin=pl.lit("danish"), died_on=never)
    residence = people.with_columns(region=pl.lit("84"), from_on=born, to_on=never)
    return frames | {"persons": persons, "residence": residence}


def _by(frame: pl.DataFrame, key: pl.Expr) -> list[tuple[int, pl.DataFrame]]:
    parts = frame.with_columns(key.alias("_key")).partition_by("_key", as_dict=True, include_key=False)
    return [(int(name[0]), part) for name, part in parts.items()]  # type: ignore[call-overload]


def main() -> None:
    """Build a store, and note what it cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--segments", choices=SEGMENTS, default="one")
    options = parser.parse_args()
    started = time.process_time(), time.perf_counter()
    build_store(options.data, options.segments)
    place = store_folder(options.data, options.segments)
    cost = {
        "cpu_s": round(time.process_time() - started[0], 1), "wall_s": round(time.perf_counter() - started[1], 1),
        "mb": round(sum(file.stat().st_size for file in place.rglob("*.parquet")) / 1e6),
    }  # fmt: skip
    (place / "cost.json").write_text(json.dumps(cost))


if __name__ == "__main__":
    main()
