"""Settings of a delivery, of its pseudonyms, and of what may be published."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Denominator = Literal["people", "events", "non_events"]


@dataclass(frozen=True)
class DeliverySettings:
    """One delivery of register extracts.

    Parameters
    ----------
    name : str
        Written into every event, such as "simulated" or "2026-03".
    kind : str
        "simulated": made by this project, every number of a person is one nobody can have.
        "register": a real delivery; needs a key file.
    path : str
        Folder with one folder per register.
    data_lock_on : date
        Last day on which the registers are complete; later rows are not used.
    n_buckets : int
        Into how many buckets people are divided.
    key_file : str, optional
        The project's key for a real delivery; outside the repository and outside DVC's cache.
    """

    name: str
    kind: Literal["simulated", "register"]
    path: str
    data_lock_on: dt.date
    n_buckets: int
    key_file: str | None = None

    def __post_init__(self) -> None:
        if self.n_buckets < 1:
            raise ValueError("n_buckets must be at least 1.")
        if self.kind == "simulated" and self.key_file is not None:
            raise ValueError("a simulated delivery has no key_file: its key follows from the world's seed.")
        if self.kind == "register" and not self.key_file:
            raise ValueError("a real delivery needs key_file: make one with `evidens create-key <path>`.")


@dataclass(frozen=True)
class PseudonymSettings:
    """What a person's key looks like in the delivery, before pseudonyms replace it.

    Parameters
    ----------
    person_key : str
        "cpr": ten digits, date of birth first. "project": up to twelve digits, a pseudonym that the
        authority has already put in place of the number.
    """

    person_key: Literal["cpr", "project"] = "cpr"


@dataclass(frozen=True)
class DisclosureSettings:
    """What may be published.

    Parameters
    ----------
    minimum : int
        Fewest people, events or non-events a published cell may rest on.
    minimum_for_quartiles : int
        Fewest people behind a published median with quartiles.
    proportions : mapping
        Metrics that are shares of "people", "events" or "non_events": a small numerator, or a small
        rest, blanks all metrics of that group at that threshold.
    """

    minimum: int = 5
    minimum_for_quartiles: int = 20
    proportions: Mapping[str, Denominator] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.minimum < 3:
            raise ValueError("minimum must be at least 3: below it, people of a cell can know each other's values.")
