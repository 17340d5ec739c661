"""What is counted: codes cut to a level of their system, and groups of codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidens.codes import CodeList
from evidens.codes.systems import SEPARATOR
from evidens.features.coding import Coder, Layer, Place, hidden_by
from evidens.features.kernel import Past
from evidens.features.windows import Bins, Window

BIN_BITS, TOKEN_BITS = 6, 24
WIDEST = (1 << BIN_BITS) - 1  # bins


@dataclass(frozen=True)
class Tallies:
    """How often each row of the index table had each token in each window; pairs that occur, in order.

    Parameters
    ----------
    tokens : tuple of str
        What is counted, such as "ATC/C10AA" or "GROUP/statins"; in no particular order.
    row, token : array of int64, shape (n_pairs,)
        Positions; sorted by row, then token.
    counts : array of int64, shape (n_pairs, n_bins)
        Events in each bin.
    bins : Bins
    """

    tokens: tuple[str, ...]
    row: NDArray[np.int64]
    token: NDArray[np.int64]
    counts: NDArray[np.int64]
    bins: Bins

    def within(self, window: Window) -> NDArray[np.int64]:
        """Events of each pair in a window, shape (n_pairs,)."""
        first, last = self.bins.spans[window]
        return self.counts[:, first:last].sum(axis=1)


class TokenCoder:
    """Numbers the tokens of each code, as they turn up.

    Parameters
    ----------
    tokens_of : callable
        The tokens of a code.
    excluded : CodeList, optional
        Codes that are not counted.
    """

    def __init__(self, tokens_of: Callable[[str], Iterable[str]], excluded: CodeList | None) -> None:
        self._tokens_of, self._is_hidden = tokens_of, hidden_by(excluded)
        self._numbers: dict[str, int] = {}
        self.layers = Coder(self._find).layers

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tokens so far, by number."""
        return tuple(self._numbers)

    def _find(self, code: str) -> tuple[Place, ...]:
        tokens = () if self._is_hidden(code) else sorted(set(self._tokens_of(code)))
        return tuple((self._numbers.setdefault(token, len(self._numbers)), 1.0, 0.0) for token in tokens)


class TokenSink:
    """The sink that counts tokens: one whole number per event, token and bin, sorted once.

    Parameters
    ----------
    coder : TokenCoder
    bins : Bins

    Notes
    -----
    Thousands of tokens of which a person has few: cells for all would mostly be empty.
    """

    columns: frozenset[str] = frozenset()

    def __init__(self, coder: TokenCoder, bins: Bins) -> None:
        if bins.n > WIDEST:
            raise ValueError(f"at most {WIDEST} intervals between the edges of windows, got {bins.n}")
        self._coder, self._bins = coder, bins
        self._layers: list[Layer] = []
        self._keys = [np.empty(0, np.int64)]

    def open(self, codes: tuple[str, ...]) -> NDArray[np.bool_]:
        """Give each token of a run's codes a number."""
        self._layers = self._coder.layers(codes)
        return self._layers[0].number >= 0 if self._layers else np.zeros(len(codes), bool)

    def add(self, past: Past) -> None:
        """Note each event once per token."""
        place = (past.row << (TOKEN_BITS + BIN_BITS)) | past.bin
        for layer in self._layers:
            token = layer.number[past.code]
            mine = np.flatnonzero(token >= 0)
            self._keys.append(place[mine] | (token[mine].astype(np.int64) << BIN_BITS))

    def finish(self) -> Tallies:
        """Count what was noted."""
        key, n = np.unique(np.concatenate(self._keys), return_counts=True)
        pair, first = np.unique(key >> BIN_BITS, return_index=True)
        counts = np.zeros((len(pair), self._bins.n), np.int64)
        place = np.repeat(np.arange(len(pair)), np.diff(np.append(first, len(key))))
        counts[place, key & WIDEST] = n
        token = pair & ((1 << TOKEN_BITS) - 1)
        return Tallies(self._coder.tokens, pair >> TOKEN_BITS, token, counts, self._bins)


def system_of(token: str) -> str:
    """Name of the system a token belongs to, "GROUP" for a group.

    >>> system_of("ATC/C10AA"), system_of("GROUP/statins")
    ('ATC', 'GROUP')
    """
    return token.partition(SEPARATOR)[0]


def cut_code(code: str, level: int) -> str:
    """Cut a code to `level` characters behind its system; 0 keeps it whole.

    >>> cut_code("ATC/C10AA05", 5), cut_code("NPU/NPU27300", 0)
    ('ATC/C10AA', 'NPU/NPU27300')
    """
    system, _, bare = code.partition(SEPARATOR)
    return f"{system}{SEPARATOR}{bare[:level] if level else bare}"
