"""The feature task on a simulated country: 560 features of everyone who is in a phase, through the general engine.

The 20 most frequent laboratory tests and 40 most frequent drugs and diagnoses stand in the place of the task's codes.

Usage, in a study's folder: python -m benchmarks.national_task outcome=type_2_diabetes
"""

import sys
from functools import partial
from pathlib import Path

import polars as pl

from benchmarks.task.definition import WINDOWS
from benchmarks.task.ours import make_settings, write
from evidens.events import BucketEvents
from evidens.features import FeatureSettings, Index, build_columns
from evidens.study import Study

TESTS, OTHERS = 20, 40


def choose_codes(events: BucketEvents) -> dict[str, list]:
    """Choose the most frequent codes of one bucket, as groups of the task."""
    counts = events.scan().group_by("code").len().sort("len", "code", descending=[True, False]).collect()
    system = pl.col("code").str.split("/").list.first()
    tests = counts.filter(system == "NPU")["code"].head(TESTS).to_list()
    others = counts.filter(system.is_in(["ATC", "ICD10"]))["code"].head(OTHERS).to_list()
    return {"code": [*tests, *others], "is_numeric": [True] * len(tests) + [False] * len(others)}


def answer(members: pl.DataFrame, events: BucketEvents, *, settings: FeatureSettings, folder: Path) -> int:
    """Build the features of one bucket, write them, and return how many there are."""
    index = Index.of(members.sort("person_id", "index_at"))
    columns = build_columns(index, events, settings)
    if len(index):
        keys = {"person_id": index.person_id, "index_time": index.index_us}
        write(keys | columns, folder / f"from-{index.person_id[0]}.parquet", is_long=False)
    return len(index) * len(columns)


def main() -> None:
    """Build the features bucket by bucket on the study's engine."""
    items = dict(argument.split("=", 1) for argument in sys.argv[1:])
    study = Study.open(".", stage="build_features", **items)
    settings = make_settings(choose_codes(study.events_of(study.buckets("events")[0])))
    folder = study.root / "data" / "scratch" / "task"
    folder.mkdir(parents=True, exist_ok=True)
    work = partial(answer, settings=settings, folder=folder)
    cells = sum(n for _, n in study.map_buckets(work, members=("members", items["outcome"]), events="events"))
    print(f"{len(settings.dense_names)} features, {len(WINDOWS)} windows, {cells:,} cells")


if __name__ == "__main__":
    main()
