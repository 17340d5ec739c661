"""Outcomes: definitions with their codes, and when each person met them."""

from evidens.phenotypes.onset import find_onsets, keep_qualifying
from evidens.phenotypes.outcome import OutcomeSettings
from evidens.phenotypes.people import Happening, NamedPerson, load_people, people_frames
from evidens.phenotypes.phenotype import (
    Phenotype,
    PhenotypeError,
    PhenotypeSettings,
    Qualifier,
    find_phenotypes,
    load_phenotype,
)

__all__ = [
    "Happening",
    "NamedPerson",
    "OutcomeSettings",
    "Phenotype",
    "PhenotypeError",
    "PhenotypeSettings",
    "Qualifier",
    "find_onsets",
    "find_phenotypes",
    "keep_qualifying",
    "load_people",
    "load_phenotype",
    "people_frames",
]
