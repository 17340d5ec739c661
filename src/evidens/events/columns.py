"""One run of events as arrays, read from Parquet without a step through a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.events.manifest import REBUILD, EventStoreError
from evidens.foundation import Fault

if TYPE_CHECKING:
    import pyarrow as pa

NO_TIME = np.iinfo(np.int64).min  # an `end_us` that there is none of
ALWAYS = ("person_id", "event_at", "known_at", "code")
NULLABLE = {"value": np.nan, "end_at": NO_TIME}  # what may be read besides, and what stands for null


@dataclass(frozen=True)
class EventColumns:
    """Events of one run, sorted by person and then time.

    Parameters
    ----------
    person_id, event_us, known_us : array of int64, shape (n,)
        Times in microseconds since 1970.
    code : array of int32, shape (n,)
        Position in `codes`.
    codes : tuple of str
        The codes of this run, each once, in no particular order.
    value : array of float64, shape (n,), optional
        NaN for null; None where it was not asked for.
    end_us : array of int64, shape (n,), optional
        `NO_TIME` for null; None where it was not asked for.
    """

    person_id: NDArray[np.int64]
    event_us: NDArray[np.int64]
    known_us: NDArray[np.int64]
    code: NDArray[np.int32]
    codes: tuple[str, ...]
    value: NDArray[np.float64] | None = None
    end_us: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, frame: pl.DataFrame, columns: Sequence[str] = ("value",)) -> EventColumns:
        """Take the arrays out of a frame of events."""
        codes = frame["code"].cast(pl.String).unique().sort()
        code = frame["code"].cast(pl.Enum(codes)).to_physical().to_numpy().astype(np.int32)
        time = {name: frame[name].cast(pl.Datetime("us")).to_physical() for name in ("event_at", "known_at")}
        value = frame["value"].cast(pl.Float64).fill_null(np.nan).to_numpy() if "value" in columns else None
        end = frame["end_at"].cast(pl.Datetime("us")).to_physical() if "end_at" in columns else None
        return cls(
            frame["person_id"].to_numpy(),
            time["event_at"].to_numpy(),
            time["known_at"].to_numpy(),
            code,
            tuple(codes),
            value,
            None if end is None else end.fill_null(NO_TIME).to_numpy(),
        )

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each person's events begin, shape (n_people,)."""
        ids = self.person_id
        return np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.empty(0, np.int64)

    def keep_people(self, low: int, high: int) -> EventColumns:
        """Keep the events of people whose number is in [low, high); no event is copied."""
        first, last = np.searchsorted(self.person_id, (low, high))
        if first == 0 and last == len(self.person_id):
            return self
        names = ("person_id", "event_us", "known_us", "code", "value", "end_us")
        parts = {name: getattr(self, name) for name in names}
        return replace(self, **{name: part[first:last] for name, part in parts.items() if part is not None})


def read_columns(
    path: Path,
    columns: Sequence[str] = ("value",),
    people: tuple[int, int] | None = None,
    between: tuple[int, int] | None = None,
) -> EventColumns | None:
    """Read one run.

    Parameters
    ----------
    path : Path
    columns : sequence of {"value", "end_at"}
        What is wanted beside person, times and code.
    people : (int, int), optional
        Only events of people whose number is in [low, high): other row groups are not read.
    between : (int, int), optional
        Only events in [since, until), microseconds since 1970, are of interest. None is returned if the file's
        statistics say that it has none; else all events are read.

    Raises
    ------
    EventStoreError
        If the file cannot be read as events.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, read_dictionary=["code"]) as file:
            wanted = _overlapping(file.metadata, "person_id", people)
            if not wanted or not _overlapping(file.metadata, "event_at", between):
                return None
            table = file.read_row_groups(wanted, columns=[*ALWAYS, *columns], use_threads=False)
        read = {name: _as_array(table[name].chunks) for name in table.column_names if name != "code"}
        code, codes = _as_codes(table["code"].chunks)
    except (pa.ArrowException, OSError, KeyError) as error:
        finding = f"cannot be read as a run of events ({type(error).__name__})."
        raise EventStoreError(Fault(_name(path), finding, REBUILD)) from error
    run = EventColumns(read["person_id"], read["event_at"], read["known_at"], code, codes, read.get("value"),
                       read.get("end_at"))  # fmt: skip
    return run if people is None else run.keep_people(*people)


def check_run(run: EventColumns, *, place: str, bucket: tuple[int, int] | None = None) -> EventColumns:
    """Return `run` if it is sorted and of its bucket.

    Parameters
    ----------
    run : EventColumns
    place : str
        Named in errors.
    bucket : (int, int), optional
        Number of the bucket, and of buckets: everybody's `person_id % n_buckets` is that number.

    Raises
    ------
    EventStoreError
        If events are not in the order of person and time, or people belong to another bucket.
    """
    ids = run.person_id[run.starts]
    earlier = np.flatnonzero(run.event_us[1:] < run.event_us[:-1])  # allowed where a person ends
    if (ids[1:] < ids[:-1]).any() or (run.person_id[earlier + 1] == run.person_id[earlier]).any():
        raise EventStoreError(Fault(place, "events are not sorted by person and time.", REBUILD))
    if bucket is not None and (ids % bucket[1] != bucket[0]).any():
        raise EventStoreError(Fault(place, "holds people of another bucket.", REBUILD))
    return run


def _name(path: Path) -> str:
    return "/".join(path.parts[-2:])


def _overlapping(metadata: Any, column: str, limits: tuple[int, int] | None) -> list[int]:
    """Row groups that may hold a value in [low, high): all that the statistics do not rule out."""
    groups = range(metadata.num_row_groups)
    if limits is None:
        return list(groups)
    place = metadata.schema.names.index(column)
    kept = []
    for number in groups:
        seen = metadata.row_group(number).column(place).statistics
        if seen is None or not seen.has_min_max or (seen.min_raw < limits[1] and seen.max_raw >= limits[0]):
            kept.append(number)
    return kept


def _as_array(chunks: Iterable[pa.Array]) -> NDArray:
    """Join chunks; `to_numpy` of pyarrow would import pandas, which costs more than the reading."""
    parts = []
    for chunk in chunks:
        is_float = str(chunk.type) == "double"
        values = np.frombuffer(chunk.buffers()[1], np.float64 if is_float else np.int64)
        values = values[chunk.offset : chunk.offset + len(chunk)]
        if chunk.null_count:
            bits = np.unpackbits(np.frombuffer(chunk.buffers()[0], np.uint8), bitorder="little")
            has_value = bits[chunk.offset : chunk.offset + len(chunk)].view(bool)
            values = np.where(has_value, values, np.nan if is_float else NO_TIME)
        parts.append(values)
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _as_codes(chunks: Iterable[pa.DictionaryArray]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Join chunks, each of which has a dictionary of its own."""
    places: dict[str, int] = {}
    parts = [np.empty(0, np.int32)]
    for chunk in chunks:
        own = [places.setdefault(code, len(places)) for code in chunk.dictionary.to_pylist()]
        position = np.frombuffer(chunk.indices.buffers()[1], np.int32)[chunk.indices.offset :][: len(chunk)]
        parts.append(np.array(own, np.int32)[position])
    return np.concatenate(parts), tuple(places)
