"""Code systems as types, and lists of codes with their groups and sources."""

from evidens.codes.lists import CodeList, CodeListError
from evidens.codes.systems import (
    ATC,
    CAUSE,
    CODE_SYSTEMS,
    CONTACT,
    EDUCATION,
    ICD10,
    INCOME,
    LABOUR,
    NPU,
    SKS,
    SSSY,
    TUMOUR,
    CodeSystem,
    split_code,
)

__all__ = [
    "ATC",
    "CAUSE",
    "CODE_SYSTEMS",
    "CONTACT",
    "EDUCATION",
    "ICD10",
    "INCOME",
    "LABOUR",
    "NPU",
    "SKS",
    "SSSY",
    "TUMOUR",
    "CodeList",
    "CodeListError",
    "CodeSystem",
    "split_code",
]
