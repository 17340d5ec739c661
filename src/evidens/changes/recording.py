"""Record a version: first in the ledger, which is the truth, then in MLflow, which mirrors it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from evidens.changes.entry import Entry
from evidens.changes.ledger import Ledger
from evidens.changes.mirror import VersionLogged, check_inputs, log_version
from evidens.changes.plan import ChangePlanSettings
from evidens.changes.record import ChangeRecord, Version, build_change_record
from evidens.changes.store import Store
from evidens.changes.version import VersionFacts, version_digest


@dataclass(frozen=True)
class VersionRecorded:
    """What recording did.

    Parameters
    ----------
    record : ChangeRecord
        Of the version, as the ledger holds it.
    is_new : bool
        Whether the ledger got an entry.
    logged : VersionLogged or None
        Where MLflow holds it, when it was logged now; None when it was there already.
    """

    record: ChangeRecord
    is_new: bool
    logged: VersionLogged | None


def previous_version(ledger: Ledger, outcome: str, *, new: VersionFacts | None = None) -> Version | None:
    """Return the last version of an outcome that the ledger holds, or None.

    Parameters
    ----------
    ledger : Ledger
        The truth.
    outcome : str
        Whose version.
    new : VersionFacts, optional
        The version at hand: when the ledger already ends with it (the run before was interrupted, or
        nothing is new), the version before that one is returned.
    """
    return _find_previous(ledger.entries("version", outcome), new)


def record_version(
    ledger: Ledger, store: Store, facts: VersionFacts, *, plan: ChangePlanSettings, model_path: Path,
    evidence: pl.DataFrame, parameters: Mapping[str, Any], input_columns: Sequence[str], at: str,
    differences: pl.DataFrame | None = None, why_no_differences: str = "",
    changed_paths: Sequence[str] | None = None, statements: Mapping[str, str] | None = None,
    report: Path | None = None,
) -> VersionRecorded:  # fmt: skip
    """Record a version, unless the ledger ends with the same one and MLflow has it too.

    Parameters
    ----------
    ledger, store
        Truth and mirror.
    facts, plan, differences, why_no_differences, changed_paths, statements
        As for `build_change_record`; differences are from `previous_version(ledger, outcome, new=facts)`.
    model_path, evidence, parameters, input_columns, report
        As for `log_version`.
    at : str
        When, ISO 8601 in UTC.

    Raises
    ------
    StoreError, IdentifierError, LedgerError
        As `log_version` and `Ledger.append`; nothing is written when an input is missing.

    Notes
    -----
    Interrupted between ledger and MLflow, the next call finds the entry, writes no second one, and
    logs what the ledger holds, with the time the ledger holds. Only when another version came in between
    does the registry lack one, for its model files are gone; the ledger still has its record.
    """
    check_inputs(model_path, parameters, report)
    with ledger.hold() as writer:
        entries = writer.entries("version", facts.outcome)
        is_new = not (entries and entries[-1].payload["version_digest"] == version_digest(facts))
        if is_new:
            record = build_change_record(
                _find_previous(entries, None), facts, plan=plan, at=at, differences=differences,
                why_no_differences=why_no_differences, changed_paths=changed_paths, statements=statements,
            )  # fmt: skip
            entry = writer.append("version", facts.outcome, _describe_version(facts, record), at=at)
        else:
            entry = entries[-1]
    record = ChangeRecord(**entry.payload["record"])
    logged = log_version(
        store, VersionFacts.from_payload(entry.payload["facts"]), record=record, model_path=model_path,
        evidence=evidence, parameters=parameters, input_columns=input_columns, at=entry.at, report=report,
        ledger_entry=entry.digest,
    )  # fmt: skip
    return VersionRecorded(record, is_new, logged)


def _describe_version(facts: VersionFacts, record: ChangeRecord) -> dict[str, Any]:
    return {
        "version": record.identity["version"],
        "record_id": record.identity["record_id"],
        "version_digest": version_digest(facts),
        "record_sha256": record.sha256,
        "facts": facts.to_payload(),
        "record": asdict(record),
    }


def _find_previous(entries: Sequence[Entry], new: VersionFacts | None) -> Version | None:
    if new is not None and entries and entries[-1].payload["version_digest"] == version_digest(new):
        entries = entries[:-1]
    if not entries:
        return None
    payload = entries[-1].payload
    return Version(payload["version"], payload["record_id"], VersionFacts.from_payload(payload["facts"]))
