"""What is counted: codes cut to a level of their system, and groups of codes."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.codes import CodeList
from evidens.codes.systems import SEPARATOR
from evidens.features.history import History
from evidens.features.settings import FeatureSettings

GROUP = f"GROUP{SEPARATOR}"  # before the name of a group, where a code has the name of its system


@dataclass(frozen=True)
class Tallies:
    """How often each person had each token in each window; pairs of (person, token) that occur, in order.

    Parameters
    ----------
    tokens : tuple of str
        What is counted, sorted, such as "ATC/C10AA" or "GROUP/statins".
    person, token : array of int64, shape (n_pairs,)
        Positions; sorted by person, then token.
    counts : array of int64, shape (n_pairs, n_windows)
        Events in each window, ascending from the shortest.
    """

    tokens: tuple[str, ...]
    person: NDArray[np.int64]
    token: NDArray[np.int64]
    counts: NDArray[np.int64]


@cache
def load_groups() -> CodeList:
    """Read codes.csv, which this room owns."""
    return CodeList.load(Path(__file__).parent / "codes.csv")


def find_tokens(codes: tuple[str, ...], settings: FeatureSettings) -> list[tuple[int, str]]:
    """Say as what each code is counted.

    Parameters
    ----------
    codes : tuple of str
        Distinct codes of the event store.
    settings : FeatureSettings
        Levels per system, and whether groups are counted.

    Returns
    -------
    list of (int, str)
        Position of the code, and a token; a code has one per level and one per group it belongs to. Two
        levels that cut a short code alike count it once.
    """
    pairs = set()
    for position, code in enumerate(codes):
        system, _, bare = code.partition(SEPARATOR)
        for length in settings.code_levels.get(system, ()):
            pairs.add((position, f"{system}{SEPARATOR}{bare[:length] if length else bare}"))
    if settings.groups:
        places = {code: position for position, code in enumerate(codes)}
        groups = load_groups().code_groups(pl.Series(codes, dtype=pl.String))
        pairs |= {(places[code], f"{GROUP}{group}") for code, group in groups.iter_rows()}
    return sorted(pairs)


def count_tokens(history: History, pairs: list[tuple[int, str]], n_windows: int) -> Tallies:
    """Count the tokens of each person, cumulated over the nested windows.

    Parameters
    ----------
    history : History
        Visible events.
    pairs : list of (int, str)
        Position of a code in `history.codes`, and a token it is counted as.
    n_windows : int
        How many windows the history was cut into.

    Notes
    -----
    One sort of whole numbers, each holding person, token and window, and one running sum over the windows.
    """
    tokens = tuple(sorted({token for _, token in pairs}))
    places = {token: place for place, token in enumerate(tokens)}
    per_code = np.bincount([position for position, _ in pairs], minlength=len(history.codes)).astype(np.int64)
    flat = np.array([places[token] for _, token in pairs], np.int64)  # sorted by code
    start = np.cumsum(per_code) - per_code
    repeats = per_code[history.code]
    event = np.repeat(np.arange(len(history.code)), repeats)
    nth = np.arange(len(event)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    token = flat[start[history.code[event]] + nth]
    key = (history.person[event] * len(tokens) + token) * n_windows + history.window[event]
    key, n = np.unique(key, return_counts=True)
    pair, place = np.unique(key // n_windows, return_inverse=True)
    counts = np.zeros((len(pair), n_windows), np.int64)
    counts[place, key % n_windows] = n
    return Tallies(tokens, pair // max(len(tokens), 1), pair % max(len(tokens), 1), np.cumsum(counts, axis=1))


def system_of(token: str) -> str:
    """Name of the system a token belongs to, "GROUP" for a group.

    >>> system_of("ATC/C10AA"), system_of("GROUP/statins")
    ('ATC', 'GROUP')
    """
    return token.partition(SEPARATOR)[0]
