"""The one rule of time: which events of each run an index row may read, in chunks that stay in the cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evidens.events import BucketEvents, EventColumns
from evidens.features.index import Index, find_past
from evidens.features.windows import Bins

EVENTS_AT_ONCE = 1 << 15


@dataclass(frozen=True)
class Past:
    """Events that rows of the index table may read; one entry per row and event.

    Parameters
    ----------
    run : EventColumns
        Where the events lie.
    event : array of int64
        Place of the event in the run.
    row : array of int64
        Row of the index table.
    code : array of int32
        Position in `run.codes`.
    age_us : array of int64
        Index minus event, above 0.
    bin : array of int64
        As `Bins.find` places the age.
    """

    run: EventColumns
    event: NDArray[np.int64]
    row: NDArray[np.int64]
    code: NDArray[np.int32]
    age_us: NDArray[np.int64]
    bin: NDArray[np.int64]


class Sink(Protocol):
    """Something that takes up events run by run and does not mind their order."""

    @property
    def columns(self) -> frozenset[str]:
        """What it reads beside person, times and code."""

    def open(self, codes: tuple[str, ...]) -> NDArray[np.bool_]:
        """Prepare for a run, and say which of its codes are of interest."""

    def add(self, past: Past) -> None:
        """Take up events; some may be of codes that are not of interest."""


def pour(events: BucketEvents, index: Index, bins: Bins, sinks: Sequence[Sink]) -> None:
    """Give each sink the events that may be read.

    Parameters
    ----------
    events : BucketEvents
        Of these and any other people.
    index : Index
        Rows.
    bins : Bins
        What past is of interest, cut at the edges of windows.
    sinks : sequence of Sink
        Filled.

    Notes
    -----
    An event counts when index - begin <= event_at < index - end and known_at < index: the moment of the index lies
    outside, and so does what the registers could not have shown before it. A binary search in each person's part
    of the sorted run finds the first; codes are looked up in the run's dictionary, once per event however many dates
    a person has; the rest is one pass over what is left.
    """
    if not len(index) or not bins.n:
        return
    columns = sorted(frozenset().union(*(sink.columns for sink in sinks)))
    for run in events.keep_people(*index.people).runs(columns, between=index.between(bins)):
        wanted = np.logical_or.reduce([sink.open(run.codes) for sink in sinks])
        for past in _walk(run, index, bins, wanted):
            for sink in sinks:
                sink.add(past)


def _walk(run: EventColumns, index: Index, bins: Bins, wanted: NDArray[np.bool_]) -> Iterator[Past]:
    first, last = find_past(run, index, bins.edges_us[0], bins.edges_us[-1])
    rows = np.flatnonzero(last > first)
    first, last = first[rows], last[rows]
    upto = np.cumsum(last - first)
    cuts = np.searchsorted(upto, np.arange(0, upto[-1] if len(upto) else 0, EVENTS_AT_ONCE))
    for start, stop in pairwise(np.unique(np.r_[cuts, len(rows)]).tolist()):
        near = slice(first[start], last[stop - 1])
        kept = near.start + np.flatnonzero(wanted.take(run.code[near]))
        begin, end = (np.searchsorted(kept, at[start:stop]) for at in (first, last))
        n = end - begin
        row = np.repeat(rows[start:stop], n)
        event = kept.take(np.arange(len(row)) + np.repeat(begin - (np.cumsum(n) - n), n))
        index_us = index.index_us.take(row)
        is_known = run.known_us.take(event) < index_us
        if not is_known.all():
            known = np.flatnonzero(is_known)
            event, row, index_us = (part.take(known) for part in (event, row, index_us))
        age = index_us - run.event_us.take(event)
        yield Past(run, event, row, run.code.take(event), age, bins.find(age))
