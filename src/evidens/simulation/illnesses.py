"""The other illnesses of the simulated Denmark: how often, in whom, and what they leave in the registers.

Hazards are those of section 2.2 of the register reference, whose totals are published and whose shapes are
assumptions. What an illness leaves (how often it is coded, drugs, contacts) is the simulation's assumption.
None of the drugs and codes is one that the two studied diseases change, and everything depends on age and sex
alone: an illness says nothing about the studied diseases that age and sex do not say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from evidens.simulation.arrays import Floats
from evidens.simulation.marginals import QUARTERS_OF_LIFE


@dataclass(frozen=True)
class Illness:
    """One illness, or one kind of acute episode.

    Parameters
    ----------
    name : str
    yearly_hazard : callable
        Women's hazard per year by age in years: of the first onset, or of each episode.
    male_ratio : float
        Hazard ratio of men.
    codes : mapping of ICD-10 code to weight
        What a hospital writes; none has the Danish prefix.
    is_acute : bool
        Whether the hospital sees it first as an acute admission; else as an outpatient.
    is_episode : bool
        Whether it comes and goes, any number of times, instead of staying.
    coded_share : float
        Of the ill, or of the episodes, that a hospital codes at all.
    contacts_per_year : float
        Outpatient contacts of the coded, from onset on.
    drugs : mapping of ATC code to packs per year
        Of the treated.
    treated_share : float
    mean_years : float
        Mean duration, exponential: until recovery, or until the excess mortality of the ill, which die no sooner
        here, would have ended it; infinite where it stays for life.
    """

    name: str
    yearly_hazard: Callable[[Floats], Floats]
    male_ratio: float
    codes: Mapping[str, float]
    is_acute: bool = False
    is_episode: bool = False
    coded_share: float = 1.0
    contacts_per_year: float = 0.0
    drugs: Mapping[str, float] = field(default_factory=dict)
    treated_share: float = 0.0
    mean_years: float = np.inf

    def hazards(self) -> Floats:
        """Hazard per quarter of life by sex (0 women, 1 men), shape (2, QUARTERS_OF_LIFE)."""
        women = self.yearly_hazard(np.arange(QUARTERS_OF_LIFE) / 4 + 0.125) / 4
        return np.stack([women, women * self.male_ratio])


def _lung_cancer(age: Floats) -> Floats:
    return 1.63e-3 * (age / 65) ** 6 * np.exp(-np.maximum(age - 76, 0) / 7) * (age > 30)


def _copd(age: Floats) -> Floats:
    return 1.08e-2 * np.exp(-(((age - 72) / 16) ** 2)) * (age > 35)


def _atrial_fibrillation(age: Floats) -> Floats:
    return 3.53e-3 * np.exp(0.095 * (age - 65)) * np.exp(-np.maximum(age - 85, 0) / 12) * (age > 18)


def _heart_failure(age: Floats) -> Floats:
    both = np.array([0.0, 0.7, 2.0, 6.4, 17.0, 35.0, 115.0])[np.digitize(age, [18, 35, 45, 55, 65, 75])]
    return both / 10_000 * 2 / (1 + 1.4)  # the table is of both sexes


def _kidney_disease(age: Floats) -> Floats:
    return 2.7e-2 * np.exp(0.085 * (age - 65)) * np.exp(-np.maximum(age - 88, 0) / 10) * (age > 18)


def _dementia(age: Floats) -> Floats:
    return 5.1e-3 * np.exp(0.135 * (age - 75)) * np.exp(-np.maximum(age - 86, 0) / 6) * (age >= 60)


def _depression(age: Floats) -> Floats:
    return np.interp(age, [14, 15, 35, 50, 65, 80], [0.0, 15.6, 15.6, 10.4, 10.4, 19.5]) / 1_000


def _kidney_injury(age: Floats) -> Floats:
    return 1.57e-2 * np.exp(0.06 * (age - 65)) * (age > 18)


def _sepsis(age: Floats) -> Floats:
    return 9.2e-3 * np.exp(0.05 * (age - 65)) * (age > 18)


ILLNESSES = (
    Illness("lung_cancer", _lung_cancer, 1.1, {"C341": 0.4, "C343": 0.2, "C349": 0.4}, contacts_per_year=4.0,
            mean_years=3.0),
    Illness("copd", _copd, 1.0, {"J449": 0.7, "J441": 0.3}, coded_share=0.6, contacts_per_year=0.5,
            drugs={"R03BB04": 4.0, "R03AK07": 3.0}, treated_share=0.8),
    Illness("atrial_fibrillation", _atrial_fibrillation, 1.5, {"I489": 0.7, "I480": 0.3}, is_acute=True,
            contacts_per_year=0.4, mean_years=25.0, drugs={"B01AF01": 2.5, "C07AB02": 3.0}, treated_share=0.8),
    Illness("heart_failure", _heart_failure, 1.4, {"I509": 0.7, "I501": 0.3}, is_acute=True, contacts_per_year=1.0,
            drugs={"C03CA01": 4.0, "C03DA01": 3.0}, treated_share=0.85),
    Illness("kidney_disease", _kidney_disease, 1.0, {"N183": 0.4, "N184": 0.2, "N189": 0.4}, coded_share=0.15,
            contacts_per_year=0.8, mean_years=13.0),
    Illness("dementia", _dementia, 0.9, {"F009": 0.4, "F019": 0.2, "F039": 0.4}, contacts_per_year=0.5,
            drugs={"N06DA02": 4.0}, treated_share=0.4),
    Illness("depression", _depression, 0.6, {"F329": 0.6, "F339": 0.4}, coded_share=0.2, contacts_per_year=0.6,
            drugs={"N06AB04": 3.0}, treated_share=0.9, mean_years=17.0),
    Illness("kidney_injury", _kidney_injury, 1.15, {"N179": 1.0}, is_acute=True, is_episode=True, coded_share=0.25),
    Illness("sepsis", _sepsis, 1.1, {"A419": 1.0}, is_acute=True, is_episode=True, coded_share=0.2),
)  # fmt: skip
ILLNESS_CODES = tuple(dict.fromkeys(code for illness in ILLNESSES for code in illness.codes))
ILLNESS_DRUGS = tuple(dict.fromkeys(atc for illness in ILLNESSES for atc in illness.drugs))
