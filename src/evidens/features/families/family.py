"""What a family of features is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.features.accumulate import Need
from evidens.features.statistics import STATISTICS
from evidens.features.subjects import Subject, find_subject
from evidens.features.tables import Tables
from evidens.features.tokens import Tallies
from evidens.features.windows import Window

Groups = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Source:
    """What the columns of a family are made of, with one entry per row of the index table.

    Parameters
    ----------
    n_rows : int
    tables : Tables
        What was asked for with `Family.needs`.
    tallies : Tallies
        How often each token occurred.
    members : polars.DataFrame, optional
        What is known of each person.
    """

    n_rows: int
    tables: Tables
    tallies: Tallies
    members: pl.DataFrame | None = None


@dataclass(frozen=True)
class Family:
    """Features of one kind. A family is a frozen settings class with a `kind` of its own.

    What is not overridden says that the family does not have it.
    """

    kind: ClassVar[str]

    def cells(self) -> Iterator[tuple[str, str, str, Window]]:
        """Yield name of the feature, statistic, subject and window of each dense feature that is just that."""
        return iter(())

    def subjects(self, groups: Groups) -> Sequence[Subject]:
        """Say which subjects occur; `groups` are those of the settings. Raise ValueError where there is none such."""
        return [find_subject(name, groups) for name in dict.fromkeys(cell[2] for cell in self.cells())]

    def needs(self) -> Iterator[Need]:
        """Yield what the accumulators must hold."""
        for _, statistic, subject, window in self.cells():
            yield from STATISTICS[statistic].needs(subject, window)

    def token_windows(self) -> Sequence[Window]:
        """Windows in which tokens are counted."""
        return ()

    def tokens_of(self, code: str, groups: Groups) -> Sequence[str]:
        """Say as which tokens a code is counted."""
        return ()

    def columns(self, source: Source) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Yield name and values of each dense feature; NaN is not measured."""
        for name, statistic, subject, window in self.cells():
            yield name, STATISTICS[statistic].of(source.tables, subject, window)
