"""The two diseases: how often, in whom, and what they do to the record before they are diagnosed.

Hazards follow section 2.2 of the register reference (their shape is an assumption there too); that of colorectal
cancer rises with the fourth instead of the fifth power of age, so that age alone does not find most cases. The sizes of
the signals are the simulation's assumptions, in the direction and order that the literature describes:
HbA1c rises for years before type 2 diabetes; haemoglobin falls and platelets rise in the years before
colorectal cancer, iron and laxatives are bought, and blood counts are taken more often.

Each stream of one disease is read by no other, so that what is known about one disease says nothing about
the other beyond age, sex, origin and time of arrival.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.marginals import QUARTERS_OF_LIFE

FRAILTY = np.linspace(-1.5, 1.5, 5)
FRAILTY_SHARES = np.exp(-(FRAILTY**2) / 2) / np.exp(-(FRAILTY**2) / 2).sum()
AGES = (0, 18, 30, 40, 50, 60, 70, 80, 100)


@dataclass(frozen=True)
class Ramp:
    """How far a signal has come r quarters from onset: f(r) = clip((r + lead) / lead, 0, cap).

    >>> float(Ramp(8, 1.5)(np.array(-4)))
    0.5
    """

    lead_quarters: int
    cap: float

    def __call__(self, r: Ints) -> Floats:
        """Return f(r): 0 until `lead_quarters` before onset, 1 at onset, at most `cap` after."""
        return np.clip((r + self.lead_quarters) / self.lead_quarters, 0.0, self.cap)

    @property
    def quarters_to_cap(self) -> int:
        """Quarters after onset from which f stays at the cap."""
        return int(np.ceil(self.lead_quarters * (self.cap - 1)))


@dataclass(frozen=True)
class CountStream:
    """Things that happen at a rate which rises towards onset: tests, dispensings, contacts.

    The rate per year is `rates` (by age, at AGES) times exp(per_class * frailty + rise * ramp), times a
    gamma multiplier of the person's own with mean 1 and shape `dispersion` (the smaller, the more uneven).
    `follow_up` is added to the rate from the quarter after the diagnosis on.
    """

    name: str
    rates: tuple[float, ...]
    rise: float
    ramp: Ramp
    per_class: float
    dispersion: float
    male_factor: float = 1.0
    is_laboratory: bool = False
    follow_up: float = 0.0
    codes: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class ValueStream:
    """What a test shows: mean by sex and age, plus class and ramp, plus a person's own level and noise.

    Value (or its logarithm) = mean + per_decade * (age - 50) / 10 + per_class * frailty + rise * ramp
    + N(0, person_sd^2) once per person + N(0, sd^2) per test, reported in steps of `step`. `treated` is added
    from the quarter after the diagnosis on.
    """

    analysis: str
    test: str
    female_mean: float
    male_mean: float
    per_decade: float
    rise: float
    ramp: Ramp
    per_class: float
    sd: float
    person_sd: float
    step: float
    is_log: bool = False
    treated: float = 0.0


@dataclass(frozen=True)
class Disease:
    """One outcome of the study as it is in the simulated world.

    Parameters
    ----------
    outcome : str
    horizon_quarters : int
        The study's horizon.
    yearly_hazard : callable
        Women's hazard of onset per year by age in years, before any multiplier.
    male_ratio, origin_ratios : floats
        Hazard ratios of men, and of western and non-western origin.
    frailty_log_ratio : float
        Log hazard ratio per unit of frailty.
    max_delay : int
        Longest diagnostic delay in quarters.
    fades_after_diagnosis : bool
        Whether treatment ends the signals.
    counts, values : tuples of streams
    """

    outcome: str
    horizon_quarters: int
    yearly_hazard: Callable[[Floats], Floats]
    male_ratio: float
    origin_ratios: tuple[float, float, float]
    frailty_log_ratio: float
    max_delay: int
    fades_after_diagnosis: bool
    counts: tuple[CountStream, ...]
    values: tuple[ValueStream, ...]

    @property
    def longest_lead(self) -> int:
        """Quarters before onset from which any signal may be seen."""
        return max(ramp.lead_quarters for ramp in (*(c.ramp for c in self.counts), *(v.ramp for v in self.values)))

    @property
    def longest_rise(self) -> int:
        """Quarters after onset until no signal rises any more."""
        ramps = (*(c.ramp for c in self.counts), *(v.ramp for v in self.values))
        return max(ramp.quarters_to_cap for ramp in ramps)

    def hazards(self) -> Floats:
        """Women's hazard of onset per quarter of life."""
        return self.yearly_hazard(np.arange(QUARTERS_OF_LIFE) / 4 + 0.125) / 4


def _diabetes_hazard(age: Floats) -> Floats:
    return 5.47e-3 * np.exp(-(((age - 68) / 22) ** 2)) * (age > 15)


def _cancer_hazard(age: Floats) -> Floats:
    return 1.25e-3 * (age / 65) ** 4 * np.exp(-np.maximum(age - 82, 0) / 12) * (age > 25)


