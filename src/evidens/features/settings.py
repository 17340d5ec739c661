"""Which features are built from a history, and from how far back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from evidens.codes import CODE_SYSTEMS
from evidens.features.laboratory import LAB_STATISTICS, load_laboratory
from evidens.foundation import Lookback

PersonPredictor = Literal["age", "is_female", "origin", "region"]


@dataclass(frozen=True)
class FeatureSettings:
    """Families of features (conf/features/).

    Parameters
    ----------
    windows_days : tuple of int
        Lengths of the windows [index - w, index), ascending; all end at the index, so they are nested.
    person_predictors : tuple of {"age", "is_female", "origin", "region"}
        What is known of the person. Origin and region are there to examine fairness and transport; they are
        no predictors unless a study says so.
    labs : tuple of str
        Analytes of laboratory.csv; "all" alone means every one.
    lab_statistics : mapping of str to tuple of int
        Of "latest", "min", "max", "mean", "days_since": in which windows.
    code_levels : mapping of str to tuple of int
        Per code system the numbers of characters at which codes are counted; 0 means the whole code. Systems
        that are not named are not counted.
    groups : bool
        Whether the groups of codes.csv are counted too.
    distinct : mapping of str to tuple of int
        Per code system the windows in which the number of different codes is counted (at the first, coarsest level).
    recency : tuple of str
        Code systems for which the days since the last event are given, in the longest window.
    min_people : int
        A count becomes a feature if at least so many people of development have one: rarer ones would
        describe those people.
    """

    windows_days: tuple[int, ...]
    code_levels: Mapping[str, tuple[int, ...]]
    lab_statistics: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    labs: tuple[str, ...] = ("all",)
    person_predictors: tuple[PersonPredictor, ...] = ("age", "is_female")
    groups: bool = True
    distinct: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    recency: tuple[str, ...] = ()
    min_people: int = 30

    def __post_init__(self) -> None:
        if not self.windows_days or list(self.windows_days) != sorted(set(self.windows_days)):
            raise ValueError("windows_days need at least one length, ascending, each once")
        _ = self.lookbacks  # raises what is wrong with one
        _check_names("lab_statistics", self.lab_statistics, LAB_STATISTICS)
        _check_names("labs", set(self.labs) - {"all"}, load_laboratory().analytes)
        for name in ("code_levels", "distinct", "recency"):
            _check_names(name, getattr(self, name), CODE_SYSTEMS)
        _check_names("distinct", self.distinct, self.code_levels)
        for name in ("lab_statistics", "distinct"):
            for key, windows in getattr(self, name).items():
                _check_names(f"{name}.{key}", windows, self.windows_days)
        for system, levels in self.code_levels.items():
            if (
                not levels
                or list(levels) != sorted(set(levels))
                or min(levels) < 0
                or (levels[0] == 0 and levels != (0,))
            ):
                raise ValueError(f"code_levels.{system}: numbers of characters, ascending, or [0] for the whole code")
        if self.min_people < 1:
            raise ValueError("min_people must be at least 1")

    @property
    def lookbacks(self) -> tuple[Lookback, ...]:
        """The windows as lookbacks, ascending."""
        return tuple(Lookback(days) for days in self.windows_days)

    @property
    def analytes(self) -> tuple[str, ...]:
        """Names of the analytes used, in the order of laboratory.csv."""
        known = load_laboratory().analytes
        return known if self.labs == ("all",) else tuple(name for name in known if name in self.labs)


def _check_names(setting: str, names: Iterable[object], known: Collection[object]) -> None:
    strangers = [str(name) for name in names if name not in known]
    if strangers:
        raise ValueError(f"{setting}: {', '.join(sorted(strangers))} not among {', '.join(map(str, known))}")
