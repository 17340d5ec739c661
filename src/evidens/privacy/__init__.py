"""Keys, pseudonyms, the search for identifiers, and disclosure control."""

from evidens.privacy.attrition import suppress_accounts, suppress_flow
from evidens.privacy.cells import Release
from evidens.privacy.disclosure import (
    suppress_characteristics,
    suppress_curves,
    suppress_evidence,
    suppress_gates,
    suppress_small_cells,
)
from evidens.privacy.identifiers import find_identifiers, find_identifiers_in_frame, scan_files
from evidens.privacy.keys import (
    KeyFileError,
    ProjectKey,
    check_key,
    create_project_key,
    demonstration_key,
    key_for,
    load_project_key,
)
from evidens.privacy.person_keys import normalise_person_key, person_key_fault
from evidens.privacy.pseudonyms import PseudonymError, PseudonymMap
from evidens.privacy.settings import DeliverySettings, DisclosureSettings, PseudonymSettings

__all__ = [
    "DeliverySettings",
    "DisclosureSettings",
    "KeyFileError",
    "ProjectKey",
    "PseudonymError",
    "PseudonymMap",
    "PseudonymSettings",
    "Release",
    "check_key",
    "create_project_key",
    "demonstration_key",
    "find_identifiers",
    "find_identifiers_in_frame",
    "key_for",
    "load_project_key",
    "normalise_person_key",
    "person_key_fault",
    "scan_files",
    "suppress_accounts",
    "suppress_characteristics",
    "suppress_curves",
    "suppress_evidence",
    "suppress_flow",
    "suppress_gates",
    "suppress_small_cells",
]
