"""What happens first after the index: the outcome, death, leaving the country, or the end of the data."""

import datetime as dt

import polars as pl

from evidens.foundation import Horizon


def add_followup(eligible: pl.DataFrame, *, horizon: Horizon, data_lock_on: dt.date) -> pl.DataFrame:
    """Add `status` at the horizon and `followup_days` until it.

    Parameters
    ----------
    eligible : polars.DataFrame
        index_on, outcome_at, died_on, stay_to_on (first day not resident); null for what never happened.
    horizon : Horizon
        The window (index, index + days] in which the outcome counts.
    data_lock_on : date
        The last day on which the data are complete.

    Returns
    -------
    polars.DataFrame
        With status "event", "death" (a competing event: the outcome can no longer happen), "censored"
        (left the country, or the data end), or "event_free" at the horizon; 1 <= followup_days <= horizon.

    Notes
    -----
    On one and the same day the outcome goes before death and death before leaving: a diagnosis made on the
    day of death is a diagnosis, and residence ends with life.
    """
    index = pl.col("index_on")
    ends = {
        "event": pl.col("outcome_at").dt.date(),
        "death": pl.col("died_on"),
        "censored": pl.min_horizontal(pl.col("stay_to_on"), pl.lit(data_lock_on)),
    }
    days = {f"_{status}": (on - index).dt.total_days() for status, on in ends.items()}
    with_days = eligible.with_columns(**days, _event_free=pl.lit(horizon.days, dtype=pl.Int64))
    first = pl.min_horizontal(*days, "_event_free")
    # Who is followed to the very last day of the horizon was followed through it.
    status = (
        pl.when(pl.col("_event") == first)
        .then(pl.lit("event"))
        .when(pl.col("_death") == first)
        .then(pl.lit("death"))
        .when(first == horizon.days)
        .then(pl.lit("event_free"))
        .otherwise(pl.lit("censored"))
    )
    return with_days.with_columns(status=status, followup_days=first.cast(pl.Int32)).drop(*days, "_event_free")
