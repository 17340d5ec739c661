"""Code systems as types, and lists of codes with their groups and sources."""

from evidens.codes.lists import CodeList, CodeListError
from evidens.codes.systems import ATC, CODE_SYSTEMS, CONTACT, ICD10, NPU, CodeSystem, split_code

__all__ = [
    "ATC",
    "CODE_SYSTEMS",
    "CONTACT",
    "ICD10",
    "NPU",
    "CodeList",
    "CodeListError",
    "CodeSystem",
    "split_code",
]
