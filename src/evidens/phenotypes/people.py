"""Named people with tiny histories, and what has to become of them.

Each phenotype has a few of them in people.py of its folder: they say in cases what the definition says in
words, for a clinician to contradict. No one here is, or resembles, anyone.
"""

import datetime as dt
import importlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from evidens.contracts import schema_of
from evidens.events import Event, Person, Residence, sort_events


@dataclass(frozen=True)
class Happening:
    """One event of a history.

    Parameters
    ----------
    on, at : date, time
        When; midnight unless told.
    code : str
        As in the event store.
    text, value, operator : optional
        As in the event store.
    known_on : date, optional
        When it was known; else a day later.
    until : datetime, optional
        Its end; then it was known at once.
    """

    on: dt.date
    code: str
    text: str | None = None
    value: float | None = None
    known_on: dt.date | None = None
    at: dt.time = dt.time(0)
    until: dt.datetime | None = None
    operator: str | None = None

    @property
    def event_at(self) -> dt.datetime:
        """When it happened."""
        return dt.datetime.combine(self.on, self.at)

    @property
    def known_at(self) -> dt.datetime:
        """When a system could have known it."""
        if self.known_on is None and self.until:
            return self.until
        return dt.datetime.combine(self.known_on or self.on + dt.timedelta(days=1), self.at)


@dataclass(frozen=True)
class NamedPerson:
    """A history and its verdicts.

    Parameters
    ----------
    name : str
        Says what happens and what follows from it.
    history : tuple of Happening
        In any order.
    outcome_on : date, optional
        When the phenotype is met; None: never.
    index_on : date
        The index date at which the cohort is asked.
    status, followup_days : str, int, optional
        The person's label at that index; None where they do not enter.
    left_out : str, optional
        The rule that leaves them out, as the flow chart words it.
    born_on, died_on, resident_from_on, resident_to_on : date, optional
        The frame of the history; `resident_to_on` is the first day not resident.
    sex : str, optional
        Where it matters; else people take turns.
    """

    name: str
    history: tuple[Happening, ...]
    outcome_on: dt.date | None
    index_on: dt.date
    status: str | None = None
    followup_days: int | None = None
    left_out: str | None = None
    born_on: dt.date = dt.date(1955, 5, 5)
    died_on: dt.date | None = None
    resident_from_on: dt.date = dt.date(1990, 1, 1)
    resident_to_on: dt.date | None = None
    sex: str | None = None

    def __post_init__(self) -> None:
        if (self.status is None) == (self.left_out is None):
            raise ValueError(f"{self.name}: either a status or the rule that leaves them out")


def load_people(phenotype: str) -> tuple[NamedPerson, ...]:
    """Return the named people of a phenotype."""
    return importlib.import_module(f"evidens.phenotypes.{phenotype}.people").PEOPLE


def people_frames(people: Sequence[NamedPerson]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Write people as tables: events, persons and residence, numbering them from 1 in their order."""
    events, persons, residence = [], [], []
    for number, person in enumerate(people, start=1):
        for happening in person.history:
            events.append(
                {"person_id": number, "event_at": happening.event_at, "known_at": happening.known_at,
                 "end_at": happening.until, "code": happening.code, "text": happening.text, "value": happening.value,
                 "operator": happening.operator, "register": "example", "delivery": "example"}
            )  # fmt: skip
        sex = person.sex or ("female" if number % 2 else "male")
        persons.append((number, sex, person.born_on, "danish", person.died_on))
        residence.append((number, "84", person.resident_from_on, person.resident_to_on))
    return (
        sort_events(pl.DataFrame(events, schema=schema_of(Event))),
        pl.DataFrame(persons, schema=schema_of(Person), orient="row"),
        pl.DataFrame(residence, schema=schema_of(Residence), orient="row"),
    )
