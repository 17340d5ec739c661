"""Contracts of tables: roles of columns, validation, and the shape that all evidence has."""

from evidens.contracts.evidence import (
    EVIDENCE_KEY,
    NO_HORIZON,
    NO_THRESHOLD,
    Attrition,
    Characteristic,
    Curve,
    Evidence,
    Flow,
    GateVerdict,
    RowAccount,
)
from evidens.contracts.table import ContractError, Role, check_table, columns_with_role, find_contract, schema_of

__all__ = [
    "EVIDENCE_KEY",
    "NO_HORIZON",
    "NO_THRESHOLD",
    "Attrition",
    "Characteristic",
    "ContractError",
    "Curve",
    "Evidence",
    "Flow",
    "GateVerdict",
    "Role",
    "RowAccount",
    "check_table",
    "columns_with_role",
    "find_contract",
    "schema_of",
]
