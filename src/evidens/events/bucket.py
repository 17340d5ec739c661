"""The events of one bucket of people: the union of its runs, lying in files or in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from evidens.contracts import schema_of
from evidens.events.columns import EventColumns, check_run, read_columns
from evidens.events.contract import Event
from evidens.events.manifest import REBUILD, EventStoreError
from evidens.events.order import EVENT_ORDER
from evidens.foundation import Fault


@dataclass(frozen=True)
class BucketEvents:
    """The events of one bucket, read when asked for; small to send to another process as long as they lie in files.

    Parameters
    ----------
    paths : tuple of Path
        Parquet files of contract `events.contract:Event`, one per run.
    frames : tuple of polars.DataFrame
        Runs that lie in memory.
    held : tuple of EventColumns
        Runs that were read with `hold`.
    people : (int, int), optional
        Only people whose number is in [low, high).
    bucket : (int, int), optional
        Number of this bucket, and of buckets; others than its people are refused while reading.

    Notes
    -----
    Each run is sorted by `EVENT_ORDER`. Runs overlap in people, not in events: whoever needs one order over all
    asks for `frame`; what does not depend on order is cheaper from `runs`.
    """

    paths: tuple[Path, ...] = ()
    frames: tuple[pl.DataFrame, ...] = ()
    people: tuple[int, int] | None = None
    bucket: tuple[int, int] | None = None
    held: tuple[EventColumns, ...] = ()

    @classmethod
    def of(cls, frame: pl.DataFrame) -> BucketEvents:
        """Make one sorted run of a frame in any order."""
        return cls(frames=(frame.sort([name for name in EVENT_ORDER if name in frame.columns]),))

    def keep_people(self, low: int, high: int) -> BucketEvents:
        """Keep the people whose number is in [low, high)."""
        now = self.people or (low, high)
        return replace(self, people=(max(low, now[0]), min(high, now[1])))

    def scan(self) -> pl.LazyFrame:
        """Lazily read all runs, one below the other, in no particular order."""
        runs = [pl.scan_parquet(list(self.paths))] if self.paths else []
        runs += [frame.lazy() for frame in self.frames]
        events = pl.concat(runs) if runs else pl.LazyFrame(schema=schema_of(Event))
        if self.people is None:
            return events
        return events.filter(pl.col("person_id").is_between(*self.people, closed="left"))

    def frame(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read all runs into one frame.

        Parameters
        ----------
        columns : sequence of str, optional
            All, if none are named.

        Returns
        -------
        polars.DataFrame
            Sorted by `EVENT_ORDER`, as far as its columns were asked for.

        Raises
        ------
        EventStoreError
            If a run cannot be read as events.
        """
        try:
            events = (self.scan() if columns is None else self.scan().select(columns)).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            finding = f"a run cannot be read ({type(error).__name__})."
            raise EventStoreError(Fault("events", finding, REBUILD)) from error
        return events.sort([name for name in EVENT_ORDER if name in events.columns])

    def runs(
        self, columns: Sequence[str] = ("value",), *, between: tuple[int, int] | None = None
    ) -> Iterator[EventColumns]:
        """Yield the runs as arrays, one in memory at a time.

        Parameters
        ----------
        columns : sequence of {"value", "end_at"}
            What is wanted beside person, times and code.
        between : (int, int), optional
            Only events in [since, until), microseconds since 1970, are of interest: files that have none are
            passed over.

        Raises
        ------
        EventStoreError
            If a run is not sorted by person and time, holds people of another bucket, or cannot be read.
        """
        for path in self.paths:
            run = read_columns(path, columns, self.people, between)
            if run is not None:
                yield check_run(run, place="/".join(path.parts[-2:]), bucket=self.bucket)
        for frame in self.frames:
            run = check_run(EventColumns.of(frame, columns), place="events", bucket=self.bucket)
            yield run if self.people is None else run.keep_people(*self.people)
        for run in self.held:
            yield run if self.people is None else run.keep_people(*self.people)

    def hold(self, columns: Sequence[str] = ("value",), *, between: tuple[int, int] | None = None) -> BucketEvents:
        """Read all runs once, for whoever goes through them for a few people at a time: only `runs` reads them."""
        return BucketEvents(held=tuple(self.runs(columns, between=between)))
