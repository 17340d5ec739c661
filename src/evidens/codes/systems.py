"""Code systems: the shape of a valid code, its prefix in the event store, and its ancestors.

Shape is what can be checked without the system's full and dated catalogue; that a code of the right
shape exists on a given day is for the registers that produced it.
"""

import re
from dataclasses import dataclass

import polars as pl

SEPARATOR = "/"


@dataclass(frozen=True)
class CodeSystem:
    """One system of codes.

    Parameters
    ----------
    name : str
        Also the prefix in the event store: `ICD10` gives `ICD10/DE119`.
    pattern : str
        Regular expression of a whole code, without anchors.
    stem : str
        Regular expression of a beginning of a code that a code list may name.
    levels : tuple of int
        Lengths at which the hierarchy has a level, from coarse to fine; codes below the last
        level add characters one by one.
    source : str
        Where the shape is laid down.
    """

    name: str
    pattern: str
    stem: str
    levels: tuple[int, ...]
    source: str

    @property
    def prefix(self) -> str:
        """What stands before a code of this system in the event store."""
        return f"{self.name}{SEPARATOR}"

    def is_valid(self, column: pl.Expr) -> pl.Expr:
        """Whether each unprefixed code has the shape of this system; null gives null."""
        return column.str.contains(f"^(?:{self.pattern})$")

    def is_code(self, code: str) -> bool:
        """Whether one unprefixed code has the shape of this system.

        >>> ICD10.is_code("DE119"), ICD10.is_code("E119"), ICD10.is_code("25000")
        (True, False, False)
        """
        return re.fullmatch(self.pattern, code) is not None

    def is_stem(self, code: str) -> bool:
        """Whether codes can begin with `code`.

        >>> ATC.is_stem("A10B"), ATC.is_stem("10B")
        (True, False)
        """
        return re.fullmatch(self.stem, code) is not None

    def add_prefix(self, column: pl.Expr) -> pl.Expr:
        """Codes as they stand in the event store."""
        return pl.lit(self.prefix) + column

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above an unprefixed `code`, from the nearest to the coarsest.

        >>> ATC.ancestors("A10BA02")
        ('A10BA', 'A10B', 'A10', 'A')
        >>> ICD10.ancestors("DE119")
        ('DE11', 'DE')
        >>> NPU.ancestors("NPU27300")
        ()
        """
        if not self.levels:
            return ()
        finer = range(len(code) - 1, self.levels[-1], -1)
        known = (length for length in reversed(self.levels) if length < len(code))
        return tuple(code[:length] for length in (*finer, *known))


# Danish classification of health care (SKS): ICD-10 with D before it, Danish subdivisions behind it.
ICD10 = CodeSystem(
    name="ICD10",
    pattern="D[A-Z][0-9]{2}[0-9A-Z]{0,5}",
    stem="D(?:[A-Z](?:[0-9](?:[0-9][0-9A-Z]{0,5})?)?)?",
    levels=(2, 4),
    source="Danish Health Data Authority, SKS classification, diagnoses (D); WHO ICD-10",
)

ATC = CodeSystem(
    name="ATC",
    pattern="[A-Z][0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?",
    stem="[A-Z](?:[0-9](?:[0-9](?:[A-Z](?:[A-Z](?:[0-9]{1,2})?)?)?)?)?",
    levels=(1, 3, 4, 5, 7),
    source="WHO Collaborating Centre for Drug Statistics Methodology, ATC structure and principles",
)

# NPU codes are international (IFCC-IUPAC), DNK codes their Danish additions; both are flat.
NPU = CodeSystem(
    name="NPU",
    pattern="(?:NPU|DNK)[0-9]{5}",
    stem="(?:NPU|DNK)[0-9]{0,5}",
    levels=(),
    source="IFCC-IUPAC Nomenclature for Properties and Units; Danish codes of the Health Data Authority",
)

# Procedures of the same classification (SKS): operations of the Nordic classification (NCSP) with K before them;
# treatments and care (B), anaesthesia and intensive care (N), examinations (U, W), administrative codes (A, Z).
SKS = CodeSystem(
    name="SKS",
    pattern="[ABFKNUWZ][A-Z][A-Z0-9]{1,8}",
    stem="[ABFKNUWZ](?:[A-Z][A-Z0-9]{0,8})?",
    levels=(2, 4),
    source="Danish Health Data Authority, SKS classification, procedures; NOMESCO, surgical procedures (NCSP)",
)

CONTACT = CodeSystem(
    name="CONTACT",
    pattern="inpatient|outpatient|emergency",
    stem="inpatient|outpatient|emergency",
    levels=(),
    source="evidens: the three kinds of hospital contact that both generations of the patient register allow",
)

# Services outside hospital: two digits of specialty, four of the service (three in some deliveries).
SSSY = CodeSystem(
    name="SSSY",
    pattern="[0-9]{5,6}",
    stem="[0-9]{1,6}",
    levels=(2,),
    source="Danish Health Data Authority, national health insurance service register, fee codes",
)

# Tumours as the cancer register has them: ICD-10 without the Danish prefix, so that D05 is a carcinoma in situ.
TUMOUR = CodeSystem(
    name="TUMOUR",
    pattern="[CD][0-9]{2}[0-9A-Z]{0,3}",
    stem="[CD](?:[0-9](?:[0-9][0-9A-Z]{0,3})?)?",
    levels=(1, 3),
    source="Danish Health Data Authority, cancer register; WHO ICD-10 chapter II",
)

# Causes of death stand without the Danish D: taking one off, or asking for one, would make other codes of them.
CAUSE = CodeSystem(
    name="CAUSE",
    pattern="[A-Z][0-9]{2}[0-9A-Z]{0,3}",
    stem="(?:[A-Z](?:[0-9](?:[0-9][0-9A-Z]{0,3})?)?)?",
    levels=(1, 3),
    source="WHO ICD-10, as the Danish register of causes of death has it",
)

EDUCATION = CodeSystem(
    name="EDUCATION",
    pattern="low|medium|high",
    stem="low|medium|high",
    levels=(),
    source="ISCED 2011: levels 0-2, 3-4 and 5-8",
)

INCOME = CodeSystem(
    name="INCOME",
    pattern="equivalised",
    stem="equivalised",
    levels=(),
    source="Statistics Denmark, equivalised disposable income of the family",
)

LABOUR = CodeSystem(
    name="LABOUR",
    pattern="employed|unemployed|leave|student|disability_pension|retired|cash_benefits|other|child",
    stem="employed|unemployed|leave|student|disability_pension|retired|cash_benefits|other|child",
    levels=(),
    source="Statistics Denmark, SOCIO13, joined to classes",
)

CODE_SYSTEMS = {
    system.name: system for system in (SSSY, TUMOUR, ICD10, ATC, NPU, CONTACT, SKS, CAUSE, EDUCATION, INCOME, LABOUR)
}


def split_code(code: str) -> tuple[CodeSystem, str]:
    """Return system and bare code of a code of the event store.

    Raises
    ------
    ValueError
        If the prefix names no system that is known here.

    Examples
    --------
    >>> system, code = split_code("ATC/A10BA02")
    >>> system.name, code
    ('ATC', 'A10BA02')
    """
    name, _, bare = code.partition(SEPARATOR)
    if name not in CODE_SYSTEMS:
        raise ValueError(f"no code system named {name!r}; known: {', '.join(CODE_SYSTEMS)}")
    return CODE_SYSTEMS[name], bare
