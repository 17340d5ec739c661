"""Outcomes: definitions with their codes, and when each person met them."""

from evidens.phenotypes.admissions import AdmissionSettings, find_admissions
from evidens.phenotypes.definition import Drop, PhenotypeSettings, Qualifier, Rival, Void
from evidens.phenotypes.onset import find_onsets, judge_at
from evidens.phenotypes.outcome import OutcomeSettings
from evidens.phenotypes.people import Happening, NamedPerson, load_people, people_frames
from evidens.phenotypes.phenotype import (
    Phenotype,
    PhenotypeError,
    find_phenotypes,
    load_phenotype,
)
from evidens.phenotypes.qualifying import keep_qualifying

__all__ = [
    "AdmissionSettings",
    "Drop",
    "Happening",
    "NamedPerson",
    "OutcomeSettings",
    "Phenotype",
    "PhenotypeError",
    "PhenotypeSettings",
    "Qualifier",
    "Rival",
    "Void",
    "find_admissions",
    "find_onsets",
    "find_phenotypes",
    "judge_at",
    "keep_qualifying",
    "load_people",
    "load_phenotype",
    "people_frames",
]
