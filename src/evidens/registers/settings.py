"""Settings of the intake of registers (conf/registers/)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# Registers with a lag of their own.
LAGGED = ("akm", "dodsaasg", "faik", "ind", "lab", "lmdb", "lpr2", "lpr3", "sssy", "udda")


@dataclass(frozen=True)
class RegisterSettings:
    """How register rows become events.

    Parameters
    ----------
    lag_days : mapping of register to int
        Days after which a system could know an event: after a sample was taken (lab), a prescription
        was filled (lmdb), a contact ended (lpr2, lpr3 where no time of reporting is delivered), a week of billing
        began (sssy), after the day of death (dodsaasg) or of reference of a year (udda, ind, faik, akm).
    open_contact_lag_days : int
        Days after its start when a contact that has no end is known, and an outpatient course of the second
        patient register at the latest.
    admission_hours : float
        A physical contact of at least this length is an admission (LPR3 has no field for it).
    lpr_switch : mapping of region to date
        First day on which the region's hospitals report to the third patient register.
    sssy_five_digits : str
        What a service code of five digits is where no column tells the specialty: "zero_lost" (six digits that have
        lost a leading zero) or "as_is".
    cancer_published_after_years : int
        A tumour is known from 1 January of the year of diagnosis plus this.
    lmdb_undo_corrected : bool
        Whether a correction of fewer than no packs takes the row with as many packs with it.
    lmdb_products : mapping of item number to product
        Products of one ATC code that only the item number tells apart; an event has the product as its text.
    lpr2_delivered_to : date, optional
        Last day of the delivered second patient register, where it stops before the switch: rows of
        older systems inside LPR3 are then kept from the next day on.
    diagnosis_types : tuple of str
        Types of diagnosis that become events.
    administrative_codes : tuple of str
        Diagnosis codes that say nothing about the patient.
    death_grace_days : int
        Days after death within which a row is still believed.
    tail_days : int
        Days after the data lock up to which rows are right, and later than the study uses; beyond, they are wrong.
    max_quarantined_share : mapping of table to share
        Largest share of a table's rows that may go into quarantine; "other" holds for tables not named.
    """

    lag_days: Mapping[str, int]
    open_contact_lag_days: int
    admission_hours: float
    lpr_switch: Mapping[str, dt.date]
    diagnosis_types: tuple[str, ...]
    administrative_codes: tuple[str, ...]
    death_grace_days: int
    max_quarantined_share: Mapping[str, float]
    tail_days: int = 730
    lpr2_delivered_to: dt.date | None = None
    sssy_five_digits: Literal["zero_lost", "as_is"] = "zero_lost"
    cancer_published_after_years: int = 2
    lmdb_undo_corrected: bool = True
    lmdb_products: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if set(self.lag_days) != set(LAGGED):
            raise ValueError(f"lag_days needs exactly the keys {', '.join(LAGGED)}.")
        if self.cancer_published_after_years < 1:
            raise ValueError("cancer_published_after_years is at least 1: nothing is known before it happens.")
        if set(self.lpr_switch) != {"81", "82", "83", "84", "85"}:
            raise ValueError("lpr_switch needs exactly the keys 81, 82, 83, 84, 85.")
        if min(*self.lag_days.values(), self.open_contact_lag_days, self.death_grace_days, self.tail_days) < 0:
            raise ValueError("lags, grace and tail must not be negative.")
        if "other" not in self.max_quarantined_share:
            raise ValueError("max_quarantined_share needs the key other.")
        if not all(0 < share <= 1 for share in self.max_quarantined_share.values()) or self.admission_hours <= 0:
            raise ValueError("shares of max_quarantined_share lie in (0, 1], and admission_hours is positive.")