_YEARS_8, _YEARS_4, _YEARS_2, _YEARS_1 = Ramp(32, 1.35), Ramp(16, 1.3), Ramp(8, 1.5), Ramp(4, 1.5)

TYPE_2_DIABETES = Disease(
    outcome="type_2_diabetes",
    horizon_quarters=12,
    yearly_hazard=_diabetes_hazard,
    male_ratio=1.45,
    origin_ratios=(1.0, 1.0, 2.0),
    frailty_log_ratio=0.8,
    max_delay=12,
    fades_after_diagnosis=False,
    counts=(
        CountStream("hba1c", (0.0, 0.03, 0.08, 0.12, 0.20, 0.28, 0.35, 0.32, 0.28), 0.6, Ramp(8, 1.2), 0.2, 3.0,
                    is_laboratory=True, follow_up=0.7),
        CountStream("hdl", (0.0, 0.03, 0.08, 0.15, 0.25, 0.35, 0.40, 0.30, 0.20), 0.3, _YEARS_4, 0.1, 1.2,
                    is_laboratory=True),
        CountStream("statin", (0.0, 0.0, 0.004, 0.03, 0.12, 0.3, 0.5, 0.5, 0.3), 0.6, _YEARS_4, 0.3, 0.25,
                    male_factor=1.2, codes=("C10AA01", "C10AA05", "C10AA07"), weights=(0.45, 0.4, 0.15)),
        CountStream("antihypertensive", (0.0, 0.004, 0.015, 0.05, 0.15, 0.3, 0.5, 0.55, 0.45), 0.5, _YEARS_4, 0.3, 0.25,
                    codes=("C09AA02", "C09AA05", "C09CA01"), weights=(0.3, 0.3, 0.4)),
        CountStream("metabolic_contact", (0.0, 0.004, 0.008, 0.012, 0.02, 0.03, 0.04, 0.035, 0.02), 0.9,
                    Ramp(12, 1.2), 0.3, 0.5, codes=("E669", "I109", "G473", "K760"), weights=(0.3, 0.5, 0.1, 0.1)),
    ),
    values=(
        ValueStream("NPU27300", "hba1c", 34.5, 34.8, 0.8, 9.0, _YEARS_8, 1.0, 2.5, 2.5, 1.0,
                    treated=-3.0),
        ValueStream("NPU01567", "hdl", 1.60, 1.30, 0.02, -0.12, _YEARS_8, -0.06, 0.15, 0.25, 0.1),
    ),
)  # fmt: skip

COLORECTAL_CANCER = Disease(
    outcome="colorectal_cancer",
    horizon_quarters=4,
    yearly_hazard=_cancer_hazard,
    male_ratio=1.35,
    origin_ratios=(1.0, 0.9, 0.7),
    frailty_log_ratio=0.5,
    max_delay=8,
    fades_after_diagnosis=True,
    counts=(
        CountStream("blood_count", (0.10, 0.20, 0.25, 0.28, 0.40, 0.55, 0.75, 0.90, 1.00), 0.9, _YEARS_1, 0.1, 1.0,
                    is_laboratory=True, follow_up=0.8),
        CountStream("ferritin", (0.02, 0.06, 0.07, 0.07, 0.08, 0.08, 0.10, 0.12, 0.14), 1.2, _YEARS_1, 0.1, 0.8,
                    male_factor=0.6, is_laboratory=True),
        CountStream("iron", (0.0, 0.01, 0.015, 0.015, 0.015, 0.02, 0.04, 0.07, 0.10), 1.8, Ramp(6, 1.5), 0.1, 0.15,
                    male_factor=0.7, codes=("B03AA07", "B03AA02"), weights=(0.7, 0.3)),
        CountStream("laxative", (0.02, 0.02, 0.03, 0.04, 0.06, 0.10, 0.18, 0.30, 0.45), 1.1, Ramp(6, 1.5), 0.1, 0.15,
                    codes=("A06AD65", "A06AC01", "A06AB02"), weights=(0.6, 0.25, 0.15)),
        CountStream("bowel_contact", (0.01, 0.012, 0.012, 0.012, 0.014, 0.016, 0.02, 0.025, 0.03), 1.8, _YEARS_1, 0.1,
                    0.5, codes=("K590", "R104", "D509", "K625", "R194"), weights=(0.25, 0.3, 0.2, 0.15, 0.1)),
    ),
    values=(
        ValueStream("NPU02319", "blood_count", 8.4, 9.2, -0.08, -0.7, _YEARS_2, -0.08, 0.25, 0.50, 0.1),
        ValueStream("NPU03568", "blood_count", 262.0, 238.0, -3.0, 60.0, _YEARS_2, 5.0, 24.0, 45.0, 1.0),
        ValueStream("NPU19763", "ferritin", 4.1, 4.8, 0.05, -0.9, _YEARS_2, -0.05, 0.35, 0.60, 1.0, is_log=True),
    ),
)  # fmt: skip

DISEASES = (TYPE_2_DIABETES, COLORECTAL_CANCER)
