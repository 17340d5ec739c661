"""The codes that the record is written in: diagnoses and drug packs.

A selection. Frequencies and pack sizes are the simulation's assumptions. ICD-10 codes are without the letter
that Danish registers put before them.
"""

from dataclasses import dataclass

from evidens.simulation.illnesses import ILLNESS_CODES

# What people who have neither of the diseases are seen for: code and weight, before and from the age of 40.
BACKGROUND_DIAGNOSES = {
    "S525": (4, 3), "S934": (5, 2), "S610": (5, 2), "S060": (3, 2), "J069": (5, 1), "J459": (4, 2), "J189": (2, 4),
    "K359": (3, 1), "K409": (1, 2), "K802": (1, 3), "K573": (0, 3), "N390": (2, 4), "N200": (1, 2),
    "I209": (0, 3), "I259": (0, 3), "I639": (0, 3), "I839": (1, 2),
    "M171": (0, 4), "M161": (0, 3), "M545": (3, 4), "M069": (1, 2), "M819": (0, 3), "M751": (1, 3), "G409": (2, 1),
    "G439": (3, 1), "G560": (1, 2), "H269": (0, 5), "H353": (0, 2), "H919": (1, 3), "H669": (4, 1), "L409": (2, 1),
    "L309": (3, 2), "L723": (2, 1), "F410": (3, 1), "F909": (4, 0), "F102": (1, 2),
    "C443": (0, 3), "D229": (3, 2), "R074": (2, 3), "R559": (2, 3), "R509": (3, 1),
    "E039": (1, 2), "E780": (0, 2), "Z038": (6, 6), "Z090": (4, 5), "T784": (2, 1), "A099": (3, 1), "B349": (4, 1),
}  # fmt: skip

DIABETES_DIAGNOSES = {"E119": 0.8, "E118": 0.08, "E113": 0.07, "E112": 0.05}
CANCER_DIAGNOSES = {"C180": 0.12, "C182": 0.1, "C187": 0.26, "C189": 0.12, "C199": 0.05, "C209": 0.35}
ADDITIONAL_CODES = ("TUL1", "TUL2", "TUL3")  # side: right, left, both; attached to another diagnosis

DIAGNOSES = (
    *BACKGROUND_DIAGNOSES, *DIABETES_DIAGNOSES, *CANCER_DIAGNOSES, "Z511",
    "E669", "I109", "G473", "K760", "K590", "R104", "D509", "K625", "R194",
    *ILLNESS_CODES, "E149", "D374",
)  # fmt: skip


@dataclass(frozen=True)
class Pack:
    """One item a pharmacy hands out: its drug, its size, its content in defined daily doses, what it is for."""

    atc: str
    item: str
    size: float
    daily_doses: float
    indication: str


def _packs(*rows: tuple[str, float, float, str]) -> tuple[Pack, ...]:
    """Give the items numbers, which are made up."""
    return tuple(Pack(atc, f"{100_003 + 7_919 * i % 800_000:06d}", size, doses, indication)
                 for i, (atc, size, doses, indication) in enumerate(rows))  # fmt: skip


PACKS = _packs(
    ("C10AA01", 100, 133.3, "0000106"), ("C10AA05", 100, 200.0, "0000106"), ("C10AA07", 98, 196.0, "0000106"),
    ("C09AA02", 100, 200.0, "0000093"), ("C09AA05", 98, 196.0, "0000093"), ("C09CA01", 98, 98.0, "0000093"),
    ("B03AA07", 100, 50.0, "0000087"), ("B03AA02", 100, 33.3, "0000087"),
    ("A06AD65", 50, 65.0, "0000022"), ("A06AC01", 28, 14.0, "0000022"), ("A06AB02", 100, 50.0, "0000022"),
    ("A10BA02", 400, 100.0, "0000092"), ("A10BK03", 30, 17.1, "0000092"), ("A10BJ06", 1, 38.1, "0000092"),
    ("N02BE01", 300, 50.0, "0000061"), ("N02AX02", 100, 16.7, "0000061"), ("M01AE01", 100, 50.0, "0000061"),
    ("A02BC02", 100, 66.7, "0000020"), ("J01CE02", 30, 6.6, "0000045"), ("J01CA08", 20, 13.3, "0000045"),
    ("J01FA10", 3, 5.0, "0000045"), ("R03AC02", 200, 50.0, "0000076"), ("R03AK07", 120, 60.0, "0000076"),
    ("R06AE07", 100, 100.0, "0000080"), ("N05CF01", 30, 22.5, "0000067"), ("N06AB04", 98, 98.0, "0000068"),
    ("N06AX11", 98, 98.0, "0000068"), ("C07AB02", 100, 66.7, "0000093"), ("C08CA01", 100, 200.0, "0000093"),
    ("C03AB01", 100, 100.0, "0000093"), ("C03CA01", 100, 100.0, "0000093"), ("B01AC06", 100, 100.0, "0000098"),
    ("B01AF01", 98, 98.0, "0000098"), ("H03AA01", 100, 66.7, "0000110"), ("H02AB06", 100, 50.0, "0000120"),
    ("D07AC13", 60, 15.0, "0000130"), ("S01ED51", 3, 30.0, "0000140"),
    ("M05BA04", 12, 84.0, "0000160"), ("N03AX16", 56, 28.0, "0000170"),
    ("A10BJ06", 1, 21.0, "0000330"),
    ("R03BB04", 30, 30.0, "0000076"), ("C03DA01", 100, 33.3, "0000093"), ("N06DA02", 98, 98.0, "0000150"),
    ("V03AX99", 30, 30.0, "0000190"),
)  # fmt: skip

# The item of A10BJ06 that is sold against obesity; the one above is against diabetes.
WEIGHT_DRUG = next(pack.item for pack in PACKS if pack.indication == "0000330")

# Drugs bought for other reasons: weight before and from the age of 40.
BACKGROUND_DRUGS = {
    "N02BE01": (3, 8), "N02AX02": (1, 3), "M01AE01": (4, 4), "A02BC02": (2, 7), "J01CE02": (7, 4), "J01CA08": (3, 3),
    "J01FA10": (2, 2), "R03AC02": (4, 3), "R03AK07": (2, 4), "R06AE07": (4, 2), "N05CF01": (1, 3), "N06AB04": (4, 4),
    "N06AX11": (1, 2), "C07AB02": (0, 5), "C08CA01": (0, 6), "C03AB01": (0, 3), "C03CA01": (0, 4), "B01AC06": (0, 5),
    "B01AF01": (0, 3), "H03AA01": (1, 3), "H02AB06": (1, 2), "D07AC13": (4, 2), "S01ED51": (0, 2),
    "M05BA04": (0, 2), "N03AX16": (1, 1),
}  # fmt: skip
