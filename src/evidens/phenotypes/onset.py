"""From events to the day on which a phenotype is on record: on the whole record, or as known at some moment."""

import polars as pl

from evidens.phenotypes.phenotype import Phenotype
from evidens.phenotypes.qualifying import keep_qualified, keep_qualifying
from evidens.phenotypes.rival import find_rivals

COLUMNS = ("person_id", "first_qualifying_at", "outcome_at", "known_at")
_ASKED = {
    "index_at": pl.Datetime("us"), "from_at": pl.Datetime("us"), "opens_at": pl.Datetime("us"),
    "closes_at": pl.Datetime("us"), "asked_at": pl.Datetime("us"), "told_at": pl.Datetime("us"),
}  # fmt: skip


def find_onsets(events: pl.DataFrame, phenotype: Phenotype, persons: pl.DataFrame | None = None) -> pl.DataFrame:
    """Find when each person first had a qualifying event, and when the outcome, on the whole record.

    Parameters
    ----------
    events : polars.DataFrame
        Contract `events.contract:Event`, of any number of people.
    phenotype : Phenotype
        The outcome.
    persons : polars.DataFrame, optional
        Contract `events.contract:Person`; needed where the definition asks for sex and age.

    Returns
    -------
    polars.DataFrame
        One row per person with a qualifying event, sorted by person: person_id; first_qualifying_at;
        outcome_at, the time of the n-th qualifying event where the definition asks for n, null if there are
        fewer or where the events mean the rival; known_at, when the registers could have shown the outcome, null with
        outcome_at.

    Notes
    -----
    Where the second event is asked for, events of one kind on one day are one event: three boxes of tablets, or a
    diagnosis that two departments registered at the same visit, are one piece of evidence. Two kinds on one day (a
    diagnosis and a prescription) are two. The outcome could be known once all the events it rests on were.
    """
    n = phenotype.settings.occurrence
    qualifying = keep_qualifying(events, phenotype, persons)
    counting = merge_days(qualifying.filter(pl.col("void_at").is_null()), phenotype)
    happened, known = pl.col("event_at"), pl.col("known_at")
    found = counting.group_by("person_id", maintain_order=True).agg(
        first_qualifying_at=happened.first(),
        outcome_at=happened.get(n - 1, null_on_oob=True),
        known_at=pl.when(pl.len() >= n).then(known.head(n).max()),
    )
    asked = found.select("person_id", index_at="first_qualifying_at", told_at=pl.lit(None, dtype=pl.Datetime("us")))
    rivals = find_rivals(asked, events, qualifying, phenotype)["person_id"]
    has_rival = pl.col("person_id").is_in(rivals.implode())
    return found.with_columns(pl.when(~has_rival).then(pl.col("outcome_at", "known_at"))).select(COLUMNS)


