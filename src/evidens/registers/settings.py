"""Settings of the intake of registers (conf/registers/)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RegisterSettings:
    """How register rows become events.

    Parameters
    ----------
    lag_days : mapping of register to int
        Days after which a system could know an event: after a sample was taken (lab), a prescription
        was filled (lmdb), a contact ended (lpr2, lpr3 where no time of reporting is delivered).
    open_contact_lag_days : int
        Days after its start when a contact that has no end is known.
    admission_hours : float
        A physical contact of at least this length is an admission (LPR3 has no field for it).
    lpr_switch : mapping of region to date
        First day on which the region's hospitals report to the third patient register.
    lpr2_delivered_to : date, optional
        Last day of the delivered second patient register, where it stops before the switch: rows of
        older systems inside LPR3 are then kept from the next day on.
    diagnosis_types : tuple of str
        Types of diagnosis that become events.
    administrative_codes : tuple of str
        Diagnosis codes that say nothing about the patient.
    death_grace_days : int
        Days after death within which a row is still believed.
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
    lpr2_delivered_to: dt.date | None = None

    def __post_init__(self) -> None:
        if set(self.lag_days) != {"lab", "lmdb", "lpr2", "lpr3"}:
            raise ValueError("lag_days needs exactly the keys lab, lmdb, lpr2, lpr3.")
        if set(self.lpr_switch) != {"81", "82", "83", "84", "85"}:
            raise ValueError("lpr_switch needs exactly the keys 81, 82, 83, 84, 85.")
        if min(*self.lag_days.values(), self.open_contact_lag_days, self.death_grace_days) < 0:
            raise ValueError("lags and grace must not be negative.")
        if "other" not in self.max_quarantined_share:
            raise ValueError("max_quarantined_share needs the key other.")
        if not all(0 < share <= 1 for share in self.max_quarantined_share.values()) or self.admission_hours <= 0:
            raise ValueError("shares of max_quarantined_share lie in (0, 1], and admission_hours is positive.")
