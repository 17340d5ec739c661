"""A table's contract is a dataframely schema whose columns carry roles."""

import importlib
from enum import StrEnum
from functools import cache

import polars as pl
from dataframely._rule import Rule

from evidens.contracts.schema import dy
from evidens.foundation import EvidensError, Fault


class Role(StrEnum):
    """What a column is to a person's privacy and to time; given as `metadata={"role": ...}`."""

    PERSON = "person"  # the pseudonym that links a person's rows
    EVENT_TIME = "event_time"  # when it happened
    KNOWN_TIME = "known_time"  # when a system could have known it
    QUASI_IDENTIFIER = "quasi_identifier"  # narrows down who it is: birth date, origin, region
    OUTCOME = "outcome"  # what may not be seen before a phase opens


class ContractError(EvidensError):
    """A frame breaks the contract of the table it is written as."""


def check_table(frame: pl.DataFrame, contract: type[dy.Schema], *, place: str) -> pl.DataFrame:
    """Return `frame` in the column order of `contract`, or stop with the broken rules and counts.

    Parameters
    ----------
    frame : polars.DataFrame
        Exactly the columns of the contract, of its types.
    contract : type of dataframely.Schema
        The table's contract.
    place : str
        The table's name, for the message.

    Raises
    ------
    ContractError
        Naming missing, unknown and mistyped columns, or each broken rule with the number of rows;
        never a value.
    """
    wanted = schema_of(contract)
    faults = [
        *(Fault(place, f"no column '{c}'.", f"The contract {contract.__name__} asks for it.")
          for c in wanted if c not in frame.columns),
        *(Fault(place, f"unknown column '{c}'.", f"Add it to the contract {contract.__name__} or leave it out.")
          for c in frame.columns if c not in wanted),
        *(Fault(place, f"column '{c}' is {frame.schema[c]}, not {wanted[c]}.", "Cast it where it is made.")
          for c in wanted if c in frame.columns and frame.schema[c] != wanted[c]),
    ]  # fmt: skip
    if faults:
        raise ContractError(*faults)
    frame = frame.select(list(wanted))
    if _is_sound(frame, contract):
        return frame
    good, failures = contract.filter(frame)
    if good.height < frame.height:
        broken = sorted(failures.counts().items())
        raise ContractError(*(Fault(place, f"{n:,} rows break '{rule}'.", "Mend the room that makes the table.")
                              for rule, n in broken))  # fmt: skip
    return frame


def _is_sound(frame: pl.DataFrame, contract: type[dy.Schema]) -> bool:
    """Whether `frame` keeps the rules of its columns and rows, asked once per distinct text; False if it may not.

    What breaks a rule, and rules about several rows, are for dataframely to judge.
    """
    of_rows = contract._schema_validation_rules()
    if any(type(rule) is not Rule for rule in of_rows.values()):
        return False
    kept = [rule.expr.fill_null(True).all() for rule in of_rows.values()]
    for name, column in contract.columns().items():
        plain = column.validation_rules(pl.col(name))
        each = column.validation_rules(pl.col(name).unique()) if frame.schema[name] == pl.String else plain
        kept += [(plain if rule == "nullability" else each)[rule].fill_null(True).all() for rule in plain]
    return frame.is_empty() or frame.select(pl.all_horizontal(kept)).item()


@cache
def schema_of(contract: type[dy.Schema]) -> pl.Schema:
    """Column names and polars types of `contract`, in order."""
    return contract.create_empty().schema


def columns_with_role(contract: type[dy.Schema], role: Role) -> list[str]:
    """Names of the contract's columns that carry `role`."""
    return [name for name, column in contract.columns().items() if (column.metadata or {}).get("role") == role]


def find_contract(path: str) -> type[dy.Schema]:
    """Resolve `room.module:Class` as written in conf/catalog.yaml.

    >>> find_contract("contracts.evidence:Evidence").__name__
    'Evidence'
    """
    module, name = path.split(":")
    return getattr(importlib.import_module(f"evidens.{module}"), name)
