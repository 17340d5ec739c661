"""Which subjects and tokens each code of a run belongs to: asked once per distinct code, never per event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidens.codes import CodeList
from evidens.features.subjects import Pattern, Subject, patterns_of

Place = tuple[int, float, float]  # a number, and the scale and offset of the values


@dataclass(frozen=True)
class Layer:
    """One number per code, -1 for none; a code with several numbers has them in several layers.

    Parameters
    ----------
    number : array of int32, shape (n_codes,)
    scale, offset : array of float64, shape (n_codes,), optional
        None where all values already are in the unit.
    """

    number: NDArray[np.int32]
    scale: NDArray[np.float64] | None = None
    offset: NDArray[np.float64] | None = None

    def take(self, rows: NDArray[np.int64]) -> Layer:
        """Take some of the codes."""
        if self.scale is None or self.offset is None:
            return Layer(self.number[rows])
        return Layer(self.number[rows], self.scale[rows], self.offset[rows])


class Matcher:
    """Finds the patterns that a code fits, by looking up its beginnings.

    Parameters
    ----------
    patterns : iterable of (Pattern, int)
        Patterns with the number of what they belong to.

    Examples
    --------
    >>> Matcher([(Pattern("ATC/C10", False), 3), (Pattern("ATC/C10AA", True), 5)]).find("ATC/C10AA05")
    ((3, 1.0, 0.0),)
    """

    def __init__(self, patterns: Iterable[tuple[Pattern, int]]) -> None:
        self._exact: dict[str, list[Place]] = {}
        self._stems: dict[str, list[Place]] = {}
        for pattern, number in patterns:
            shelf = self._exact if pattern.is_exact else self._stems
            shelf.setdefault(pattern.stem, []).append((number, pattern.scale, pattern.offset))
        self._lengths = sorted({len(stem) for stem in self._stems})

    def find(self, code: str) -> tuple[Place, ...]:
        """Return the numbers a code belongs to, each once and in order."""
        found = list(self._exact.get(code, ()))
        for length in self._lengths:
            if length <= len(code):
                found += self._stems.get(code[:length], ())
        return tuple({place[0]: place for place in sorted(found, reverse=True)}.values())[::-1]


class Coder:
    """Remembers the numbers of each code, so that every code is asked about once, however many runs have it.

    Parameters
    ----------
    find : callable
        The numbers of a code, each once.
    """

    def __init__(self, find: Callable[[str], tuple[Place, ...]]) -> None:
        self._find = find
        self._rows: dict[str, int] = {}
        self._places: list[tuple[Place, ...]] = []
        self._stacked: list[Layer] = []

    def layers(self, codes: tuple[str, ...]) -> list[Layer]:
        """Return the numbers of each code of a run; the first layer has a number wherever any has."""
        fresh = [code for code in codes if code not in self._rows]
        if fresh:
            self._rows |= {code: len(self._rows) + place for place, code in enumerate(fresh)}
            self._places += [self._find(code) for code in fresh]
            self._stacked = stack_layers(self._places)
        rows = np.fromiter(map(self._rows.__getitem__, codes), np.int64, len(codes))
        return [layer.take(rows) for layer in self._stacked]


def code_subjects(subjects: Sequence[Subject], excluded: CodeList | None = None) -> Coder:
    """Return a coder that numbers the subjects of each code.

    Parameters
    ----------
    subjects : sequence of Subject
        Their positions are the numbers.
    excluded : CodeList, optional
        Codes that belong to no subject, whatever it says: they may not be read for the outcome.
    """
    named = ((pattern, number) for number, subject in enumerate(subjects) for pattern in subject.patterns)
    matcher, is_hidden = Matcher(named), hidden_by(excluded)
    return Coder(lambda code: () if is_hidden(code) else matcher.find(code))


def hidden_by(excluded: CodeList | None) -> Callable[[str], bool]:
    """Return a function that says whether a code is on the list."""
    if excluded is None:
        return lambda code: False
    matcher = Matcher((pattern, 0) for patterns in patterns_of(excluded).values() for pattern in patterns)
    return lambda code: bool(matcher.find(code))


def stack_layers(places: Sequence[tuple[Place, ...]]) -> list[Layer]:
    """Put the numbers of each code into as few layers as its richest code has numbers."""
    layers = []
    for depth in range(max(map(len, places), default=0)):
        mine = [found[depth] if depth < len(found) else (-1, 1.0, 0.0) for found in places]
        number, scale, offset = (np.array(column) for column in zip(*mine, strict=True))
        converts = (scale != 1).any() or (offset != 0).any()
        layers.append(Layer(number.astype(np.int32), *((scale, offset) if converts else ())))
    return layers
