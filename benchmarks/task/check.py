"""Is an answer to the feature task right? Against a naive reference for some people, or against another answer in full.

Counts, latest, least and largest values must be equal; means may differ by a relative 1e-5 (float32 of a mean in double
precision).
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.task.definition import COUNT, DAY_US, VALUES, WINDOWS, event_files, feature, index_files

MEAN_TOLERANCE = 1e-5
KEYS = ["subject_id", "index_time"]


def read_groups(data: Path) -> list[tuple[int, str, bool]]:
    """Read group, code and whether it is numeric."""
    return list(pl.read_parquet(data / "groups.parquet").sort("g").select("g", "code", "is_numeric").iter_rows())


def read_index(data: Path, dates: int) -> pl.DataFrame:
    """Read the index times: subject_id, index_time, sorted."""
    index = pl.read_parquet(index_files(data, dates)).rename({"prediction_time": "index_time"})
    return index.select(pl.col("subject_id"), pl.col("index_time").cast(pl.Datetime("us"))).sort(KEYS)


def names_of(group: int, is_numeric: bool) -> list[str]:
    """Name the features of one group, as a wide answer has them."""
    statistics = (COUNT, *VALUES) if is_numeric else (COUNT,)
    return [feature(group, statistic, days) for statistic in statistics for days in WINDOWS]


def reckon_naively(data: Path, dates: int, people: int) -> pl.DataFrame:
    """Work out the wide answer for the first people, with dictionaries and loops only."""
    groups = read_groups(data)
    index = read_index(data, dates)
    first = index["subject_id"].unique(maintain_order=True).head(people)
    index = index.filter(pl.col("subject_id") <= first[-1])
    events = _events_by_person(data, {code: group for group, code, _ in groups}, int(first[-1]))
    rows = []
    for person, at in index.select("subject_id", pl.col("index_time").dt.epoch("us")).iter_rows():
        row: dict[str, float] = {}
        for group, _, is_numeric in groups:
            for days in WINDOWS:
                row |= _reckon_one(events.get((person, group), []), at, group, is_numeric, days)
        rows.append(row)
    schema = {name: pl.Float32 for group, _, is_numeric in groups for name in names_of(group, is_numeric)}
    return pl.concat([index, pl.DataFrame(rows, schema=schema)], how="horizontal")


def _reckon_one(events: list[tuple[int, float]], at: int, group: int, is_numeric: bool, days: int) -> dict[str, float]:
    inside = [(time, value) for time, value in events if at - days * DAY_US <= time < at]
    row = {feature(group, COUNT, days): float(len(inside))}
    if is_numeric and inside:
        values = [value for _, value in inside]
        newest = max(time for time, _ in inside)
        found = (max(value for time, value in inside if time == newest), min(values), max(values),
                 sum(values) / len(values))  # fmt: skip
        row |= {feature(group, name, days): value for name, value in zip(VALUES, found, strict=True)}
    return row


def _events_by_person(data: Path, groups: dict[str, int], last: int) -> dict[tuple[int, int], list]:
    events: dict[tuple[int, int], list] = {}
    wanted = pl.scan_parquet(event_files(data)).filter(pl.col("subject_id") <= last, pl.col("time").is_not_null())
    for person, time, code, value in (
        wanted.select("subject_id", pl.col("time").dt.epoch("us"), "code", "numeric_value").collect().iter_rows()
    ):
        if code in groups:
            events.setdefault((person, groups[code]), []).append((time, value))
    return events


class Answer:
    """An answer on disk, wide or long, read one group at a time.

    Parameters
    ----------
    source : Path or polars.DataFrame
        A file, a folder of files, or a wide frame. subject_id and, where people have several, index_time.
    index : polars.DataFrame
        The rows that are asked for, and their order.
    """

    def __init__(self, source: Path | pl.DataFrame, index: pl.DataFrame) -> None:
        if isinstance(source, Path):
            source = pl.scan_parquet(source / "*.parquet" if source.is_dir() else source)
        self.frame = source.lazy()
        self.columns = self.frame.collect_schema().names()
        self.keys = [key for key in KEYS if key in self.columns]
        self.index = index.with_row_index("row")
        self.is_long = "g" in self.columns

    def rows(self) -> int:
        """Count the rows of a wide answer, or the index times that a long one may speak of."""
        return self.index.height if self.is_long else self.frame.select(pl.len()).collect().item()

    def cells(self, group: int, is_numeric: bool) -> dict[str, np.ndarray]:
        """Read the features of one group, in the order of the index; 0 or NaN where a window is empty."""
        names = names_of(group, is_numeric)
        found = self._long(group, is_numeric) if self.is_long else self._wide(names)
        return {
            name: np.nan_to_num(found[name]) if f"_{COUNT}_" in name else found[name] for name in names if name in found
        }

    def _wide(self, names: list[str]) -> dict[str, np.ndarray]:
        present = [name for name in names if name in self.columns]
        cells = self.index.join(self.frame.select(*self.keys, *present).collect(), on=self.keys, how="left").sort("row")
        return {name: cells[name].cast(pl.Float32).fill_null(float("nan")).to_numpy() for name in present}

    def _long(self, group: int, is_numeric: bool) -> dict[str, np.ndarray]:
        statistics = (COUNT, *VALUES) if is_numeric else (COUNT,)
        cells = self.frame.filter(pl.col("g") == group).select(*self.keys, "w", *statistics).collect()
        cells = cells.join(self.index, on=self.keys)
        found = {}
        for days in WINDOWS:
            here = cells.filter(pl.col("w") == days)
            for statistic in statistics:
                column = np.full(self.index.height, np.nan, np.float32)
                column[here["row"].to_numpy()] = here[statistic].cast(pl.Float32).fill_null(float("nan")).to_numpy()
                found[feature(group, statistic, days)] = column
        return found


def compare(got: Answer, wanted: Answer, groups: list[tuple[int, str, bool]]) -> dict:
    """Compare two answers on the rows of the same index.

    Returns
    -------
    dict
        `cells`: how many were compared; `missing`: features that the first does not have; `differing`: features that
        differ anywhere; `wrong` and `filled`: by statistic, how many cells differ, and how many of the second hold
        anything (a count above 0, a value).
    """
    result: dict = {"cells": 0, "missing": [], "differing": [], "wrong": Counter(), "filled": Counter()}
    for name, mine, theirs in _pairs(got, wanted, groups):
        if mine is None:
            result["missing"].append(name)
            continue
        statistic, wrong = name.split("_")[1], int((~_are_equal(name, mine, theirs)).sum())
        result["cells"] += theirs.size
        result["filled"][statistic] += int((theirs > 0).sum() if statistic == COUNT else (~np.isnan(theirs)).sum())
        result["wrong"][statistic] += wrong
        if wrong:
            result["differing"].append(name)
    return result


def _pairs(
    got: Answer, wanted: Answer, groups: list[tuple[int, str, bool]]
) -> Iterator[tuple[str, np.ndarray | None, np.ndarray]]:
    for group, _, is_numeric in groups:
        mine, theirs = got.cells(group, is_numeric), wanted.cells(group, is_numeric)
        yield from ((name, mine.get(name), theirs[name]) for name in theirs)


def _are_equal(name: str, mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    if "_mean_" in name:
        return np.isclose(mine, theirs, rtol=MEAN_TOLERANCE, atol=0.0, equal_nan=True)
    return (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))


def say(result: dict) -> str:
    """Say in a few words how a comparison went."""
    if not result["missing"] and not result["differing"]:
        return f"equal ({result['cells']:,} cells)"
    told = [f"{statistic} wrong in {wrong:,} cells ({result['filled'][statistic]:,} hold something)"
            for statistic, wrong in result["wrong"].items() if wrong]  # fmt: skip
    return "; ".join([*told, f"{len(result['missing'])} features missing"] if result["missing"] else told)
