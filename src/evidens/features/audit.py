"""The truncation audit: features may not change when the future is taken away."""

import polars as pl

from evidens.codes import CodeList
from evidens.events import visible_before
from evidens.features.build import build_features
from evidens.features.matrix import FeatureError
from evidens.features.settings import FeatureSettings
from evidens.features.vocabulary import Vocabulary
from evidens.foundation import Fault


def check_truncation(
    members: pl.DataFrame,
    events: pl.DataFrame,
    *,
    settings: FeatureSettings,
    vocabulary: Vocabulary,
    excluded: CodeList,
) -> None:
    """Build the features twice, with and without what was known on or after each index, and compare.

    Parameters
    ----------
    members, events, settings, vocabulary, excluded
        As for `build_features`.

    Raises
    ------
    FeatureError
        Naming the features that differ, and for how many people.

    Notes
    -----
    Any difference is a leak: on the day of the prediction only the truncated record exists.
    """
    index = members.select("person_id", "index_at")
    past = events.join(index, on="person_id", how="inner", maintain_order="left").filter(
        visible_before(pl.col("index_at"))
    )
    whole, truncated = (
        build_features(members, seen, settings=settings, vocabulary=vocabulary, excluded=excluded)
        for seen in (events, past.drop("index_at"))
    )
    faults = [
        Fault(
            "features",
            f"'{name}' reads the future of {n:,} people.",
            "Use events that were known before the index only.",
        )
        for name in whole.dense.columns
        if (n := whole.dense[name].ne_missing(truncated.dense[name]).sum())
    ]
    if not whole.counts.equals(truncated.counts):
        faults.append(Fault("features", "counts read the future.", "Use events that were known before the index only."))
    if faults:
        raise FeatureError(*faults)
