"""The golden people as they are written down: one life each, with expectations."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from evidens.foundation import build_settings

CHAPTERS = ("population", "hospital", "treatment", "outcomes")


@dataclass(frozen=True)
class Contact:
    """One hospital contact.

    Parameters
    ----------
    kind : str
        'inpatient', 'outpatient' or 'emergency'.
    day, at : date and str
        Day and time (HH:MM) of its start.
    code : str
        Action diagnosis without the Danish prefix.
    hours : float
        Length; of an outpatient that of each visit.
    visits : tuple of date
        Days of further visits of an outpatient course, at the same time of the day.
    more : tuple of str
        Further diagnoses: 'B:E119' secondary, 'H:E119' referral, '+:TUL1' additional to the action diagnosis.
    procedures : tuple of str
        SKS codes done an hour after the start; one that begins with '-' belongs to the course only.
    region : str
    is_acute, is_psychiatric : bool
    is_open : bool
        Whether it is not over at the end of coverage.
    is_forgotten : bool
        Whether the hospital never closed the course (LPR2 keeps it apart).
    reported_days : int
        Days after the end, or the visit, until it is reported.
    """

    kind: str
    day: dt.date
    code: str
    at: str = "09:00"
    hours: float = 0.5
    visits: tuple[dt.date, ...] = ()
    more: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    region: str = "84"
    is_acute: bool = False
    is_psychiatric: bool = False
    is_open: bool = False
    is_forgotten: bool = False
    reported_days: int = 3


@dataclass(frozen=True)
class Stay:
    """A stay in one region; `to_on` is the first day no longer there."""

    region: str
    from_on: dt.date
    to_on: dt.date | None = None


@dataclass(frozen=True)
class Move:
    """A move over the border."""

    day: dt.date
    direction: str
    country: str = "SE"


@dataclass(frozen=True)
class Bought:
    """A dispensing; negative packs take one back."""

    day: dt.date
    atc: str
    packs: int = 1


@dataclass(frozen=True)
class Tested:
    """A laboratory result: a number, '<3' or '>90', or a word."""

    day: dt.date
    analysis: str
    value: str
    at: str = "08:00"


@dataclass(frozen=True)
class Served:
    """A service of primary care."""

    day: dt.date
    specialty: str
    billed_on: dt.date
    n: int = 1
    for_child: bool = False


@dataclass(frozen=True)
class Tumour:
    """A tumour in the cancer register."""

    day: dt.date
    icd10: str


@dataclass(frozen=True)
class Year:
    """Education, income and work of one year."""

    year: int
    education: str | None = None
    source: str | None = None
    income: int = 200_000
    labour: str = "139"


@dataclass(frozen=True)
class Verdict:
    """The label of one outcome on 1 January 2018, or the rule that leaves the person out."""

    status: str | None = None
    followup_days: int | None = None
    left_out: str | None = None


@dataclass(frozen=True)
class GoldenPerson:
    """One life and its expectations.

    Parameters
    ----------
    name : str
        Says what happens.
    shows : str
        What has to follow from it, for the reader.
    born_on : date
        No two people share it.
    rows : mapping of delivered table to int
        Exact number of rows; tables not named have none.
    outcomes : mapping of outcome to date
        Day on which the study's definition finds it; outcomes not named are never found.
    verdicts : mapping of outcome to Verdict
        Outcomes not named: followed to the end of the horizon without an event.
    stays : tuple of Stay
        Default: the capital region from birth to death.
    died_on : date, optional
        In Denmark; a death abroad is in no register and is not written down.
    """

    name: str
    shows: str
    born_on: dt.date
    rows: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, dt.date] = field(default_factory=dict)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    sex: str = "female"
    origin: str = "danish"
    ancestry: str = "danish"
    country: str = "DK"
    stays: tuple[Stay, ...] = ()
    moves: tuple[Move, ...] = ()
    died_on: dt.date | None = None
    cause: str | None = None
    number_changed_on: dt.date | None = None
    contacts: tuple[Contact, ...] = ()
    bought: tuple[Bought, ...] = ()
    tested: tuple[Tested, ...] = ()
    served: tuple[Served, ...] = ()
    tumours: tuple[Tumour, ...] = ()
    years: tuple[Year, ...] = ()


@dataclass(frozen=True)
class _Chapter:
    people: tuple[GoldenPerson, ...]


@cache
def load_golden_people() -> tuple[GoldenPerson, ...]:
    """Return all golden people, by chapter.

    Raises
    ------
    evidens.foundation.SettingsError
        Naming every key that is wrong.
    """
    people: list[GoldenPerson] = []
    for chapter in CHAPTERS:
        path = Path(__file__).with_name(f"{chapter}.yaml")
        written: dict[str, Any] = {"people": yaml.safe_load(path.read_text(encoding="utf-8"))}
        people += build_settings(_Chapter, written, place=f"simulation/golden/{path.name}").people
    return tuple(people)
