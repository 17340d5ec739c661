"""Choices of the printed report, and the words in it that only people can write; never its numbers."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ReportSettings:
    """How much the report shows, and what people add to it.

    Parameters
    ----------
    language : str
        Only English so far.
    n_features : int
        Features in the ranking of importance, at least 1.
    n_dependence : int
        Features whose dependence is drawn, at least 0.
    n_contributions : int
        Features named per archetype; the others are added up, at least 1.
    world_note : str
        What is more frequent in the simulated world than in Denmark; printed for simulated deliveries.
    limits : tuple of str
        What the study cannot say, written by people.

    Examples
    --------
    >>> ReportSettings(n_features=0)
    Traceback (most recent call last):
    ValueError: n_features: at least 1 feature must be ranked.
    """

    language: Literal["en"] = "en"
    n_features: int = 15
    n_dependence: int = 6
    n_contributions: int = 8
    world_note: str = ""
    limits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.n_features < 1:
            raise ValueError("n_features: at least 1 feature must be ranked.")
        if self.n_dependence < 0:
            raise ValueError("n_dependence: cannot be negative.")
        if self.n_contributions < 1:
            raise ValueError("n_contributions: at least 1 feature must be named.")