def judge_at(
    moments: pl.DataFrame, events: pl.DataFrame, phenotype: Phenotype, persons: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Judge people at index dates: whether they had the phenotype before, and when they get it.

    Parameters
    ----------
    moments : polars.DataFrame
        One row per person and index: person_id, index_at and these moments (Datetime): from_at, before which
        qualifying events are past and forgotten (null: never); [opens_at, closes_at), the index itself, which is
        neither before nor after; asked_at, only what was known before it counts for what was before the index (null:
        whatever became known); told_at, the same for the outcome.
    events, phenotype, persons
        As of `find_onsets`.

    Returns
    -------
    polars.DataFrame
        In the order of `moments`: person_id, index_at; is_prevalent, a qualifying event in [from_at, opens_at);
        is_on_index, one in [opens_at, closes_at); is_past_competing, a competing event before closes_at; outcome_at,
        the n-th qualifying event from from_at on, before or after the index; competing_at, the first competing
        event from closes_at on, or the day of the outcome where the events mean the rival.
    """
    n = phenotype.settings.occurrence
    qualifying = keep_qualifying(events, phenotype, persons)
    key, happened = ["person_id", "index_at"], pl.col("event_at")
    counted = qualifying if n == 1 else merge_days(qualifying, phenotype)  # of one event it does not matter how often
    counted = counted.select("person_id", "event_at", "known_at", "void_at")
    seen = moments.lazy().select("person_id", *_ASKED).join(counted.lazy(), on="person_id", how="inner")
    then, later = _counts_at("asked_at"), _counts_at("told_at")
    found = (
        seen.filter(pl.col("from_at").is_null() | (happened >= pl.col("from_at")))
        .select(
            *key,
            is_prevalent=then & (happened < pl.col("opens_at")),
            is_on_index=later & (happened >= pl.col("opens_at")) & (happened < pl.col("closes_at")),
            outcome_at=pl.when(later).then(happened),
        )
        .group_by(key)
        .agg(pl.col("is_prevalent", "is_on_index").any(), _nth(pl.col("outcome_at"), n))
        .collect()
    )
    judged = moments.select(key).join(found, on=key, how="left", maintain_order="left")
    judged = judged.with_columns(pl.col("is_prevalent", "is_on_index").fill_null(False))
    judged = _join_competing(judged, moments, events, phenotype)
    return _move_rivals(judged, find_rivals(moments, events, qualifying, phenotype))


def merge_days(qualifying: pl.DataFrame, phenotype: Phenotype) -> pl.DataFrame:
    """Make one event of those of one kind on one day where several are asked for, else of those at one moment.

    Returns
    -------
    polars.DataFrame
        person_id, event_at, known_at, void_at; sorted by person and time. The event is known when the first of its
        parts is, and void when the last of them is.
    """
    at = pl.col("event_at").dt.date() if phenotype.settings.occurrence > 1 else pl.col("event_at")
    void = pl.col("void_at")
    return (
        qualifying.group_by("person_id", at.alias("_at"), "kind")
        .agg(pl.col("event_at", "known_at").min(), void_at=pl.when(void.null_count() == 0).then(void.max()))
        .sort("person_id", "event_at", "kind")
        .select("person_id", "event_at", "known_at", "void_at")
    )


def _counts_at(moment: str) -> pl.Expr:
    """Whether an event was known, and not yet known to be void, before `moment`; null: on the whole record."""
    void, at = pl.col("void_at"), pl.col(moment)
    return pl.when(at.is_null()).then(void.is_null()).otherwise(
        (pl.col("known_at") < at) & (void.is_null() | (void >= at))
    )  # fmt: skip


def _nth(happened: pl.Expr, n: int) -> pl.Expr:
    return happened.min() if n == 1 else happened.drop_nulls().sort().get(n - 1, null_on_oob=True)


def _join_competing(
    judged: pl.DataFrame, moments: pl.DataFrame, events: pl.DataFrame, phenotype: Phenotype
) -> pl.DataFrame:
    """Add is_past_competing and competing_at."""
    key, happened, competes = ["person_id", "index_at"], pl.col("event_at"), phenotype.settings.competes
    if not competes:
        return judged.with_columns(is_past_competing=pl.lit(False), competing_at=pl.lit(None, dtype=pl.Datetime("us")))
    competing = keep_qualified(events, phenotype, competes).select("person_id", "event_at", "known_at")
    seen = moments.join(competing, on="person_id", how="inner")
    was_known = pl.col("asked_at").is_null() | (pl.col("known_at") < pl.col("asked_at"))
    is_known = pl.col("told_at").is_null() | (pl.col("known_at") < pl.col("told_at"))
    found = seen.group_by(key).agg(
        is_past_competing=(was_known & (happened < pl.col("closes_at"))).any(),
        competing_at=happened.filter(is_known & (happened >= pl.col("closes_at"))).min(),
    )
    joined = judged.join(found, on=key, how="left", maintain_order="left")
    return joined.with_columns(pl.col("is_past_competing").fill_null(False))


def _move_rivals(judged: pl.DataFrame, rivals: pl.DataFrame) -> pl.DataFrame:
    """Make the outcome of those who have the rival a competing event."""
    if rivals.is_empty():
        return judged
    marked = judged.join(
        rivals.with_columns(_has_rival=pl.lit(True)), on=["person_id", "index_at"], how="left", maintain_order="left"
    )
    has_rival = pl.col("_has_rival").fill_null(False)
    return marked.with_columns(
        outcome_at=pl.when(~has_rival).then("outcome_at"),
        competing_at=pl.min_horizontal("competing_at", pl.when(has_rival).then("outcome_at")),
    ).drop("_has_rival")
