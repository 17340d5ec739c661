"""Which counts are features: learned on development, bucket by bucket."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.codes import CodeList
from evidens.contracts import check_table, schema_of
from evidens.features.contract import VocabularyTable
from evidens.features.history import select_history
from evidens.features.settings import FeatureSettings
from evidens.features.tokens import count_tokens, find_tokens

CODE_COUNTS = pl.Schema({"code": pl.String, "window_days": pl.Int32, "n_people": pl.Int64})


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
    events: pl.DataFrame, members: pl.DataFrame, *, settings: FeatureSettings, excluded: CodeList
) -> pl.DataFrame:
    """Count, in one bucket of development, how many people have each code in each window.

    Parameters
    ----------
    events, members : polars.DataFrame
        Contracts `events.contract:Event` and `protocol.contract:Member`.
    settings : FeatureSettings
        Windows and levels.
    excluded : CodeList
        Codes that may not be read for this outcome: `phenotype.suspicion`.

    Returns
    -------
    polars.DataFrame
        code, window_days, n_people; sorted. Counts of buckets add up, since a person is in one of them.
    """
    history = select_history(events, members.sort("person_id"), settings.windows_days, excluded)
    n_windows = len(settings.windows_days)
    tallies = count_tokens(history, find_tokens(history.codes, settings), n_windows)
    n_people = np.zeros((len(tallies.tokens), n_windows), np.int64)
    np.add.at(n_people, tallies.token, tallies.counts > 0)
    counted = pl.DataFrame(
        {
            "code": np.repeat(np.array(tallies.tokens, dtype=object), n_windows).tolist(),
            "window_days": np.tile(np.array(settings.windows_days, np.int32), len(tallies.tokens)),
            "n_people": n_people.ravel(),
        },
        schema=CODE_COUNTS,
    )
    return counted.filter(pl.col("n_people") > 0).sort("code", "window_days")


def make_vocabulary(counts: Iterable[pl.DataFrame], settings: FeatureSettings) -> Vocabulary:
    """Add up the counts of all buckets and keep what enough people have.

    Parameters
    ----------
    counts : iterable of polars.DataFrame
        Of `count_codes`.
    settings : FeatureSettings
        `min_people`.

    Returns
    -------
    Vocabulary
        Columns numbered from 0 by code and window; empty where nothing is frequent enough.
    """
    together = (
        pl.concat([CODE_COUNTS.to_frame(), *counts]).group_by("code", "window_days").agg(pl.col("n_people").sum())
    )
    frequent = together.filter(pl.col("n_people") >= settings.min_people).sort("code", "window_days")
    named = frequent.with_columns(
        name=pl.format("n_{}_{}d", "code", "window_days"), column=pl.int_range(pl.len(), dtype=pl.Int32)
    )
    return Vocabulary(named.select(list(schema_of(VocabularyTable))))
