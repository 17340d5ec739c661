"""Which counts are features: learned on development, bucket by bucket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.codes import CodeList
from evidens.contracts import check_table, schema_of
from evidens.events import BucketEvents
from evidens.features.contract import VocabularyTable
from evidens.features.index import Index
from evidens.features.kernel import pour
from evidens.features.settings import FeatureSettings
from evidens.features.tokens import TokenCoder, TokenSink
from evidens.features.windows import Bins

ROWS_AT_ONCE = 50_000  # of the index, whose tokens are noted before they are counted

CODE_COUNTS = pl.Schema({"code": pl.String, "window": pl.String, "n_people": pl.Int64})


@dataclass(frozen=True)
class Vocabulary:
    """The counts that are features.

    Parameters
    ----------
    frame : polars.DataFrame
        Contract VocabularyTable, sorted by column.
    """

    frame: pl.DataFrame

    def __post_init__(self) -> None:
        check_table(self.frame, VocabularyTable, place="vocabulary")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in their order."""
        return tuple(self.frame["name"])


def count_codes(
    events: BucketEvents, members: pl.DataFrame, *, settings: FeatureSettings, excluded: CodeList
) -> pl.DataFrame:
    """Count, in one bucket of development, how many people have each code in each window before any index of theirs.

    Parameters
    ----------
    events : BucketEvents
    members : polars.DataFrame
        Contract `protocol.contract:Member`.
    settings : FeatureSettings
        Windows and levels.
    excluded : CodeList
        Codes that may not be read for this outcome: `phenotype.suspicion`.

    Returns
    -------
    polars.DataFrame
        code, window, n_people; sorted. Counts of buckets, and of ranges of people, add up: a person is in one of them.
    """
    family, counts = settings.codes, [CODE_COUNTS.to_frame()]
    if family is None:
        return counts[0]
    index, bins = Index.of(members.sort("person_id", "index_at")), Bins.of(family.token_windows())
    coder = TokenCoder(lambda code: family.tokens_of(code, settings.groups), excluded)
    for rows in index.parts(ROWS_AT_ONCE):
        sink = TokenSink(coder, bins)
        pour(events, index[rows], bins, [sink])
        tallies, person = sink.finish(), np.unique(index.person_id[rows], return_inverse=True)[1]
        for window in family.token_windows():
            has_any = np.flatnonzero(tallies.within(window) > 0)
            pairs = np.unique(person[tallies.row[has_any]] * len(tallies.tokens) + tallies.token[has_any])
            n_people = np.bincount(pairs % max(len(tallies.tokens), 1), minlength=len(tallies.tokens))
            found = {"code": tallies.tokens, "window": window.name, "n_people": n_people}
            counts.append(pl.DataFrame(found, schema=CODE_COUNTS))
    together = pl.concat(counts).group_by("code", "window").agg(pl.col("n_people").sum())
    return together.filter(pl.col("n_people") > 0).sort("code", "window")


def make_vocabulary(counts: Iterable[pl.DataFrame], settings: FeatureSettings) -> Vocabulary:
    """Add up the counts of all buckets and keep what enough people have.

    Parameters
    ----------
    counts : iterable of polars.DataFrame
        Of `count_codes`.
    settings : FeatureSettings
        `min_people` of the family of codes.

    Returns
    -------
    Vocabulary
        Columns numbered from 0 by code and window, in the order of the settings; empty where nothing is frequent
        enough.
    """
    family = settings.codes
    windows = [window.name for window in family.token_windows()] if family else []
    together = pl.concat([CODE_COUNTS.to_frame(), *counts]).group_by("code", "window").agg(pl.col("n_people").sum())
    frequent = together.filter(pl.col("n_people") >= (family.min_people if family else 1))
    order = pl.col("window").replace_strict(windows, range(len(windows)), default=None, return_dtype=pl.Int64)
    named = frequent.sort("code", order).with_columns(
        name=pl.format("n_{}_{}", "code", "window"), column=pl.int_range(pl.len(), dtype=pl.Int32)
    )
    return Vocabulary(named.select(list(schema_of(VocabularyTable))))
