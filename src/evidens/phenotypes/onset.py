"""From events to the day on which a phenotype was first, and finally, on record."""

import polars as pl

from evidens.phenotypes.phenotype import Phenotype

COLUMNS = ("person_id", "first_qualifying_at", "outcome_at", "known_at")


def find_onsets(events: pl.DataFrame, phenotype: Phenotype) -> pl.DataFrame:
    """Find when each person first had a qualifying event, and when the outcome.

    Parameters
    ----------
    events : polars.DataFrame
        Contract `events.contract:Event`, of any number of people; person_id, event_at, known_at, code and
        text are read.
    phenotype : Phenotype
        The outcome.

    Returns
    -------
    polars.DataFrame
        One row per person with a qualifying event, sorted by person: person_id; first_qualifying_at;
        outcome_at, the time of the n-th qualifying event where the definition asks for n, null if there are
        fewer; known_at, when the registers could have shown the outcome, null with outcome_at.

    Notes
    -----
    Events of one kind on one day are one event: three boxes of tablets, or a diagnosis that two departments
    registered at the same visit, are one piece of evidence. Two kinds on one day (a diagnosis and a
    prescription) are two. The outcome could be known once all the events it rests on were.
    """
    n = phenotype.settings.occurrence
    happened, known = pl.col("event_at"), pl.col("known_at")
    return (
        keep_qualifying(events, phenotype)
        .group_by("person_id", happened.dt.date().alias("day"), "kind")
        .agg(happened.min(), known.min())
        .sort("person_id", "event_at", "kind")
        .group_by("person_id", maintain_order=True)
        .agg(
            first_qualifying_at=happened.first(),
            outcome_at=happened.get(n - 1, null_on_oob=True),
            known_at=pl.when(pl.len() >= n).then(known.head(n).max()),
        )
        .select(COLUMNS)
    )


def keep_qualifying(events: pl.DataFrame, phenotype: Phenotype) -> pl.DataFrame:
    """Keep the events that count towards the outcome.

    Returns
    -------
    polars.DataFrame
        person_id, event_at, known_at, kind (the group of codes.csv). A code that is in two qualifying groups
        counts as the first of them that the definition names.
    """
    settings = phenotype.settings
    codes = events["code"].unique()
    groups = phenotype.codes.code_groups(codes)
    excluded = groups.filter(pl.col("group").is_in(settings.excludes))["code"]
    order = {qualifier.group: place for place, qualifier in enumerate(settings.qualifies)}
    counting = (
        groups.filter(pl.col("group").is_in(list(order)), pl.col("code").is_in(excluded.to_list()).not_())
        .sort(pl.col("group").replace_strict(order, return_dtype=pl.Int32))
        .unique("code", keep="first", maintain_order=True)
        .rename({"group": "kind"})
    )
    kept = events.select("person_id", "event_at", "known_at", "code", "text").join(counting, on="code", how="inner")
    typed = [
        (pl.col("kind") == qualifier.group) & ~pl.col("text").is_in(qualifier.types).fill_null(False)
        for qualifier in settings.qualifies
        if qualifier.types
    ]
    return kept.filter(~pl.any_horizontal(pl.lit(False), *typed)).select("person_id", "event_at", "known_at", "kind")
