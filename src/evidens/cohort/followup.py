"""What comes first after the index: the outcome, a competing event, death, leaving the country, the end of the data."""

import datetime as dt

import polars as pl

from evidens.foundation import Horizon


def add_followup(
    eligible: pl.DataFrame, *, horizon: Horizon, data_lock_on: dt.date, is_moment: bool = False
) -> pl.DataFrame:
    """Add `status` at the horizon and `followup_days` until it.

    Parameters
    ----------
    eligible : polars.DataFrame
        index_at, index_on, outcome_at, competing_at, died_on, stay_to_on (first day not resident); null for what never
        happened.
    horizon : Horizon
        The window (index, index + days] in which the outcome counts.
    data_lock_on : date
        The last day on which the data are complete.
    is_moment : bool
        Whether the index is a moment: then the horizon ends at the same time of the last day, else with that day.

    Returns
    -------
    polars.DataFrame
        With status "event", "competing" or "death" (the outcome can no longer happen), "censored" (left the country,
        or the data end), or "event_free" at the horizon; 1 <= followup_days <= horizon.

    Notes
    -----
    On one and the same day the outcome goes before a competing event, this before death, and death before leaving: a
    diagnosis made on the day of death is a diagnosis, and residence ends with life.
    """
    index, on = pl.col("index_at"), pl.col("index_on")
    last = index + pl.duration(days=horizon.days) if is_moment else index + pl.duration(days=horizon.days + 1)
    is_within = [pl.col(name) <= last if is_moment else pl.col(name) < last for name in ("outcome_at", "competing_at")]
    outcome_at, competing_at = (
        pl.when(within).then(pl.col(name))
        for within, name in zip(is_within, ("outcome_at", "competing_at"), strict=True)
    )
    ends = {
        "event": outcome_at.dt.date(),
        "competing": competing_at.dt.date(),
        "death": pl.col("died_on"),
        "censored": pl.min_horizontal(pl.col("stay_to_on"), pl.lit(data_lock_on)),
    }
    days = {f"_{status}": (end - on).dt.total_days() for status, end in ends.items()}
    with_days = eligible.with_columns(**days, _event_free=pl.lit(horizon.days, dtype=pl.Int64), _outcome_at=outcome_at)
    first = pl.min_horizontal(*days, "_event_free")
    # Who is followed to the very last day of the horizon was followed through it.
    status = (
        pl.when(pl.col("_event") == first).then(pl.lit("event"))
        .when(pl.col("_competing") == first).then(pl.lit("competing"))
        .when(pl.col("_death") == first).then(pl.lit("death"))
        .when(first == horizon.days).then(pl.lit("event_free"))
        .otherwise(pl.lit("censored"))
    )  # fmt: skip
    hours = (pl.col("_outcome_at") - index).dt.total_microseconds()
    started = -(-hours // 86_400_000_000) if is_moment else first  # a part of a day counts as one
    followup = pl.when(pl.col("_event") == first).then(started).otherwise(first)
    return with_days.with_columns(
        status=status, followup_days=followup.clip(1, horizon.days).cast(pl.Int32)
    ).drop(*days, "_event_free", "_outcome_at")  # fmt: skip
