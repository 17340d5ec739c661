"""What a feature is about: an analyte, a group of codes, a code with all below it, or a whole system of codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evidens.codes import CODE_SYSTEMS, NPU, CodeList
from evidens.codes.systems import SEPARATOR
from evidens.features.laboratory import load_laboratory

GROUP = f"GROUP{SEPARATOR}"  # before the name of a group, where a code has the name of its system


@dataclass(frozen=True)
class Pattern:
    """Codes of the event store that belong to a subject, and how their values become its unit.

    Parameters
    ----------
    stem : str
        A code with its system's prefix, or the beginning of codes.
    is_exact : bool
        Whether only the code itself is meant.
    scale, offset : float
        A value becomes value * scale + offset.
    """

    stem: str
    is_exact: bool
    scale: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Subject:
    """Something that people have events of.

    Parameters
    ----------
    name : str
        As in settings and in the names of features: "hba1c", "GROUP/statins", "ATC/C10AA", "CONTACT".
    patterns : tuple of Pattern
        Which codes belong to it.
    """

    name: str
    patterns: tuple[Pattern, ...]


@cache
def load_groups() -> CodeList:
    """Read codes.csv, which this room owns."""
    return CodeList.load(Path(__file__).parent / "codes.csv")


@cache
def group_patterns() -> dict[str, tuple[Pattern, ...]]:
    """Patterns of each group of codes.csv."""
    return patterns_of(load_groups())


def patterns_of(codes: CodeList) -> dict[str, tuple[Pattern, ...]]:
    """Patterns of each group of a code list."""
    found: dict[str, list[Pattern]] = {}
    for system, code, match, group in codes.entries.select("system", "code", "match", "group").iter_rows():
        found.setdefault(group, []).append(Pattern(f"{CODE_SYSTEMS[system].prefix}{code}", match == "exact"))
    return {group: tuple(patterns) for group, patterns in found.items()}


def find_subject(name: str, groups: Mapping[str, tuple[str, ...]]) -> Subject:
    """Say which codes a subject has.

    Parameters
    ----------
    name : str
        An analyte of laboratory.csv ("hba1c"), "GROUP/" with a group of codes.csv or of `groups`, a system with a
        code or the beginning of codes ("ATC/C10AA"), or a whole system ("CONTACT").
    groups : mapping of str to tuple of str
        Groups of the settings: codes with their system, or the beginning of codes.

    Raises
    ------
    ValueError
        If there is no such subject.

    Examples
    --------
    >>> find_subject("ATC/C10AA", {}).patterns
    (Pattern(stem='ATC/C10AA', is_exact=False, scale=1.0, offset=0.0),)
    >>> find_subject("ATC/10AA", {})
    Traceback (most recent call last):
    ValueError: 'ATC/10AA' is neither an analyte, a group, a code system nor the beginning of a code
    """
    if name.startswith(GROUP):
        group = name.removeprefix(GROUP)
        if group in groups:
            return Subject(name, tuple(_pattern_of(code) for code in groups[group]))
        if group in group_patterns():
            return Subject(name, group_patterns()[group])
        raise ValueError(f"no group named {group!r} in codes.csv or in the settings")
    if name in load_laboratory().analytes:
        rows = load_laboratory().codes_of(name)
        return Subject(name, tuple(Pattern(f"{NPU.prefix}{code}", True, a, b) for code, a, b in rows))
    return Subject(name, (_pattern_of(name),))


def _pattern_of(text: str) -> Pattern:
    system, separator, stem = text.partition(SEPARATOR)
    if system not in CODE_SYSTEMS or (separator and not (stem and CODE_SYSTEMS[system].is_stem(stem))):
        raise ValueError(f"{text!r} is neither an analyte, a group, a code system nor the beginning of a code")
    return Pattern(f"{system}{SEPARATOR}{stem}", is_exact=False)
