"""The feature task with the general engine of evidens: two families of features, bucket by bucket.

Usage: python -m benchmarks.task.ours DATA OUT [--dates 1] [--form wide|long] [--segments one|yearly]
"""

import argparse
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.task.definition import VALUES, WINDOWS, feature
from evidens.events import BucketEvents
from evidens.features import FeatureSettings, Index, build_columns, build_long
from evidens.features.families import CountFamily, ValueFamily

NAMES = tuple(f"{days}d" for days in WINDOWS)
ARROW = {"i8": pa.int64(), "i4": pa.int32(), "i2": pa.int16(), "f4": pa.float32()}


def read_columns(path: Path) -> dict[str, list]:
    """Read a small table."""
    return pq.ParquetFile(path).read(use_threads=False).to_pydict()


def make_settings(groups: dict[str, list]) -> FeatureSettings:
    """Ask for counts of every code, and for values of the numeric ones."""
    numeric = [code for code, is_numeric in zip(groups["code"], groups["is_numeric"], strict=True) if is_numeric]
    families = CountFamily(tuple(groups["code"]), NAMES), ValueFamily(tuple(numeric), dict.fromkeys(VALUES, NAMES))
    return FeatureSettings(families)


def read_index(path: Path) -> Index:
    """Read the index times of one bucket."""
    table = pq.ParquetFile(path).read(use_threads=False)
    return Index(*(_whole_numbers(table[name]) for name in ("person_id", "index_at")))


def _whole_numbers(column: pa.ChunkedArray) -> np.ndarray:
    """View a column without missing values as numbers, without a detour through pandas."""
    parts = [
        np.frombuffer(part.buffers()[1], np.int64)[part.offset : part.offset + len(part)] for part in column.chunks
    ]
    return np.concatenate(parts)


def answer_wide(index: Index, events: BucketEvents, settings: FeatureSettings, names: dict[str, str]) -> dict:
    """Make one column per feature."""
    columns = build_columns(index, events, settings)
    return {"subject_id": index.person_id, "index_time": index.index_us} | {
        names[name]: values for name, values in columns.items()
    }


def answer_long(
    index: Index, events: BucketEvents, settings: FeatureSettings, group: dict[str, int], *, several: bool
) -> dict:
    """Make one row per index time, code and window that holds anything; the time is told where people have several."""
    found = build_long(index, events, settings)
    keys = {"subject_id": index.person_id[found.row]}
    if several:
        keys["index_time"] = index.index_us[found.row]
    codes = np.array([group[code] for code in found.subjects], np.int16)
    days = np.array([int(name.removesuffix("d")) for name in found.windows], np.int16)
    return keys | {"g": codes[found.subject], "w": days[found.window]} | found.columns


def write(columns: dict[str, np.ndarray], path: Path, *, is_long: bool) -> None:
    """Write arrays as they are; a dictionary of their values pays only where rows repeat them."""
    arrays = [
        pa.Array.from_buffers(pa.timestamp("us") if name == "index_time" else ARROW[array.dtype.str[1:]], len(array),
                              [None, pa.py_buffer(np.ascontiguousarray(array))])
        for name, array in columns.items()
    ]  # fmt: skip
    table = pa.Table.from_arrays(arrays, names=list(columns))
    pq.write_table(table, path, compression="zstd", use_dictionary=is_long, write_statistics=False)


@dataclass(frozen=True)
class Task:
    """What is asked of every bucket."""

    store: Path
    out: Path
    dates: int
    is_long: bool
    groups: dict[str, list]

    @cached_property
    def settings(self) -> FeatureSettings:
        """The task as settings of the general engine."""
        return make_settings(self.groups)

    @cached_property
    def group(self) -> dict[str, int]:
        """Number of the group of each code."""
        return dict(zip(self.groups["code"], self.groups["g"], strict=True))

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of the task's features by those of the engine's."""
        cells = (cell for family in self.settings.families for cell in family.cells())
        return {name: feature(self.group[subject], statistic, window.begin_days)
                for name, statistic, subject, window in cells}  # fmt: skip

    def answer(self, path: Path) -> None:
        """Answer for the bucket whose index times lie at `path`."""
        events = BucketEvents(tuple(sorted((self.store / "events").glob(f"*/{path.name}"))))
        index = read_index(path)
        if self.is_long:
            columns = answer_long(index, events, self.settings, self.group, several=self.dates > 1)
        else:
            columns = answer_wide(index, events, self.settings, self.names)
        write(columns, self.out / path.name, is_long=self.is_long)


def main() -> None:
    """Answer bucket by bucket."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dates", type=int, default=1)
    parser.add_argument("--form", choices=("wide", "long"), default="wide")
    parser.add_argument("--segments", choices=("one", "yearly"), default="one")
    options = parser.parse_args()
    options.out.mkdir(parents=True)
    store, groups = options.data / f"events-{options.segments}", read_columns(options.data / "groups.parquet")
    task = Task(store, options.out, options.dates, options.form == "long", groups)
    paths = sorted((store / f"index-{options.dates}").glob("*.parquet"))
    for path in paths:
        task.answer(path)


if __name__ == "__main__":
    main()
