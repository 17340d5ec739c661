"""Change management: an append-only ledger, the change plan, change records, and MLflow as a mirror."""

from evidens.changes.canonical import CanonicalError, digest_of, write_canonical
from evidens.changes.classes import Difference, RuleAnswer, classify_change
from evidens.changes.code import CodeState, describe_code, list_changed_paths
from evidens.changes.differences import describe_differences, estimate_differences
from evidens.changes.entry import KINDS, Entry, LedgerError
from evidens.changes.identifiers import IdentifierError
from evidens.changes.ledger import Ledger, TornLineWarning
from evidens.changes.mirror import VersionLogged, list_mirrored_entries, load_version, log_version
from evidens.changes.naming import name_metrics
from evidens.changes.openings import count_looks, record_opening, record_predictions, record_protocol
from evidens.changes.plan import (
    ChangePlanSettings,
    ModificationSettings,
    PlanVerdict,
    ProhibitionSettings,
    review_plan,
)
from evidens.changes.record import STATEMENTS, ChangeRecord, Version, build_change_record
from evidens.changes.recording import VersionRecorded, previous_version, record_version
from evidens.changes.relocation import relocate_store
from evidens.changes.store import Store, StoreError, load_registered, open_store
from evidens.changes.version import VersionFacts, flatten_settings, version_digest

__all__ = [
    "KINDS",
    "STATEMENTS",
    "CanonicalError",
    "ChangePlanSettings",
    "ChangeRecord",
    "CodeState",
    "Difference",
    "Entry",
    "IdentifierError",
    "Ledger",
    "LedgerError",
    "ModificationSettings",
    "PlanVerdict",
    "ProhibitionSettings",
    "RuleAnswer",
    "Store",
    "StoreError",
    "TornLineWarning",
    "Version",
    "VersionFacts",
    "VersionLogged",
    "VersionRecorded",
    "build_change_record",
    "classify_change",
    "count_looks",
    "describe_code",
    "describe_differences",
    "digest_of",
    "estimate_differences",
    "flatten_settings",
    "list_changed_paths",
    "list_mirrored_entries",
    "load_registered",
    "load_version",
    "log_version",
    "name_metrics",
    "open_store",
    "previous_version",
    "record_opening",
    "record_predictions",
    "record_protocol",
    "record_version",
    "relocate_store",
    "review_plan",
    "version_digest",
    "write_canonical",
]
