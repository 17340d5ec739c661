"""What is planted into a world, so that an analysis can be asked whether it finds it.

Every effect has a test of recovery in tests/recovery. The defaults plant nothing.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from evidens.simulation.diseases import DISEASES
from evidens.simulation.pools import PACKS
from evidens.simulation.quarters import is_quarter_start

REGIONS = ("81", "82", "83", "84", "85")
ORIGINS = ("danish", "western", "non_western")
SEXES = ("female", "male")
OUTCOMES = ("type_2_diabetes", "colorectal_cancer")


@dataclass(frozen=True)
class CaseMix:
    """Who lives in a region, at one and the same risk given who they are.

    Age and origin alone: frailty and socioeconomic position do not choose a region.

    Parameters
    ----------
    per_decade : float
        Log weight of living there per decade of age above 45.
    non_western : float
        Log weight of living there for people of non-western origin.
    """

    per_decade: float = 0.0
    non_western: float = 0.0


@dataclass(frozen=True)
class Drift:
    """A signal that changes its strength at a date.

    Parameters
    ----------
    outcome : str
    stream : str
        Name of a count stream or analysis of a value stream of the disease; "all" for every one of them.
    from_on : date
        First day of the quarter from which it holds.
    factor : float
        Multiplies what the disease adds to the stream: its rise towards onset, not what frailty adds.
    """

    outcome: str
    stream: str
    from_on: dt.date
    factor: float

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES or not is_quarter_start(self.from_on) or self.factor < 0:
            raise ValueError("a drift needs a known outcome, the first day of a quarter and a factor of at least 0")
        disease = next(disease for disease in DISEASES if disease.outcome == self.outcome)
        streams = (*(counts.name for counts in disease.counts), *(values.analysis for values in disease.values))
        if self.stream not in ("all", *streams):
            raise ValueError(f"no such stream: {self.stream}; there are all, {', '.join(streams)}")


@dataclass(frozen=True)
class ReadingShift:
    """Readings of one analysis that are off: an assay that changed, or a device that reads some people wrong.

    A reported value is `value * factor + offset`, rounded again; what the body does is not changed.

    Parameters
    ----------
    analysis : str
        NPU or DNK code.
    offset, factor : float
    regions, origins, sexes : tuple of str
        Where (by residence on the day of the sample) and in whom; default everyone.
    from_on : date
        First day of the samples that are off.
    """

    analysis: str
    offset: float = 0.0
    factor: float = 1.0
    regions: tuple[str, ...] = REGIONS
    origins: tuple[str, ...] = ORIGINS
    sexes: tuple[str, ...] = SEXES
    from_on: dt.date = dt.date(1900, 1, 1)

    def __post_init__(self) -> None:
        strangers = {*self.regions} - {*REGIONS} | {*self.origins} - {*ORIGINS} | {*self.sexes} - {*SEXES}
        if strangers or self.factor <= 0:
            raise ValueError(f"a reading shift names unknown groups ({', '.join(sorted(strangers))}) or no factor")


@dataclass(frozen=True)
class CodingChange:
    """A date from which fewer people are coded with a code that the outcome's definition knows.

    Which of the two a person's hospitals use is decided once per person, not per contact.

    Parameters
    ----------
    from_on : date
        First day of a quarter.
    coded_share : float
        Share of people whose hospital codes still are the old ones from then on, in [0, 1].
    """

    from_on: dt.date
    coded_share: float

    def __post_init__(self) -> None:
        if not is_quarter_start(self.from_on) or not 0 <= self.coded_share <= 1:
            raise ValueError("a change of coding needs the first day of a quarter and a share in [0, 1]")


@dataclass(frozen=True)
class InformativeEmigration:
    """Emigration that depends on frailty: a negative `log_ratio` lets the healthy leave.

    Parameters
    ----------
    outcome : str
        Whose frailty.
    log_ratio : float
        Log hazard ratio of emigration per unit of frailty.
    """

    outcome: str
    log_ratio: float


@dataclass(frozen=True)
class Leak:
    """Treatment that is registered with a date before the diagnosis that it follows.

    Parameters
    ----------
    outcome : str
    days_before : int
        How long before the day of the diagnosis.
    atc : str
        The drug: one of the pool's, and none that the outcome's definition counts.
    """

    outcome: str
    days_before: int
    atc: str = "V03AX99"

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES or self.days_before < 0 or self.atc.startswith("A10"):
            raise ValueError("a leak needs a known outcome, days of at least 0 and a drug that is no drug for diabetes")
        if self.atc not in {pack.atc for pack in PACKS}:
            raise ValueError(f"no such drug in the pool of packs: {self.atc}")


@dataclass(frozen=True)
class SwitchGap:
    """Contacts that were lost when a region changed from LPR2 to LPR3.

    Parameters
    ----------
    days : int
        Length of the gap from the region's day of change.
    share : float
        Share of contacts beginning in the gap that no register has, in [0, 1].
    """

    days: int
    share: float

    def __post_init__(self) -> None:
        if self.days < 0 or not 0 <= self.share <= 1:
            raise ValueError("a gap needs days of at least 0 and a share in [0, 1]")


ByOutcome = Mapping[str, float]


@dataclass(frozen=True)
class Effects:
    """Everything that can be planted. See the classes above for those with parts.

    Parameters
    ----------
    signal : float
        Multiplies everything that links the record to the diseases; at 0 the record says nothing beyond age,
        sex, origin and time of arrival.
    flat_hazard : bool
        Onset does not depend on age, sex, origin or frailty: with `signal` 0 this is the null world, in which
        nothing predicts anything.
    onset_trend : mapping of outcome to mapping of year to factor
        Multiplies the hazard of onset; linear between 1 January of the given years, constant outside.
    region_log_hazard : mapping of outcome to mapping of region (at entry) to log hazard ratio
        Prevalence that differs by region for no reason that the record shows.
    case_mix : mapping of region to CaseMix
    drifts : tuple of Drift
    reading_shifts : tuple of ReadingShift
    testing_rise : float
        Multiplies how much more often the ill are tested: tests missing not at random.
    testing_log_rate : mapping of origin to log rate ratio
        How much more or less often a group is tested, whatever its disease.
    delay_factor : mapping of outcome to mapping of region (at entry) to factor
        Multiplies the probability per quarter that the disease is diagnosed: below 1 the diagnosis comes later.
    recorded_share : mapping of outcome to mapping of origin to share
        Share of the diagnosed whom any register shows; of the others it looks as if they had never been
        diagnosed: no code, no treatment, no follow-up.
    false_codings_per_year : mapping of outcome to rate
        At which residents get the outcome's code (its qualifying events) without the disease, per year, once.
    coding_changes : mapping of outcome to CodingChange
    emigration : InformativeEmigration, optional
    leak : Leak, optional
    switch_gap : SwitchGap, optional
    """

    signal: float = 1.0
    flat_hazard: bool = False
    onset_trend: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    region_log_hazard: Mapping[str, ByOutcome] = field(default_factory=dict)
    case_mix: Mapping[str, CaseMix] = field(default_factory=dict)
    drifts: tuple[Drift, ...] = ()
    reading_shifts: tuple[ReadingShift, ...] = ()
    testing_rise: float = 1.0
    testing_log_rate: Mapping[str, float] = field(default_factory=dict)
    delay_factor: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    recorded_share: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    false_codings_per_year: ByOutcome = field(default_factory=dict)
    coding_changes: Mapping[str, CodingChange] = field(default_factory=dict)
    emigration: InformativeEmigration | None = None
    leak: Leak | None = None
    switch_gap: SwitchGap | None = None

    def __post_init__(self) -> None:
        known = {
            "onset_trend": OUTCOMES, "region_log_hazard": OUTCOMES, "delay_factor": OUTCOMES,
            "recorded_share": OUTCOMES, "false_codings_per_year": OUTCOMES, "coding_changes": OUTCOMES,
            "case_mix": REGIONS, "testing_log_rate": ORIGINS,
        }  # fmt: skip
        for name, keys in known.items():
            if strangers := sorted(set(getattr(self, name)) - set(keys)):
                raise ValueError(f"{name} has unknown keys {', '.join(strangers)}; it may have {', '.join(keys)}")
        for name, keys in (("region_log_hazard", REGIONS), ("delay_factor", REGIONS), ("recorded_share", ORIGINS)):
            for inner in getattr(self, name).values():
                if strangers := sorted(set(inner) - set(keys)):
                    raise ValueError(f"{name} has unknown keys {', '.join(strangers)}; it may have {', '.join(keys)}")
        if min(self.signal, self.testing_rise, *self.false_codings_per_year.values()) < 0:
            raise ValueError("signal, testing_rise and false_codings_per_year may not be negative")
        if not all(f > 0 for inner in self.delay_factor.values() for f in inner.values()):
            raise ValueError("factors of delay_factor must be positive")
        if not all(0 <= s <= 1 for inner in self.recorded_share.values() for s in inner.values()):
            raise ValueError("shares of recorded_share lie in [0, 1]")
        if not all(f >= 0 for inner in self.onset_trend.values() for f in inner.values()):
            raise ValueError("factors of onset_trend may not be negative")
        if self.emigration and self.emigration.outcome not in OUTCOMES:
            raise ValueError("emigration names an unknown outcome")

    def planted(self) -> dict[str, object]:
        """Return the effects that are not the default, by name."""
        none = Effects()
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != getattr(none, f.name)}
