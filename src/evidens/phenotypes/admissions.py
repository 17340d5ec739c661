"""From contacts with a bed to admissions: contacts that follow each other closely are one."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

CONTACT, PSYCHIATRIC = "CONTACT/inpatient", "ICD10/DF"
COLUMNS = ("person_id", "admitted_at", "discharged_at", "is_acute", "is_somatic")


@dataclass(frozen=True)
class AdmissionSettings:
    """What one admission is.

    Parameters
    ----------
    gap_hours : float
        A contact that begins at most so long after the one before is a transfer.
    acute_gap_hours : float
        An acute contact is a new admission where it begins at least so long after: the least time from a discharge to a
        readmission.
    min_hours : float
        Shorter admissions do not count.
    urgency : {"acute", "any"}
        How it began.
    somatic_only : bool
        Leave out admissions with a main diagnosis of psychiatry (ICD-10 chapter V).
    day_registers : tuple of str
        Registers that give the end as a day: the stay lasts through it.
    """

    gap_hours: float = 12.0
    acute_gap_hours: float = 4.0
    min_hours: float = 6.0
    urgency: Literal["acute", "any"] = "acute"
    somatic_only: bool = True
    day_registers: tuple[str, ...] = ("lpr2",)

    def __post_init__(self) -> None:
        if min(self.gap_hours, self.acute_gap_hours, self.min_hours) < 0:
            raise ValueError("hours of an admission may not be negative")


def find_admissions(events: pl.DataFrame, settings: AdmissionSettings) -> pl.DataFrame:
    """Find the admissions of people.

    Parameters
    ----------
    events : polars.DataFrame
        Contract `events.contract:Event`; contacts with a bed and main diagnoses are read.
    settings : AdmissionSettings

    Returns
    -------
    polars.DataFrame
        person_id, admitted_at, discharged_at (null while it goes on), is_acute (its first contact is), is_somatic;
        sorted by person and time, the wanted ones only.

    Notes
    -----
    Transfers are merged before anything is left out, so that a planned contact that continues an acute one belongs
    to it. A contact without an end keeps its admission open; it does not swallow later ones.
    """
    contacts = _mark_new(_read_contacts(events, settings), settings)
    stays = contacts.group_by("person_id", "_stay", maintain_order=True).agg(
        admitted_at=pl.col("event_at").first(),
        discharged_at=pl.when(pl.col("end_at").null_count() == 0).then(pl.col("end_at").max()),
        is_acute=(pl.col("text") == "acute").first().fill_null(False),
        is_somatic=~pl.col("_psychiatric").any(),
    )
    hours = (pl.col("discharged_at") - pl.col("admitted_at")).dt.total_minutes() / 60
    wanted = [hours.is_null() | (hours >= settings.min_hours)]
    wanted += [pl.col("is_acute")] if settings.urgency == "acute" else []
    wanted += [pl.col("is_somatic")] if settings.somatic_only else []
    return stays.filter(*wanted).select(COLUMNS)


def _read_contacts(events: pl.DataFrame, settings: AdmissionSettings) -> pl.DataFrame:
    is_psychiatric = pl.col("code").str.starts_with(PSYCHIATRIC) & (pl.col("text") == "A")
    psychiatric = events.filter(is_psychiatric).select("person_id", "event_at", _psychiatric=pl.lit(True)).unique()
    contacts = events.filter(code=CONTACT).join(psychiatric, on=["person_id", "event_at"], how="left")
    through_day = pl.col("end_at").dt.truncate("1d").dt.offset_by("1d")
    end_at = pl.when(pl.col("register").is_in(settings.day_registers)).then(through_day).otherwise("end_at")
    return contacts.with_columns(pl.col("_psychiatric").fill_null(False), end_at=end_at).sort(
        "person_id", "event_at", "text", "end_at", nulls_last=True
    )


def _mark_new(contacts: pl.DataFrame, settings: AdmissionSettings) -> pl.DataFrame:
    """Add `_stay`, a number that a contact shares with the one before if it follows that closely."""
    ended = pl.coalesce("end_at", "event_at").cum_max().shift(1).over("person_id")
    since = (pl.col("event_at") - ended).dt.total_seconds() / 3600
    is_acute = (pl.col("text") == "acute").fill_null(False)
    is_new = since.is_null() | (since > settings.gap_hours) | is_acute & (since >= settings.acute_gap_hours)
    return contacts.with_columns(_stay=is_new.cum_sum())
