"""What is known of the person on the day of the index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.events import ORIGINS, REGIONS
from evidens.features.families.family import Family, Source

LEVELS = {"origin": ORIGINS, "region": REGIONS}


@dataclass(frozen=True)
class PersonFamily(Family):
    """Age, sex and, where a study says so, origin and region.

    Parameters
    ----------
    predictors : tuple of {"age", "is_female", "origin", "region"}
        Origin and region are there to examine fairness and transport; they are no predictors unless a study says
        so.
    """

    kind: ClassVar[str] = "person"
    predictors: tuple[Literal["age", "is_female", "origin", "region"], ...] = ("age", "is_female")

    def columns(self, source: Source) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Yield age in years, and 0 or 1 for everything else."""
        members = source.members
        if members is None:
            raise ValueError("features of the person need the members with age, sex, origin and region")
        for predictor in self.predictors:
            if predictor == "age":
                yield "age", _as_column(members["age"])
            elif predictor == "is_female":
                yield "is_female", _as_column(members["sex"] == "female")
            else:  # the first level is the one that all others are compared with
                for level in LEVELS[predictor][1:]:
                    yield f"is_{predictor}_{level}", _as_column(members[predictor] == level)


def _as_column(values: pl.Series) -> NDArray[np.float32]:
    return values.cast(pl.Float32).fill_null(float("nan")).to_numpy()
