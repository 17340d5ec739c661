"""Build the features of one bucket of people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.codes import CodeList
from evidens.contracts import check_table, schema_of
from evidens.events import BucketEvents
from evidens.features.accumulate import Accumulators
from evidens.features.coding import code_subjects
from evidens.features.contract import CountFeature
from evidens.features.families import Source
from evidens.features.index import Index
from evidens.features.kernel import Sink, pour
from evidens.features.settings import FeatureSettings
from evidens.features.tokens import Tallies, TokenCoder, TokenSink
from evidens.features.vocabulary import ROWS_AT_ONCE, Vocabulary
from evidens.features.windows import Window

PEOPLE_AT_ONCE = 50_000  # whose events are in memory at once
BYTES_AT_ONCE = 5 << 23  # of the accumulators, if every row had every subject; most take a tenth of it


@dataclass(frozen=True)
class Features:
    """Features of one bucket.

    Parameters
    ----------
    dense : polars.DataFrame
        person_id, index_at and one Float32 column per feature; null: not measured. Sorted by person and index.
    counts : polars.DataFrame
        Contract CountFeature; what is not there is 0. Sorted by person, index and column.
    """

    dense: pl.DataFrame
    counts: pl.DataFrame


def build_features(
    members: pl.DataFrame,
    events: BucketEvents,
    *,
    settings: FeatureSettings,
    vocabulary: Vocabulary,
    excluded: CodeList,
) -> Features:
    """Turn the past of each person into numbers.

    Parameters
    ----------
    members : polars.DataFrame
        Contract `protocol.contract:Member`: who, and on which index dates; one row per person and date.
    events : BucketEvents
        Of these and any other people of the bucket.
    settings : FeatureSettings
        Families and windows.
    vocabulary : Vocabulary
        Learned on development.
    excluded : CodeList
        Codes that may not be read for this outcome: `phenotype.suspicion`.

    Returns
    -------
    Features
        One dense row per member, also for people without events.

    Notes
    -----
    One rule of time for every family: an event counts when index - begin <= event_at < index - end and known_at <
    index (`kernel.pour`). The truncation audit proves it on any data that it is given.
    """
    members = members.sort("person_id", "index_at")
    index = Index.of(members)
    counted = frozenset(vocabulary.frame["code"])
    dense: list[pl.DataFrame] = []
    counts: list[pl.DataFrame] = []
    for rows, source in reckon(index, events, settings, members=members, excluded=excluded, counted=counted):
        columns = {name: pl.Series(values) for name, values in _columns_of(settings, source)}
        keys = members[rows].select("person_id", "index_at")
        frame = pl.DataFrame(columns, schema=dict.fromkeys(settings.dense_names, pl.Float32))
        dense.append(keys.hstack(frame.with_columns(pl.all().fill_nan(None))))
        counts.append(_select_counts(source.tallies, keys, vocabulary))
    if not dense:
        schema = dict.fromkeys(settings.dense_names, pl.Float32)
        dense = [members.select("person_id", "index_at").hstack(pl.DataFrame(schema=schema))]
        counts = [pl.DataFrame(schema=schema_of(CountFeature))]
    return Features(pl.concat(dense), check_table(pl.concat(counts), CountFeature, place="count_features"))


def build_columns(
    index: Index,
    events: BucketEvents,
    settings: FeatureSettings,
    *,
    excluded: CodeList | None = None,
    members: pl.DataFrame | None = None,
) -> dict[str, NDArray[np.float32]]:
    """Build the dense features as one array per feature, shape (n_rows,); NaN is not measured.

    Parameters
    ----------
    index : Index
        Rows.
    events : BucketEvents
        Of these and any other people.
    settings : FeatureSettings
        A family of kind codes has no dense features, and is passed over.
    excluded : CodeList, optional
    members : polars.DataFrame, optional
        One row per row of the index, where a family reads what is known of the person.
    """
    found = {}
    for rows, source in reckon(index, events, settings, members=members, excluded=excluded):
        for name, values in _columns_of(settings, source):
            if len(values) == len(index):
                found[name] = values
            else:
                found.setdefault(name, np.empty(len(index), np.float32))[rows] = values
    return found or {name: np.empty(0, np.float32) for name in settings.dense_names}


def reckon(
    index: Index,
    events: BucketEvents,
    settings: FeatureSettings,
    *,
    counted: frozenset[str] = frozenset(),
    excluded: CodeList | None = None,
    members: pl.DataFrame | None = None,
) -> Iterator[tuple[slice, Source]]:
    """Yield what columns are made of, for some rows of the index at a time.

    Parameters
    ----------
    index, events, settings, excluded, members
        As for `build_columns`.
    counted : frozenset of str
        Tokens of the vocabulary; other sparse counts are not made.

    Notes
    -----
    What is kept of some rows stays in the cache. Runs are read once for many such parts, whose accumulators use the
    same room: the tables of a source are void when the next one is asked for.
    """
    at_once = min(BYTES_AT_ONCE // max(settings.plan.bytes_per_row * settings.bins.n, 1), ROWS_AT_ONCE)
    subjects = code_subjects(settings.plan.subjects, excluded)
    tokens = TokenCoder(partial(settings.tokens_of, counted=counted), excluded)
    for shelf in index.shelves(PEOPLE_AT_ONCE):
        parts = list(index[shelf].parts(at_once))
        near = events.keep_people(*index[shelf].people)
        if len(parts) > 1 and settings.bins.n:  # without a window nothing is read
            near = near.hold(sorted(settings.plan.columns), between=index[shelf].between(settings.bins))
        cells = Accumulators(settings.plan, settings.bins, max(part.stop - part.start for part in parts), subjects)
        for part in parts:
            rows = slice(shelf.start + part.start, shelf.start + part.stop)
            cells.begin(part.stop - part.start)
            words = TokenSink(tokens, settings.bins)
            sinks: list[Sink] = [cells, words] if settings.counts_tokens else [cells]
            pour(near, index[rows], settings.bins, sinks)
            known = None if members is None else members[rows]
            yield rows, Source(part.stop - part.start, cells.finish(), words.finish(), known)


def _columns_of(settings: FeatureSettings, source: Source) -> Iterator[tuple[str, NDArray[np.float32]]]:
    return (column for family in settings.families for column in family.columns(source))


def _select_counts(tallies: Tallies, keys: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Keep the tallies that the vocabulary names, as (person_id, index_at, column, value)."""
    places = {token: place for place, token in enumerate(tallies.tokens)}
    rows, columns, values = [], [], []
    for (window,), named in vocabulary.frame.partition_by("window", as_dict=True).items():
        column = np.full(len(places), -1, np.int32)
        for number, code in named.select("column", "code").iter_rows():
            if code in places:
                column[places[code]] = number
        n = tallies.within(Window.parse(window))
        kept = np.flatnonzero((column[tallies.token] >= 0) & (n > 0)) if len(places) else np.empty(0, np.int64)
        rows.append(tallies.row[kept])
        columns.append(column[tallies.token[kept]])
        values.append(n[kept].astype(np.float32))
    if not rows:
        return pl.DataFrame(schema=schema_of(CountFeature))
    found = keys[np.concatenate(rows)].with_columns(column=np.concatenate(columns), value=np.concatenate(values))
    return found.select(list(schema_of(CountFeature))).sort("person_id", "index_at", "column")
