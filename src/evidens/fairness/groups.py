"""Who belongs to which group: the groups in which a model may do harm unseen."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.cohort.target import Target
from evidens.fairness.settings import FairnessSettings
from evidens.foundation import EvidensError, Fault

UNKNOWN = "unknown"  # a group of its own: people about whom less is known may fare worse


class FairnessError(EvidensError):
    """Groups that do not fit the people, or two computations of one number that differ."""


@dataclass(frozen=True)
class Group:
    """One level of one variable.

    Parameters
    ----------
    variable, level : str
        Such as `sex` and `female`.
    is_member : numpy.ndarray
        bool, one per person of the target.
    """

    variable: str
    level: str
    is_member: np.ndarray

    @property
    def name(self) -> str:
        """As evidence names it: `sex=female`."""
        return f"{self.variable}={self.level}"


def band_age(age: pl.Series, *, width: int = 10) -> pl.Series:
    """Name the band of ages that each age in completed years falls into.

    Parameters
    ----------
    age : polars.Series
        Completed years, 0 or more.
    width : int
        Years in a band.

    Returns
    -------
    polars.Series
        String, null where the age is.

    Examples
    --------
    >>> band_age(pl.Series("age", [59, 60, 69, None])).to_list()
    ['50-59', '60-69', '60-69', None]
    """
    start = (age.cast(pl.Int64) // width) * width
    banded = start.cast(pl.String) + "-" + (start + width - 1).cast(pl.String)
    return banded.rename(age.name)


def list_groups(groups: pl.DataFrame, *, n_people: int) -> Iterator[Group]:
    """Every level of every column of `groups`, columns in their order, levels sorted.

    Raises
    ------
    FairnessError
        When the frame does not have one row per person.
    """
    if groups.height != n_people:
        finding = f"{groups.height} rows of groups for {n_people} people."
        raise FairnessError(Fault("assess_groups", finding, "Give one row per person, in the same order."))
    for variable in groups.columns:
        levels = groups[variable].cast(pl.String).fill_null(UNKNOWN)
        for level in sorted(levels.unique().to_list()):
            yield Group(variable, level, (levels == level).to_numpy())


def judge_size(target: Target, is_member: np.ndarray, settings: FairnessSettings) -> str | None:
    """Why these people are too few to be judged, or None.

    Only people whose state at the horizon is known are counted.
    """
    known = is_member & (target.weights > 0)
    n_people, n_events = int(known.sum()), int((known & target.outcome).sum())
    if n_people < settings.min_people:
        return f"insufficient: fewer than {settings.min_people} people"
    if n_events < settings.min_events:
        return f"insufficient: fewer than {settings.min_events} events"
    if n_people - n_events < settings.min_non_events:
        return f"insufficient: fewer than {settings.min_non_events} non-events"
    return None
