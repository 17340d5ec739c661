"""Registers: what is delivered, how it becomes pseudonymous, and how it becomes events."""

from collections.abc import Mapping
from itertools import combinations

import polars as pl

from evidens.privacy import DeliverySettings
from evidens.registers import akm, bef, cancer, cpr, dod, dodsaasg, faik, ind, lab, lmdb, lpr2, lpr3, sssy, udda, vnds
from evidens.registers.contact_links import ContactLinks, link_contacts
from evidens.registers.contract import RegisterColumn, RegisterError, RegisterTable
from evidens.registers.cpr import NumberLinks, read_number_links
from evidens.registers.intake import (
    PEOPLE_TABLES,
    SOURCES,
    BucketIntake,
    SegmentIntake,
    Source,
    complete,
    intake_bucket,
    intake_register,
    lives_by_year,
)
from evidens.registers.people import PeopleIntake, intake_people
from evidens.registers.physical import normalise
from evidens.registers.pseudonymisation import (
    PseudonymisedBatch,
    links_of,
    pseudonymise_batch,
    pseudonymised_schema,
)
from evidens.registers.rules import AccountError, account_of, add_accounts, check_accounts, year_of
from evidens.registers.schemas import check_schemas, table_of
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import Window
from evidens.registers.year_of_file import add_year_of_file

# Read in the raw zone and never pseudonymised: they say which numbers belong to one person.
LINK_TABLES: dict[str, RegisterTable] = {table.name: table for table in cpr.TABLES}
# Tables of contacts stand before the tables that are linked through them: pseudonymise in this order.
TABLES: dict[str, RegisterTable] = {
    table.name: table
    for register in (bef, dod, dodsaasg, vnds, lpr2, lpr3, lmdb, lab, sssy, cancer, udda, ind, faik, akm)
    for table in register.TABLES
}
_LPR_A, _LPR_F = (frozenset(table.name for table in tables) for tables in (lpr3.TABLES_A, lpr3.TABLES_F))
_LAB_PAIRS = [(frozenset({a.name}), frozenset({b.name})) for a, b in combinations(lab.TABLES, 2)]
_NEEDED = (
    frozenset({"vnds", "vnds_ind"}),
    frozenset({"vnds", "vnds_ud"}),
    *(frozenset({name}) for name in ("bef", "dod", "lpr_adm", "lpr_diag", "lmdb")),
    frozenset(table.name for table in lab.TABLES),
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
        cannot be read; tables that are missing; LPR_F and LPR_A both there, or two tables of the same
        laboratory answers.
    """
    check_schemas(files, TABLES | LINK_TABLES, needed=_NEEDED, exclusive=[(_LPR_A, _LPR_F), *_LAB_PAIRS])


__all__ = [
    "LINK_TABLES",
    "PEOPLE_TABLES",
    "SOURCES",
    "TABLES",
    "AccountError",
    "BucketIntake",
    "ContactLinks",
    "DeliverySettings",
    "NumberLinks",
    "PeopleIntake",
    "PseudonymisedBatch",
    "RegisterColumn",
    "RegisterError",
    "RegisterSettings",
    "RegisterTable",
    "SegmentIntake",
    "Source",
    "Window",
    "account_of",
    "add_accounts",
    "add_year_of_file",
    "check_accounts",
    "check_delivery",
    "complete",
    "intake_bucket",
    "intake_people",
    "intake_register",
    "link_contacts",
    "links_of",
    "lives_by_year",
    "normalise",
    "pseudonymise_batch",
    "pseudonymised_schema",
    "read_number_links",
    "table_of",
    "year_of",
]
