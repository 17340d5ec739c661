"""The one rule of time: which events of which people a prediction may read, and in which window each lies."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.codes import CodeList

DAY_US = 86_400_000_000  # microseconds


@dataclass(frozen=True)
class History:
    """The visible events of some people, one entry per event, in no particular order.

    Parameters
    ----------
    n_people : int
        People asked for, also those without events.
    codes : tuple of str
        The distinct codes, sorted.
    person : array of int64
        Position of the person among those asked for.
    code : array of int64
        Position in `codes`.
    window : array of int64
        Position of the smallest window that holds the event.
    age_us : array of int64
        Time from the event to the index in microseconds, above 0.
    value : array of float64
        NaN where there is none.
    """

    n_people: int
    codes: tuple[str, ...]
    person: NDArray[np.int64]
    code: NDArray[np.int64]
    window: NDArray[np.int64]
    age_us: NDArray[np.int64]
    value: NDArray[np.float64]


def select_history(
    events: pl.DataFrame, members: pl.DataFrame, windows_days: tuple[int, ...], excluded: CodeList
) -> History:
    """Select what may be read of each person's past.

    Parameters
    ----------
    events : polars.DataFrame
        Contract `events.contract:Event`, of these and any other people.
    members : polars.DataFrame
        person_id and index_at, one row per person, sorted by person.
    windows_days : tuple of int
        Lengths of the windows in days of 24 hours, ascending.
    excluded : CodeList
        Codes that may not be read for this outcome.

    Returns
    -------
    History
        An event counts when index - w <= event_at < index and known_at < index: the day of the index lies
        outside, and so does what the registers could not have shown before it.

    Notes
    -----
    The windows are nested, since all end at the index. Each event is put into the smallest that holds it, and
    the families of features cumulate over windows: four windows cost little more than one.
    """
    person_id = members["person_id"].to_numpy()
    index_us = members["index_at"].cast(pl.Datetime("us")).to_physical().to_numpy()
    event_us, known_us = (events[c].to_physical().to_numpy() for c in ("event_at", "known_at"))
    theirs = np.searchsorted(person_id, events["person_id"].to_numpy())
    theirs = np.minimum(theirs, max(len(person_id) - 1, 0))
    is_member = (
        np.zeros(events.height, bool) if not len(person_id) else person_id[theirs] == events["person_id"].to_numpy()
    )
    row = np.flatnonzero(is_member)
    index = index_us[theirs[row]]
    age = index - event_us[row]
    limits = np.array(windows_days, np.int64) * DAY_US
    is_visible = (age > 0) & (age <= limits[-1]) & (known_us[row] < index)
    row, age = row[is_visible], age[is_visible]
    codes = events["code"].gather(row)
    known_codes = codes.unique().sort()
    hidden = set(excluded.code_groups(known_codes)["code"])
    allowed = np.array([code not in hidden for code in known_codes], bool)
    code = codes.cast(pl.Enum(known_codes)).to_physical().to_numpy().astype(np.int64)
    kept = np.flatnonzero(allowed[code]) if len(code) else row
    row, age, code = row[kept], age[kept], code[kept]
    value = events["value"].gather(row).cast(pl.Float64).fill_null(np.nan).to_numpy()
    window = np.searchsorted(limits, age, side="left")
    return History(len(person_id), tuple(known_codes), theirs[row], code, window, age, value)
