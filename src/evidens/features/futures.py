"""Records that differ only in what nobody could know at the index: cut off there, or with another future."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from evidens.events import visible_before

IS_KNOWN = visible_before(pl.col("index_at"))
N_STRANGE = 20  # events drawn from anyone's record that each person gets as future
DAYS_US = 86_400_000_000
REACH_DAYS = 730  # how far from the index times are drawn


def draw_futures(history: pl.DataFrame, rng: np.random.Generator) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield records with the same known past as `history` and other futures.

    Parameters
    ----------
    history : polars.DataFrame
        Contract `events.contract:Event` and `index_at`; everyone has one index.
    rng : numpy.random.Generator

    Yields
    ------
    (str, polars.DataFrame)
        What was done, and the record: the future "cut away"; its codes and values "changed"; its times "shifted", also
        to before the index, and known no earlier than at it; events "taken out"; events "added", among them copies of
        the known past that became known at the very moment of the index.

    Notes
    -----
    The future is what became known at the index or later, whenever it happened. Of what is known to be going on at the
    index, the end is future too: it is moved, and stays at the index or later.
    """
    known, future = history.filter(IS_KNOWN), history.filter(~IS_KNOWN)
    past = _move_ends(known, rng)
    yield "cut away", known
    yield "changed", pl.concat([past, _change(future, history, rng)])
    yield "shifted", pl.concat([past, _shift(future, rng)])
    yield "taken out", pl.concat([past, future.filter(rng.random(future.height) < 0.5)])
    yield "added", pl.concat([past, future, *_repeat(known, rng), _draw_strange(history, rng)])


def _move_ends(known: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    goes_on = pl.col("end_at") >= pl.col("index_at")
    return known.with_columns(end_at=pl.when(goes_on).then(_later("index_at", known, rng)).otherwise("end_at"))


def _change(events: pl.DataFrame, everyone: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Put another event's code and a multiple of its value in the place of each event's."""
    other = everyone[rng.integers(0, max(everyone.height, 1), events.height)]
    value = other["value"] * pl.Series(rng.uniform(0.2, 5.0, events.height))
    return events.with_columns(other["code"], value.alias("value"))


def _shift(events: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Let each event happen on another day before or after the index, and be known at the index or later."""
    happened = _earlier("index_at", events, rng)
    moved = events.with_columns(event_at=pl.when(_draw(events, rng) < 0.5).then(happened).otherwise("index_at"))
    return _as_future(
        moved, pl.when(_draw(events, rng) < 0.5).then("index_at").otherwise(_later("index_at", events, rng))
    )


def _repeat(known: pl.DataFrame, rng: np.random.Generator) -> list[pl.DataFrame]:
    """Repeat the known past with other values: in its place but known at the index, at the index, and after it."""
    louder = known.with_columns(value=pl.col("value") * 2 + 1)
    at_index = louder.with_columns(event_at=pl.col("index_at"))
    after = louder.with_columns(event_at=_later("index_at", louder, rng))
    return [_as_future(part, pl.max_horizontal("index_at", "event_at")) for part in (louder, at_index, after)]


def _draw_strange(history: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Give everyone events of anyone's, some of them before the index and known at it."""
    people = history.select("person_id", "index_at").unique(maintain_order=True)
    people = people[np.repeat(np.arange(people.height), N_STRANGE)]
    drawn = history[rng.integers(0, max(history.height, 1), people.height)].drop("person_id", "index_at")
    strange = drawn.hstack(people)
    return _as_future(strange.with_columns(event_at=_earlier("index_at", strange, rng)), pl.col("index_at")).select(
        history.columns
    )


def _as_future(events: pl.DataFrame, known_at: pl.Expr) -> pl.DataFrame:
    """Events as they are but for when they became known; an end before the beginning is taken away."""
    ends = pl.when(pl.col("end_at") >= pl.col("event_at")).then("end_at")
    return events.with_columns(known_at=pl.max_horizontal(known_at, "event_at"), end_at=ends)


def _draw(events: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    return pl.Series(rng.random(events.height))


def _later(column: str, events: pl.DataFrame, rng: np.random.Generator) -> pl.Expr:
    """Return moments up to two years after those of `column`."""
    return pl.col(column) + _draw_span(events, rng)


def _earlier(column: str, events: pl.DataFrame, rng: np.random.Generator) -> pl.Expr:
    """Return moments up to two years before those of `column`."""
    return pl.col(column) - _draw_span(events, rng)


def _draw_span(events: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    return pl.Series(rng.integers(1, REACH_DAYS * DAYS_US, events.height)).cast(pl.Duration("us"))
