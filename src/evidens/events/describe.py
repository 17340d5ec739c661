"""What an event store holds and costs, segment by segment, without a cell that rests on a few people."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from evidens.events.columns import EventColumns, read_columns
from evidens.events.contract import Event
from evidens.events.manifest import Manifest, run_path
from evidens.foundation import track


@dataclass(frozen=True)
class SegmentFacts:
    """One segment, or all that are shown.

    Parameters
    ----------
    name : str
    rows, codes : int
        Events, and different codes.
    people : int or None
        With at least one event; None of all segments together, where a few people apart from those of one segment
        could be told by taking the difference.
    first, last : str or None
        First and last month (YYYY-MM) in which enough people have an event.
    size : int
        Bytes on disk.
    column_bits : mapping of str to float
        Bits per row that each column takes on disk.
    """

    name: str
    rows: int
    people: int | None
    codes: int
    first: str | None
    last: str | None
    size: int
    column_bits: Mapping[str, float]


@dataclass(frozen=True)
class StoreFacts:
    """The store as it may be told.

    Parameters
    ----------
    segments : tuple of SegmentFacts
        Those with enough people, by name.
    hidden : tuple of str
        Names of the segments of fewer people: nothing else is told of them, and totals are without them.
    total : SegmentFacts
        Of all segments that are shown.
    """

    segments: tuple[SegmentFacts, ...]
    hidden: tuple[str, ...]
    total: SegmentFacts


@dataclass
class _Tally:
    """What is added up, run by run."""

    rows: int = 0
    people: int = 0
    size: int = 0
    codes: set[str] = field(default_factory=set)
    months: Counter[int] = field(default_factory=Counter)
    column_bytes: Counter[str] = field(default_factory=Counter)

    def add(self, other: "_Tally") -> None:
        """Add everything but people: the same ones may be in both."""
        self.rows, self.size = self.rows + other.rows, self.size + other.size
        self.codes |= other.codes
        self.months.update(other.months)
        self.column_bytes.update(other.column_bytes)

    def tell(self, name: str, minimum: int) -> SegmentFacts:
        months = sorted(month for month, n_people in self.months.items() if n_people >= minimum)
        first, last = (str(np.datetime64(months[i], "M")) if months else None for i in (0, -1))
        bits = {column: 8 * n / max(self.rows, 1) for column, n in self.column_bytes.items()}
        return SegmentFacts(name, self.rows, self.people, len(self.codes), first, last, self.size, bits)


def describe_events(manifest: Manifest, folder: Path, *, minimum: int) -> StoreFacts:
    """Describe the store in `folder`.

    Parameters
    ----------
    manifest : Manifest
        Of the store.
    folder : Path
    minimum : int
        Fewest people behind anything that is told (`DisclosureSettings.minimum`).

    Returns
    -------
    StoreFacts

    Notes
    -----
    One run is in memory at a time, and of a bucket the people of its runs: people are counted once, however many
    segments they are in. First and last day would each be the day of one person, hence months of enough people.
    """
    tallies: dict[str, _Tally] = {name: _Tally() for name in sorted(manifest.segments)}
    people_of: dict[int, dict[str, Any]] = defaultdict(dict)
    total = _Tally()
    buckets = sorted({bucket for runs in manifest.segments.values() for bucket in runs})
    for bucket in track(buckets, what="describing buckets"):
        for name, runs in manifest.segments.items():
            if bucket in runs:
                tally, people = _count_run(run_path(folder, name, bucket))
                tallies[name].add(tally)
                tallies[name].people += len(people)
                people_of[bucket][name] = people
    shown = [name for name, tally in tallies.items() if tally.people >= minimum]
    for name in shown:
        total.add(tallies[name])
    for of_segment in people_of.values():
        together = [people for name, people in of_segment.items() if name in shown]
        total.people += len(np.unique(np.concatenate(together))) if together else 0
    segments = tuple(tallies[name].tell(name, minimum) for name in shown)
    apart = [total.people - tallies[name].people for name in shown]
    firsts, lasts = [s.first for s in segments if s.first], [s.last for s in segments if s.last]
    # Months of the segments: who is in several of them in one month is one person, and would count as several here.
    together_told = replace(total.tell("all", minimum), first=min(firsts, default=None), last=max(lasts, default=None))
    if any(0 < n < minimum for n in apart):
        together_told = replace(together_told, people=None)
    return StoreFacts(segments, tuple(name for name in tallies if name not in shown), together_told)


def _count_run(path: Path) -> tuple[_Tally, Any]:
    """Count one run; return also its people, ascending."""
    import pyarrow.parquet as pq

    run = read_columns(path, ()) or EventColumns.of(Event.create_empty(), ())
    month = run.event_us.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    is_new = np.ones(len(month), bool)  # sorted by person and time: a person's month is met in one stretch
    is_new[1:] = month[1:] != month[:-1]
    is_new[run.starts] = True
    tally = _Tally(rows=len(month), size=path.stat().st_size, codes=set(run.codes))
    tally.months.update(month[is_new].tolist())
    facts = pq.read_metadata(path)
    for group in range(facts.num_row_groups):
        for number in range(facts.num_columns):
            column = facts.row_group(group).column(number)
            tally.column_bytes[column.path_in_schema] += column.total_compressed_size
    return tally, run.person_id[run.starts]
