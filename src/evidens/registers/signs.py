"""Signs by which rows that need care are seen in a delivery, before anything is taken in.

Every sign is an expression over logical columns; a table can have it if it has the columns. What is done with such
rows is the intake's, by the rule named here; nothing is changed by looking.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from evidens.codes import ICD10
from evidens.registers.contract import RegisterTable
from evidens.registers.physical import LOGICAL_TYPES, Reading
from evidens.registers.planting import ENDS, is_contacts, is_diagnoses
from evidens.registers.rules import is_first

ROW_SIGN = "_repeated"
_UNREADABLE = "_unreadable"


@dataclass(frozen=True)
class Sign:
    """One kind of row that needs care.

    Parameters
    ----------
    id : str
        Number of the trap (L1 ...) or of the defect (D01 ...).
    what : str
        What such a row is.
    handling : str
        What becomes of it.
    can : callable
        Whether a table can have it.
    seen : callable
        True where a row of the logical columns has the sign.
    """

    id: str
    what: str
    handling: str
    can: Callable[[RegisterTable], bool]
    seen: Callable[[RegisterTable], pl.Expr]


def count_signs(reading: Reading, table: RegisterTable) -> dict[Sign, int]:
    """Count the rows of one batch that have each sign; signs that no row has are left out."""
    rows = reading.logical.with_columns(
        reading.unreadable.alias(_UNREADABLE), (~is_first(reading.logical)).alias(ROW_SIGN)
    )
    signs = [sign for sign in SIGNS if sign.can(table)]
    if not signs or rows.is_empty():
        return {}
    seen = [sign.seen(table).fill_null(False).sum().alias(str(number)) for number, sign in enumerate(signs)]
    counts = rows.select(seen).row(0)
    return {sign: int(n) for sign, n in zip(signs, counts, strict=True) if n}


def _columns(table: RegisterTable) -> set[str]:
    return {column.name for column in table.columns}


def _has(*names: str) -> Callable[[RegisterTable], bool]:
    return lambda table: set(names) <= _columns(table)


def _is(expression: pl.Expr) -> Callable[[RegisterTable], pl.Expr]:
    return lambda table: expression


def _is_results(table: RegisterTable) -> bool:
    return {"value", "unit", "code"} <= _columns(table)


def _ends(table: RegisterTable) -> pl.Expr:
    return pl.col(next(name for name in ENDS if name in _columns(table)))


def _begins(table: RegisterTable) -> pl.Expr:
    return pl.col(next(name for name in ("began_at", "began_on") if name in _columns(table)))


def _short_codes(table: RegisterTable) -> pl.Expr:
    """Codes that are shorter than they must be even after the zeros that a number loses were put back."""
    return pl.any_horizontal(
        pl.col(c.name).str.len_chars() < c.pad for c in table.columns if c.pad and LOGICAL_TYPES[c.kind] == pl.String
    )


def _procedures(table: RegisterTable) -> bool:
    dated = any(column.kind in ("date", "datetime") for column in table.columns)
    return {"course", "contact"} <= _columns(table) and table.is_linked and dated


_CODE, _KIND, _VALUE, _PERSON = pl.col("code"), pl.col("type"), pl.col("value"), pl.col("person")
_IS_NUMBER = _VALUE.str.contains(r"^\s*[<>=≤≥]*\s*[-+]?[0-9]*[.,]?[0-9]+\s*$")

SIGNS = (
    Sign("D07", "row that is there twice in its file", "dropped: counts once", lambda table: True,
         _is(pl.col(ROW_SIGN))),
    Sign("D01", "date, time or number that cannot be read", "quarantined: unreadable", lambda table: True,
         _is(pl.col(_UNREADABLE).is_not_null())),
    Sign("D15", "no person's number", "quarantined: no person key", _has("person"), _is(_PERSON.is_null())),
    Sign("D16", "replacement number with letters", "quarantined: replacement number", _has("person"),
         _is(_PERSON.str.contains("[A-Za-z]"))),
    Sign("L1", "row of an older reporting system inside LPR3", "dropped, from the region's change on",
         _has("system"), _is(pl.col("system").is_in(["LPR2", "LPR1", "MINIPAS"]))),
    Sign("L3", "diagnosis found later not to be so", "dropped: diagnosis retracted later", _has("retracted"),
         _is(pl.col("retracted").str.to_lowercase() == "ja")),
    Sign("L3", "diagnosis of which it is not said whether it was retracted", "kept: no answer is no retraction",
         _has("retracted"), _is(pl.col("retracted").is_null())),
    Sign("L5", "contact without an end", "kept: known some days after its start", is_contacts,
         lambda table: _ends(table).is_null()),
    Sign("D11", "contact that ends before it begins", "quarantined: end before start", is_contacts,
         lambda table: _ends(table).cast(pl.Date) < _begins(table).cast(pl.Date)),
    Sign("L6", "additional code in a row of its own", "dropped: it says more of a code, and is none", is_diagnoses,
         _is((_KIND == "+") | _CODE.str.starts_with("TUL"))),
    Sign("L7", "referral, underlying, temporary or complicating diagnosis", "dropped: only A and B exist throughout",
         is_diagnoses, _is(_KIND.is_in(["H", "G", "M", "C"]))),
    Sign("L8", "emergency contact with a kind of its own, to 2013", "kept: the rule of kinds knows the year",
         _has("patient_type"), _is(pl.col("patient_type") == "3")),
    Sign("L12", "procedure without a contact", "kept: linked through its course", _procedures,
         _is(pl.col("contact").is_null() & pl.col("course").is_not_null())),
    Sign("L14", "administrative code", "dropped: says why someone came", is_diagnoses,
         _is(_CODE.is_in(["DZ763", "DZ032", "DZ038", "DZ039", "DY719"]))),
    Sign("D21", "diagnosis without a code", "quarantined: no code", is_diagnoses, _is(_CODE.is_null())),
    Sign("D24", "diagnosis whose code is none of ICD-10 with D", "quarantined: code that is no ICD-10 code",
         is_diagnoses, _is(_KIND.is_in(["A", "B"]) & ~ICD10.is_valid(_CODE))),
    Sign("D17", "correction, or fewer than no packs", "dropped as correction, else quarantined", _has("n_packs"),
         _is(pl.col("n_packs") < 0)),
    Sign("D27", "code shorter than it must be", "kept as it is", lambda table: any(c.pad for c in table.columns),
         _short_codes),
    Sign("D29", "sign of a limit before the digits", "read as sign and limit", _is_results,
         _is(_VALUE.str.contains(r"^\s*[<>≤≥]"))),
    Sign("D28", "decimal comma", "read as number", _is_results, _is(_VALUE.str.contains(r"^[<>]?\s*[0-9]+,[0-9]+$"))),
    Sign("D31", "word for a result", "known words are kept, cancelled ones dropped, others quarantined", _is_results,
         _is(~_IS_NUMBER)),
    Sign("D33", "number without a unit", "quarantined, unless the code has no unit", _is_results,
         _is(_IS_NUMBER & pl.col("unit").is_null())),
    Sign("D36", "laboratory's own code", "kept where it is listed, else quarantined", _is_results,
         _is(~_CODE.str.contains("^(NPU|DNK)[0-9]{5}$"))),
)  # fmt: skip
