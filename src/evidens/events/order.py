"""One order of events everywhere, and one rule of what a system could see at a moment."""

import polars as pl

EVENT_ORDER = (
    "person_id", "event_at", "code", "known_at", "end_at", "value", "operator", "unit", "text", "register", "delivery",
)  # fmt: skip


def sort_events(events: pl.DataFrame) -> pl.DataFrame:
    """Sort by person, time, code and then every other column.

    The order is total: events that still tie are equal in every column, so the result does not
    depend on the order, the files or the number of threads it came from. Missing values come first.
    """
    return events.sort(EVENT_ORDER)


def visible_before(index: pl.Expr) -> pl.Expr:
    """Whether an event was known before `index`.

    Parameters
    ----------
    index : polars.Expr of Datetime
        The moment of prediction.

    Notes
    -----
    Windows run on `event_at`, visibility on `known_at`: a blood sample taken the day before the
    index and answered the day after lies in the lookback, but no system could have used it. What
    becomes known at the very moment of the index is not visible: the prediction may have caused it.
    """
    return pl.col("known_at") < index


def keep_visible_before(events: pl.DataFrame, index: pl.Expr) -> pl.DataFrame:
    """Keep the events that were known before `index`."""
    return events.filter(visible_before(index))
