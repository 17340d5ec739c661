"""Counts of all codes that enough people of development have: thousands of columns, most of them 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from evidens.codes import CODE_SYSTEMS
from evidens.features.coding import Matcher
from evidens.features.families.family import Family, Groups
from evidens.features.subjects import GROUP, find_subject, group_patterns
from evidens.features.tokens import cut_code, system_of
from evidens.features.windows import Window, parse_windows


@dataclass(frozen=True)
class CodeFamily(Family):
    """Sparse counts, such as `n_ATC/C10AA_365d`; which there are, the vocabulary learns from development.

    Parameters
    ----------
    levels : mapping of str to tuple of int
        Per code system the numbers of characters at which codes are counted; 0 means the whole code. Systems that are
        not named are not counted.
    windows : tuple of str
    groups : bool
        Whether groups of codes are counted too: those of codes.csv and of the settings.
    min_people : int
        A count becomes a feature if at least so many people of development have one: rarer ones would describe those
        people.
    """

    kind: ClassVar[str] = "codes"
    levels: Mapping[str, tuple[int, ...]]
    windows: tuple[str, ...]
    groups: bool = True
    min_people: int = 30

    def __post_init__(self) -> None:
        parse_windows(self.windows)
        strangers = sorted(set(self.levels) - set(CODE_SYSTEMS))
        if strangers:
            raise ValueError(f"levels: {', '.join(strangers)} not among {', '.join(CODE_SYSTEMS)}")
        for system, levels in self.levels.items():
            is_ascending = bool(levels) and list(levels) == sorted(set(levels)) and levels[0] >= 0
            if not is_ascending or (levels[0] == 0 and len(levels) > 1):
                raise ValueError(f"levels.{system}: numbers of characters, ascending, or [0] for the whole code")
        if self.min_people < 1:
            raise ValueError("min_people must be at least 1")

    def token_windows(self) -> Sequence[Window]:
        """Return the windows."""
        return parse_windows(self.windows)

    def tokens_of(self, code: str, groups: Groups) -> Sequence[str]:
        """Cut a code to each level, and name its groups; two levels that cut a short code alike count it once."""
        tokens = {cut_code(code, level) for level in self.levels.get(system_of(code), ())}
        if self.groups:
            names, matcher = _match_groups(tuple(groups.items()))
            tokens |= {f"{GROUP}{names[number]}" for number, *_ in matcher.find(code)}
        return sorted(tokens)


@cache
def _match_groups(own: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, ...], Matcher]:
    """Find groups by code: those of codes.csv, and the settings' own."""
    patterns = dict(group_patterns())
    patterns |= {name: find_subject(f"{GROUP}{name}", dict(own)).patterns for name, _ in own}
    named = [(pattern, number) for number, mine in enumerate(patterns.values()) for pattern in mine]
    return tuple(patterns), Matcher(named)
