"""Read what meds-tab wrote, sparse matrices by shard, window and statistic, as a wide answer as far as it goes."""

from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.task.check import read_groups
from benchmarks.task.definition import COUNT, WINDOWS, event_files, feature, index_files

FILES = {COUNT: "code/count", "min": "value/min", "max": "value/max"}


def read_meds_tab(data: Path, out: Path) -> pl.DataFrame:
    """Read the wide answer; a mean is its sum over its count, a cell that it does not hold is empty."""
    chosen = pl.read_parquet(out / "made" / "metadata" / "filtered.parquet")["code"].sort()
    shards = []
    for events, labels in zip(event_files(data), index_files(data, 1), strict=True):
        folder = out / "made" / "tabularize" / "train" / Path(events).stem
        people = pl.read_parquet(labels).select("subject_id", index_time="prediction_time")
        columns = _read_shard(folder, read_groups(data), chosen, people.height)
        shards.append(people.with_columns(**columns))
    return pl.concat(shards)


def _read_shard(
    folder: Path, groups: list[tuple[int, str, bool]], chosen: pl.Series, people: int
) -> dict[str, pl.Series]:
    columns = {}
    for days in WINDOWS:
        read = {name: _read_matrix(folder / f"{days}d" / f"{file}.npz", people) for name, file in FILES.items()}
        total = _read_matrix(folder / f"{days}d" / "value" / "sum.npz", people)
        number = _read_matrix(folder / f"{days}d" / "value" / "count.npz", people)
        read["mean"] = {cell: total[cell] / number[cell] for cell in total if cell in number}
        for group, code, is_numeric in groups:
            for name in read if is_numeric else (COUNT,):
                kind = "code" if name == COUNT else "value"
                names = [one.removesuffix(f"/{kind}") for one in chosen if one.endswith(f"/{kind}")]
                found = read[name].get(names.index(code)) if code in names else None
                empty = np.full(people, 0.0 if name == COUNT else np.nan)
                columns[feature(group, name, days)] = pl.Series(empty if found is None else found)
    return columns


def _read_matrix(file: Path, people: int) -> dict[int, np.ndarray]:
    """Read one matrix as columns: 0 in counts, NaN in values, where it holds nothing."""
    value, row, column = np.load(file)["array"]
    empty = 0.0 if file.stem == COUNT else np.nan
    columns: dict[int, np.ndarray] = {}
    for number in np.unique(column).astype(int):
        columns[number] = np.full(people, empty)
        columns[number][row[column == number].astype(int)] = value[column == number]
    return columns
