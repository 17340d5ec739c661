"""One entry of the ledger: what was decided, sealed to everything before it."""

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import Any

from evidens.changes.canonical import digest_of, write_canonical
from evidens.foundation import EvidensError, Fault

GENESIS = "0" * 64  # what the first entry names as the one before it
KINDS = ("protocol", "opening", "look", "prediction", "version", "torn")


class LedgerError(EvidensError):
    """The ledger is broken, or was asked to hold what it may not hold."""


@dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    Parameters
    ----------
    index : int
        Position from 0.
    at : str
        When, ISO 8601 in UTC; given by the caller.
    kind : str
        One of `KINDS`.
    subject : str
        What it is about, such as `type_2_diabetes` or `type_2_diabetes/external`.
    payload : dict
        What was decided; aggregates and names only.
    previous : str
        Digest of the entry before, or `GENESIS`.
    digest : str
        sha256 over the canonical JSON of all the other fields.
    """

    index: int
    at: str
    kind: str
    subject: str
    payload: dict[str, Any]
    previous: str
    digest: str

    def line(self) -> str:
        """Return the entry as one line of canonical JSON, without the line break."""
        return write_canonical(asdict(self))


def seal_entry(index: int, at: str, kind: str, subject: str, payload: dict[str, Any], previous: str) -> Entry:
    """Build an entry and compute its digest.

    Raises
    ------
    LedgerError
        When the kind is unknown or `at` is not an ISO time in UTC.
    """
    faults = []
    if kind not in KINDS:
        faults.append(Fault(f"ledger, kind '{kind}'", "no such kind.", f"One of: {', '.join(KINDS)}."))
    if not subject:
        faults.append(Fault("ledger, subject", "empty.", "Name the outcome, or outcome/phase."))
    if not is_utc(at):
        faults.append(Fault("ledger, at", "not an ISO 8601 time in UTC.", "Write it as 2026-01-31T12:00:00+00:00."))
    if faults:
        raise LedgerError(*faults)
    body = {"index": index, "at": at, "kind": kind, "subject": subject, "payload": payload, "previous": previous}
    return Entry(**json.loads(write_canonical(body)), digest=digest_of(body))


def read_entry(line: str, *, index: int, previous: str) -> Entry | str:
    """Return the entry in `line`, or in words why it is not the entry that belongs here.

    Notes
    -----
    The line must be the canonical text itself: JSON lets a key stand twice, and a reader who takes
    the first would see another payload than the one that was sealed.
    """
    try:
        content = json.loads(line)
        entry = Entry(**content)
        body = {key: value for key, value in content.items() if key != "digest"}
        canonical = entry.line()
    except (ValueError, TypeError, EvidensError):
        return "it is not an entry."
    if entry.digest != digest_of(body):
        return "its content is not what was sealed."
    if entry.index != index:
        return f"it says it is entry {entry.index}: entries are missing, doubled or out of order."
    if entry.previous != previous:
        return "it does not follow the entry before it."
    return entry if canonical == line else "it is not written in the canonical form."


def is_utc(at: str) -> bool:
    """Tell whether `at` is an ISO 8601 time with offset zero.

    >>> is_utc("2026-01-31T12:00:00Z"), is_utc("2026-01-31T12:00:00"), is_utc("yesterday")
    (True, False, False)
    """
    try:
        return dt.datetime.fromisoformat(at).utcoffset() == dt.timedelta(0)
    except (TypeError, ValueError):
        return False
