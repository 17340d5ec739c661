"""Which features are built from a history, and from how far back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from evidens.features.accumulate import Accumulators, Plan
from evidens.features.coding import code_subjects
from evidens.features.families import AnyFamily, CodeFamily, Source
from evidens.features.subjects import Subject, find_subject, group_patterns
from evidens.features.tokens import TokenCoder, TokenSink
from evidens.features.windows import Bins, Window


@dataclass(frozen=True)
class FeatureSettings:
    """Families of features (conf/features/).

    Parameters
    ----------
    families : tuple of families
        In the order of the columns; each is told by its `kind`.
    groups : mapping of str to tuple of str
        Groups of codes beside those of codes.csv: codes with their system, or the beginning of codes
        ("ATC/C10AA"). A family names one as GROUP/<name>.
    """

    families: tuple[AnyFamily, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.families:
            raise ValueError("families: name at least one")
        known = sorted(set(self.groups) & set(group_patterns()))
        if known:
            raise ValueError(f"groups: {', '.join(known)} stands in codes.csv already: take another name")
        for name in self.groups:
            find_subject(f"GROUP/{name}", self.groups)
        if sum(isinstance(family, CodeFamily) for family in self.families) > 1:
            raise ValueError("families: at most one of kind codes")
        twice = [name for name, n in Counter(self.dense_names).items() if n > 1]
        if twice:
            raise ValueError(f"families: {', '.join(twice[:5])} would stand twice")

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """What the families are about, by name."""
        return {subject.name: subject for family in self.families for subject in family.subjects(self.groups)}

    @cached_property
    def plan(self) -> Plan:
        """What the accumulators hold."""
        return Plan.of((need for family in self.families for need in family.needs()), self.subjects)

    @cached_property
    def bins(self) -> Bins:
        """The past, cut at the edges of all windows."""
        return Bins.of(self.windows)

    @property
    def windows(self) -> list[Window]:
        """Every window of every family."""
        found = {need.window for family in self.families for need in family.needs()}
        found |= {window for family in self.families for window in family.token_windows()}
        return sorted(found, key=lambda window: window.limits_us)

    @property
    def longest_days(self) -> int | None:
        """How far back the features read, in days; None is all time, 0 nothing."""
        if not self.windows:
            return 0
        begins = [window.begin_days for window in self.windows]
        return None if None in begins else max(days for days in begins if days is not None)

    @property
    def codes(self) -> CodeFamily | None:
        """The family of sparse counts."""
        return next((family for family in self.families if isinstance(family, CodeFamily)), None)

    @property
    def counts_tokens(self) -> bool:
        """Whether any family counts tokens."""
        return any(family.token_windows() for family in self.families)

    @cached_property
    def dense_names(self) -> tuple[str, ...]:
        """Names of the dense features in their order."""
        tables = Accumulators(self.plan, self.bins, 0, code_subjects(())).finish()
        nobody = pl.DataFrame(schema={"age": pl.Int16, "sex": pl.String, "origin": pl.String, "region": pl.String})
        tallies = TokenSink(TokenCoder(lambda code: (), None), self.bins).finish()
        source = Source(0, tables, tallies, nobody)
        return tuple(name for family in self.families for name, _ in family.columns(source))

    def tokens_of(self, code: str, counted: frozenset[str]) -> list[str]:
        """Say as which tokens a code is counted; of sparse counts only those `counted`."""
        tokens: list[str] = []
        for family in self.families:
            mine = family.tokens_of(code, self.groups)
            tokens += [token for token in mine if token in counted] if isinstance(family, CodeFamily) else mine
        return tokens
