"""Registers: what is delivered, how it becomes pseudonymous, and how it becomes events."""

from collections.abc import Mapping

import polars as pl

from evidens.privacy import DeliverySettings
from evidens.registers import bef, dod, lab, lmdb, lpr2, lpr3, vnds
from evidens.registers.contract import RegisterColumn, RegisterError, RegisterTable
from evidens.registers.intake import BucketIntake, intake_bucket
from evidens.registers.physical import normalise
from evidens.registers.pseudonymisation import (
    PseudonymisedBatch,
    link_contacts,
    pseudonymise_batch,
    pseudonymised_schema,
)
from evidens.registers.rules import AccountError, add_accounts, check_accounts
from evidens.registers.schemas import check_schemas, table_of
from evidens.registers.settings import RegisterSettings

# Tables of contacts stand before the tables that are linked through them: pseudonymise in this order.
TABLES: dict[str, RegisterTable] = {
    table.name: table for register in (bef, dod, vnds, lpr2, lpr3, lmdb, lab) for table in register.TABLES
}
_LPR_A, _LPR_F = frozenset({"lpr_a_kontakt", "lpr_a_diagnose"}), frozenset({"kontakter", "diagnoser"})
_NEEDED = (
    *(frozenset({name}) for name in ("bef", "dod", "vnds", "lpr_adm", "lpr_diag", "lmdb", "lab_dm_forsker")),
    frozenset({"lpr_a_kontakt", "kontakter"}),
    frozenset({"lpr_a_diagnose", "diagnoser"}),
)


def check_delivery(files: Mapping[str, Mapping[str, pl.DataType]]) -> None:
    """Check the columns of every delivered file before a row is read.

    Parameters
    ----------
    files : mapping of str to polars.Schema or mapping
        Path or label of each file, whose last part is `<table>_<year>`, and its columns with types.

    Raises
    ------
    RegisterError
        With all faults at once: files of no table; columns that are missing, unknown or of a type that
        cannot be read; tables that are missing; LPR_F and LPR_A both there.
    """
    check_schemas(files, TABLES, needed=_NEEDED, exclusive=[(_LPR_A, _LPR_F)])


__all__ = [
    "TABLES",
    "AccountError",
    "BucketIntake",
    "DeliverySettings",
    "PseudonymisedBatch",
    "RegisterColumn",
    "RegisterError",
    "RegisterSettings",
    "RegisterTable",
    "add_accounts",
    "check_accounts",
    "check_delivery",
    "intake_bucket",
    "link_contacts",
    "normalise",
    "pseudonymise_batch",
    "pseudonymised_schema",
    "table_of",
]
