"""How many different codes of a system a person had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from evidens.codes import CODE_SYSTEMS
from evidens.features.families.family import Family, Groups, Source
from evidens.features.tokens import cut_code, system_of
from evidens.features.windows import Window, parse_windows

PREFIX = "DISTINCT "  # such tokens are counted apart: a level of the counted codes may be another


@dataclass(frozen=True)
class DistinctFamily(Family):
    """Number of different codes, such as `n_distinct_ATC_365d`.

    Parameters
    ----------
    system : str
        Code system.
    level : int
        Characters to which codes are cut before they are told apart; 0 is the whole code.
    windows : tuple of str
    """

    kind: ClassVar[str] = "distinct"
    system: str
    level: int
    windows: tuple[str, ...]

    def __post_init__(self) -> None:
        parse_windows(self.windows)
        if self.system not in CODE_SYSTEMS:
            raise ValueError(f"system: {self.system} not among {', '.join(CODE_SYSTEMS)}")
        if self.level < 0:
            raise ValueError("level: a number of characters, or 0 for the whole code")

    @property
    def _mark(self) -> str:
        return f"{PREFIX}{self.level} {self.system}"

    def token_windows(self) -> Sequence[Window]:
        """Return the windows."""
        return parse_windows(self.windows)

    def tokens_of(self, code: str, groups: Groups) -> Sequence[str]:
        """Cut a code of the system to the level."""
        if system_of(code) != self.system:
            return ()
        return (f"{PREFIX}{self.level} {cut_code(code, self.level)}",)

    def columns(self, source: Source) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Count the tokens that each row has any of."""
        tallies = source.tallies
        is_mine = np.array([system_of(token) == self._mark for token in tallies.tokens], bool)
        mine = np.flatnonzero(is_mine[tallies.token]) if len(tallies.token) else np.empty(0, np.int64)
        for window in parse_windows(self.windows):
            has_any = mine[tallies.within(window)[mine] > 0]
            n = np.bincount(tallies.row[has_any], minlength=source.n_rows)
            yield f"n_distinct_{self.system}_{window.name}", n.astype(np.float32)
