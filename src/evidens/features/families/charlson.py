"""The Charlson comorbidity score from hospital diagnoses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.codes import CodeList
from evidens.features.accumulate import Need
from evidens.features.families.family import Family, Groups, Source
from evidens.features.subjects import Subject, patterns_of
from evidens.features.windows import parse_windows

FOLDER = Path(__file__).parents[1]
PREFIX = "CHARLSON/"


@dataclass(frozen=True)
class CharlsonFamily(Family):
    """Weighted number of the 19 conditions, such as `charlson_1825d`.

    Parameters
    ----------
    windows : tuple of str
    weights : {"charlson", "quan"}
        The weights of 1987, or those updated by Quan in 2011, under which any malignancy counts once.

    Notes
    -----
    Conditions by the Danish ICD-10 codes that were validated against discharge summaries [1]_ (charlson.csv);
    weights of 1987 [2]_ or updated ones [3]_ (charlson_weights.csv). A mild form does not count beside the severe one
    of the same disease. Only diagnoses of hospital contacts are read: what general practice alone treats is missing.

    References
    ----------
    .. [1] Thygesen SK et al. BMC Med Res Methodol 2011. doi:10.1186/1471-2288-11-83
    .. [2] Charlson ME et al. J Chronic Dis 1987. doi:10.1016/0021-9681(87)90171-8
    .. [3] Quan H et al. Am J Epidemiol 2011. doi:10.1093/aje/kwq433
    """

    kind: ClassVar[str] = "charlson"
    windows: tuple[str, ...]
    weights: Literal["charlson", "quan"] = "charlson"

    def __post_init__(self) -> None:
        parse_windows(self.windows)

    def subjects(self, groups: Groups) -> list[Subject]:
        """Return the conditions."""
        return [Subject(f"{PREFIX}{name}", patterns) for name, patterns in patterns_of(load_charlson()).items()]

    def needs(self) -> Iterator[Need]:
        """Yield how often each condition was diagnosed."""
        for window in parse_windows(self.windows):
            for condition in load_charlson().groups:
                yield Need("events", f"{PREFIX}{condition}", window)

    def columns(self, source: Source) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Yield the score of each window."""
        for window in parse_windows(self.windows):
            has = {c: source.tables.take("events", f"{PREFIX}{c}", window) > 0 for c in load_charlson().groups}
            score = np.zeros(source.n_rows, np.float32)
            for condition, weight, others in load_weights(self.weights):
                counts = has[condition].copy()
                for other in others:
                    counts &= ~has[other]
                score += np.float32(weight) * counts
            name = "charlson" if self.weights == "charlson" else f"charlson_{self.weights}"
            yield f"{name}_{window.name}", score


@cache
def load_charlson() -> CodeList:
    """Read charlson.csv, which this room owns."""
    return CodeList.load(FOLDER / "charlson.csv")


@cache
def load_weights(version: str) -> list[tuple[str, int, tuple[str, ...]]]:
    """Read condition, weight, and the conditions beside which it does not count."""
    table = pl.read_csv(FOLDER / "charlson_weights.csv").select("group", version, f"{version}_not_beside")
    return [
        (group, weight, tuple((others or "").split(";")) if others else ()) for group, weight, others in table.rows()
    ]
