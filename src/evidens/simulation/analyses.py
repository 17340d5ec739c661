"""What laboratories measure: substances, the assays that report them, and which are ordered together.

Codes, units and how often each code occurs follow the frequencies of the national laboratory database in the register
reference; distributions, reference intervals and which laboratory uses which assay are the simulation's assumptions.
"""

from dataclasses import dataclass

import numpy as np

from evidens.simulation.arrays import Ints
from evidens.simulation.places import LABORATORIES, pool_of

NG_PER_PMOL_PROBNP = 8.457  # an assumption: the molar mass of NT-proBNP as laboratories convert it
PERCENT_SLOPE, PERCENT_OFFSET = 0.09148, 2.152  # HbA1c: NGSP % = slope * IFCC mmol/mol + offset


@dataclass(frozen=True)
class Assay:
    """How some laboratories report a substance: `value * factor + offset`, rounded, within limits of reporting.

    `below` and `above` are these limits: `<below` and `>above`; `low` and `high` the reference interval in words. An
    assay without `laboratories` is that of all laboratories that no other assay of the substance names.
    """

    code: str
    unit: str
    decimals: int
    low: str = ""
    high: str = ""
    below: float | None = None
    above: float | None = None
    factor: float = 1.0
    laboratories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Substance:
    """One substance and its distribution where no disease of ours moves it.

    Mean at the age of 50, `per_year` of age, plus `male` in men, plus a person's own level, plus noise; a log-normal
    has these of its logarithm. With `words` the result is one of them.
    """

    assays: tuple[Assay, ...]
    mean: float = 0.0
    person_sd: float = 0.0
    sd: float = 0.0
    is_log: bool = False
    per_year: float = 0.0
    male: float = 0.0
    words: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The code of its usual assay."""
        return self.assays[0].code


def _one(code: str, unit: str, decimals: int, low: str, high: str, *moments: float, **more: float) -> Substance:
    """Return a substance of one assay; `moments` are mean, standard deviation between and within persons."""
    limits = {name: more.pop(name) for name in ("below", "above") if name in more}
    return Substance((Assay(code, unit, decimals, low, high, **limits),), *moments, **more)  # type: ignore[arg-type]


_UMOL, _MLMIN = "umol/L", "mL/min"
SUBSTANCES = (
    # measured by the tests of the two diseases, which know their distribution
    _one("NPU27300", "mmol/mol", 0, "31", "44"), _one("NPU01567", "mmol/L", 1, "1.0", "2.7"),
    _one("NPU02319", "mmol/L", 1, "7.3", "10.5"), _one("NPU03568", "10^9/L", 0, "145", "390"),
    _one("NPU19763", "ug/L", 0, "15", "300"),
    # reported beside them from the same sample
    _one("NPU03835", "%", 1, "4.9", "6.2"),
    _one("NPU02593", "10^9/L", 1, "3.5", "8.8", 1.90, 0.20, 0.18, is_log=True),
    _one("NPU02636", "10^9/L", 2, "1.00", "3.50", 0.60, 0.22, 0.17, is_log=True),
    _one("NPU02902", "10^9/L", 2, "1.50", "7.50", 1.36, 0.25, 0.25, is_log=True),
    _one("NPU01944", "fL", 0, "82", "98", 90.0, 4.0, 1.5, per_year=0.04),
    _one("NPU01566", "mmol/L", 1, "", "5.0", 5.1, 0.80, 0.35),
    _one("NPU04094", "mmol/L", 2, "", "2.00", 0.30, 0.35, 0.25, is_log=True, male=0.12),
    _one("NPU01568", "mmol/L", 1, "", "3.0", 1.06, 0.24, 0.11, is_log=True),
    _one("NPU02508", "umol/L", 0, "9", "34", 2.75, 0.25, 0.30, is_log=True, male=0.08),
    _one("NPU04191", "", 2, "0.15", "0.50", -1.40, 0.30, 0.30, is_log=True, male=0.10),
    # ordered for other reasons
    Substance((Assay("NPU18016", _UMOL, 0, "45", "105"),
               Assay("NPU04998", _UMOL, 0, "45", "105",
                     laboratories=("84101", "84102", "84103", "81101", "85101"))),
              4.24, 0.17, 0.08, is_log=True, per_year=0.002, male=0.18),
    Substance((Assay("DNK35302", _MLMIN, 0, "60", "", below=5, above=90),
               Assay("DNK35131", _MLMIN, 0, "60", "", below=5, above=60,
                     laboratories=("81101", "81102", "85101", "85102"))),
              88.0, 12.0, 5.0, per_year=-0.9),
    _one("NPU03429", "mmol/L", 0, "137", "145", 140.0, 1.8, 1.8),
    _one("NPU03230", "mmol/L", 1, "3.5", "4.4", 4.0, 0.2, 0.28),
    Substance((Assay("NPU19748", "mg/L", 0, "", "8", below=3),
               Assay("NPU19748", "mg/L", 1, "", "8.0", below=0.6, laboratories=("84101", "84102", "82101"))),
              0.6, 0.7, 0.9, is_log=True),
    _one("NPU19651", "U/L", 0, "10", "70", 3.2, 0.35, 0.25, is_log=True, male=0.2),
    _one("NPU19673", "g/L", 0, "36", "48", 41.0, 2.2, 1.8, per_year=-0.06),
    _one("NPU27783", "U/L", 0, "35", "105", 4.20, 0.25, 0.10, is_log=True),
    _one("NPU01370", "umol/L", 0, "5", "25", 2.20, 0.35, 0.25, is_log=True, below=3),
    _one("NPU01459", "mmol/L", 1, "2.6", "8.1", 1.65, 0.20, 0.15, is_log=True, per_year=0.006),
    _one("NPU01443", "mmol/L", 2, "2.20", "2.55", 2.35, 0.07, 0.06),
    _one("NPU03577", "10-3 IU/L", 2, "0.30", "4.00", 0.5, 0.45, 0.3, is_log=True, below=0.01),
    _one("NPU27412", "mmol/L", 1, "4.2", "7.8", 1.75, 0.08, 0.17, is_log=True),
    _one("NPU02192", "mmol/L", 1, "4.2", "7.8", 1.72, 0.08, 0.14, is_log=True),
    _one("NPU19661", "mg/g", 0, "", "30", 1.9, 0.6, 0.5, is_log=True, below=3),
    _one("NPU08669", "ug/L", 1, "", "4.0", 0.0, 0.7, 0.2, is_log=True, per_year=0.025, below=0.1),
    Substance((Assay("NPU26811", "pmol/L", 0, "", "35", above=2_000),
               Assay("NPU21571", "ng/L", 0, "", "300", above=15_000, factor=NG_PER_PMOL_PROBNP,
                     laboratories=("82101", "82102", "82103", "83101", "83102"))),
              2.2, 0.7, 0.4, is_log=True, per_year=0.04),
    Substance((Assay("DNK35312", "", 0),), words=("not detected", "detected")),
)  # fmt: skip
CODES = tuple(substance.code for substance in SUBSTANCES)
VIRUS_TEST = "DNK35312"
HBA1C, HBA1C_PERCENT = "NPU27300", "NPU03835"

# What is measured in the sample of a disease's test too, and in which share of the samples: each is a part of the one
# before. Which samples says nothing about the disease.
COMPANIONS = {
    "blood_count": (("NPU02593", 0.84), ("NPU02636", 0.49), ("NPU02902", 0.38), ("NPU01944", 0.29)),
    "hdl": (("NPU01566", 1.0), ("NPU04094", 0.85), ("NPU01568", 0.70)),
    "ferritin": (("NPU02508", 0.80), ("NPU04191", 0.46)),
}
# Laboratories that reported HbA1c in per cent beside mmol/mol, and until when.
PERCENT_LABORATORIES, PERCENT_UNTIL = ("82101", "82102"), np.datetime64("2012-01-01")

_KIDNEY = ("NPU18016", "DNK35302", "NPU03429", "NPU03230")
_LIVER = ("NPU19651", "NPU19748", "NPU19673")
# Samples taken for other reasons: what is measured, and how often, in millions of the national database.
PANELS = (
    ((*_KIDNEY, *_LIVER, "NPU27783", "NPU01370"), 32.0),
    ((*_KIDNEY, *_LIVER, "NPU01459", "NPU01443"), 16.0),
    (_KIDNEY, 21.0), ((*_KIDNEY, "NPU01459"), 8.0),
    (("NPU18016", "DNK35302", "NPU19661"), 7.0), (("NPU19748",), 6.0), (("NPU19651",), 9.0),
    (("NPU03577",), 29.0), (("NPU27412",), 28.0), (("NPU02192",), 13.0),
    ((*_KIDNEY, "NPU26811"), 0.6), (("NPU08669",), 6.8),
)  # fmt: skip
MEN_ONLY = "NPU08669"

ASSAYS = tuple(assay for substance in SUBSTANCES for assay in substance.assays)


def assay_table() -> Ints:
    """Return the position in ASSAYS by substance and laboratory (its place in the pool of laboratories).

    Returns
    -------
    uint8 array of shape (number of substances, number of laboratories)
    """
    pool, _, _ = pool_of(LABORATORIES)
    rows, first = [], 0
    for substance in SUBSTANCES:
        own = [first] * len(pool)
        for i, assay in enumerate(substance.assays):
            own = [first + i if name in assay.laboratories else place for name, place in zip(pool, own, strict=True)]
        rows.append(own)
        first += len(substance.assays)
    return np.array(rows, dtype=np.uint8)
