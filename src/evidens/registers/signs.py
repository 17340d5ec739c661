"""Signs by which rows that need care are seen in a delivery, before anything is taken in.

Every sign is an expression over logical columns; a table can have it if it has the columns. What is done with such
rows is the intake's, by the rule named here, with the intake's settings and constants; nothing is changed by looking.
Signs stand in the order of the intake's rules: a row that is left out has the first of them only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from evidens.codes import ICD10, NPU
from evidens.privacy.person_keys import CPR_SHAPE, REPLACEMENT_SHAPE, SYNTHETIC_CPR_SHAPE, normalise_person_key
from evidens.registers.contract import RegisterTable
from evidens.registers.hospital import OTHER_TYPES
from evidens.registers.lab.results import CANCELLED, read_units, read_values
from evidens.registers.lmdb.intake import IS_CORRECTION
from evidens.registers.lpr3.intake import OLDER_SYSTEMS
from evidens.registers.physical import LOGICAL_TYPES, Reading
from evidens.registers.planting import ENDS, is_contacts, is_diagnoses
from evidens.registers.rules import is_first
from evidens.registers.settings import RegisterSettings

ROW_SIGN = "_repeated"
_UNREADABLE = "_unreadable"
_UNREADABLE_ID = "D01"
_PROJECT_SHAPE = "^[0-9]{11,12}$"  # a project's key of which no more than one zero is lost

Fate = Literal["quarantined", "dropped", "kept"]


@dataclass(frozen=True)
class Sign:
    """One kind of row that needs care.

    Parameters
    ----------
    id : str
        Number of the trap (L1 ...) or of the defect (D01 ...).
    what : str
        What such a row is.
    fate : str
        What becomes of it: "quarantined", "dropped" or "kept".
    why : str
        The rule, or how it is kept.
    can : callable
        Whether a table can have it.
    seen : callable
        True where a row of the logical columns has the sign.
    column : str
        Usual name of the column it was seen in, where that is told.
    """

    id: str
    what: str
    fate: Fate
    why: str
    can: Callable[[RegisterTable], bool]
    seen: Callable[[RegisterTable], pl.Expr]
    column: str = ""

    @property
    def handling(self) -> str:
        """What becomes of it, and why."""
        return f"{self.fate}: {self.why}"


def count_signs(reading: Reading, table: RegisterTable, signs: Sequence[Sign]) -> dict[Sign, int]:
    """Count the rows of one batch that have each sign; signs that no row has are left out.

    Notes
    -----
    A row that is dropped or quarantined counts for the first such sign, one that is kept for all of its signs.
    """
    possible = [sign for sign in signs if sign.can(table)]
    if not possible or reading.logical.is_empty():
        return {}
    rows = reading.logical.with_columns(
        reading.unreadable.alias(_UNREADABLE), (~is_first(reading.logical)).alias(ROW_SIGN)
    )
    if _is_results(table):
        rows = _read_results(rows)
    seen = rows.select(sign.seen(table).fill_null(False).alias(str(n)) for n, sign in enumerate(possible))
    stays, counts = pl.repeat(True, rows.height, eager=True), {}
    for fates in (("quarantined", "dropped"), ("kept",)):
        for number, sign in enumerate(possible):
            if sign.fate in fates:
                counts[sign] = seen[str(number)] & stays
                if sign.fate != "kept":
                    stays &= ~counts[sign]
    found = {sign: int(has.sum()) for sign, has in counts.items() if sign.id != _UNREADABLE_ID}
    for sign, has in counts.items():
        if sign.id == _UNREADABLE_ID:
            found |= _by_column(sign, rows[_UNREADABLE].filter(has), table)
    return {sign: n for sign, n in found.items() if n}


def _by_column(sign: Sign, reasons: pl.Series, table: RegisterTable) -> dict[Sign, int]:
    usual = {f"unreadable {column.name}": column.aliases[0] for column in table.columns}
    return {replace(sign, column=usual[reason]): n for reason, n in reasons.value_counts().iter_rows()}


def _read_results(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what the intake reads in values and units: number, sign, word, and whether the code has the unit."""
    rows = rows.join(read_values(rows["value"]), on="value", how="left", maintain_order="left")
    if "unit" not in rows.columns:
        return rows.with_columns(unit=pl.lit(None, dtype=pl.String), _is_expected=pl.lit(True),
                                 _low=pl.lit(None, dtype=pl.Float64), _high=pl.lit(None, dtype=pl.Float64))  # fmt: skip
    units = read_units(rows.select("code", "unit"))
    return rows.join(units, on=["code", "unit"], how="left", maintain_order="left", nulls_equal=True)


def _columns(table: RegisterTable) -> set[str]:
    return {column.name for column in table.columns}


def _has(*names: str) -> Callable[[RegisterTable], bool]:
    return lambda table: set(names) <= _columns(table)


def _is(expression: pl.Expr) -> Callable[[RegisterTable], pl.Expr]:
    return lambda table: expression


def _is_results(table: RegisterTable) -> bool:
    return table.register == "lab" and {"value", "code"} <= _columns(table)


def _ends(table: RegisterTable) -> pl.Expr:
    return pl.col(next(name for name in ENDS if name in _columns(table)))


def _begins(table: RegisterTable) -> pl.Expr:
    return pl.col(next(name for name in ("began_at", "began_on") if name in _columns(table)))


def _is_unfinished(table: RegisterTable) -> pl.Expr:
    return _ends(table).is_null()


def _ends_early(table: RegisterTable) -> pl.Expr:
    return _ends(table).cast(pl.Date) < _begins(table).cast(pl.Date)


def _short_codes(table: RegisterTable) -> pl.Expr:
    """Codes that are shorter than they must be even after the zeros that a number loses were put back."""
    return pl.any_horizontal(
        pl.col(c.name).str.len_chars() < c.pad for c in table.columns if c.pad and LOGICAL_TYPES[c.kind] == pl.String
    )


def _procedures(table: RegisterTable) -> bool:
    dated = any(column.kind in ("date", "datetime") for column in table.columns)
    return {"course", "contact"} <= _columns(table) and table.is_linked and dated


def _any(table: RegisterTable) -> bool:
    return True


_CODE, _KIND, _VALUE, _PERSON, _SYSTEM = (pl.col(name) for name in ("code", "type", "value", "person", "system"))
_NUMBER, _WORD = pl.col("_number"), pl.col("_word")
_CPR = normalise_person_key(_PERSON, "cpr")
_FITS = _CPR.str.contains(CPR_SHAPE) | _CPR.str.contains(SYNTHETIC_CPR_SHAPE) | _PERSON.str.contains(_PROJECT_SHAPE)
_REPLACEMENT = _CPR.str.contains(REPLACEMENT_SHAPE) & _CPR.str.contains("[A-Z]")


def signs_of(settings: RegisterSettings) -> tuple[Sign, ...]:
    """Return all signs, in the order of the rules of pseudonymisation and intake."""
    types = settings.diagnosis_types
    others = sorted({"A", "B", *OTHER_TYPES} - set(types) - {"+"})
    return (
        Sign(_UNREADABLE_ID, "date, time or number that cannot be read", "quarantined", "unreadable", _any,
             _is(pl.col(_UNREADABLE).is_not_null())),
        Sign("D15", "no person's number", "quarantined", "no person key", _has("person"), _is(_CPR.is_null())),
        Sign("D16", "replacement number with letters", "quarantined", "replacement number", _has("person"),
             _is(_REPLACEMENT)),
        Sign("D16", "person's number of no known shape", "quarantined", "person key without the shape of one",
             _has("person"), _is(~_FITS)),
        Sign("D07", "row equal to an earlier one, as far as one part of its file shows", "dropped", "counts once",
             _any, _is(pl.col(ROW_SIGN))),
        *_signs_of_older_rows(settings),
        Sign("L3", "diagnosis found later not to be so", "dropped", "diagnosis retracted later", _has("retracted"),
             _is(pl.col("retracted").str.to_lowercase() == "ja")),
        Sign("L6", "additional code in a row of its own", "dropped", "it says more of a code, and is none",
             is_diagnoses, _is(_KIND == "+")),
        Sign("L7", f"diagnosis of type {', '.join(others)}", "dropped", f"only {' and '.join(types)} become events",
             is_diagnoses, _is(_KIND.is_in(others))),
        Sign("L14", "administrative code", "dropped", "says why someone came", is_diagnoses,
             _is(_CODE.is_in(settings.administrative_codes))),
        Sign("D24", "diagnosis of an unknown type", "quarantined", "unknown type of diagnosis", is_diagnoses,
             _is(~_KIND.is_in(types).fill_null(False))),
        Sign("D21", "diagnosis without a code", "quarantined", "no code", is_diagnoses, _is(_CODE.is_null())),
        Sign("D24", "diagnosis whose code is none of ICD-10 with D", "quarantined", "code that is no ICD-10 code",
             is_diagnoses, _is(~ICD10.is_valid(_CODE))),
        Sign("D11", "contact that ends before it begins", "quarantined", "end before start", is_contacts, _ends_early),
        Sign("D17", "correction of another row", "dropped", "correction of another row", _has("n_packs", "correction"),
             _is(IS_CORRECTION)),
        Sign("D17", "no packs or fewer, and no correction", "quarantined", "no packs or fewer", _has("n_packs"),
             _is(pl.col("n_packs") <= 0)),
        Sign("D32", "analysis that was cancelled", "dropped", "cancelled analysis", _is_results,
             _is(_WORD == CANCELLED)),
        Sign("D36", "laboratory's own code", "quarantined", "code that is no NPU or DNK code", _is_results,
             _is(~NPU.is_valid(_CODE))),
        Sign("D31", "result neither a number nor a known word", "quarantined", "value not understood", _is_results,
             _is(_NUMBER.is_null() & _WORD.is_null())),
        Sign("D33", "number without a unit", "quarantined", "no unit", _is_results,
             _is(_NUMBER.is_not_null() & pl.col("unit").is_null() & ~pl.col("_is_expected"))),
        Sign("D34", "number with a unit that its code never has", "quarantined", "unit that is not one of the code's",
             _is_results, _is(_NUMBER.is_not_null() & ~pl.col("_is_expected"))),
        Sign("D35", "number out of all bounds", "quarantined", "value outside the plausible range", _is_results,
             _is(~_NUMBER.is_between("_low", "_high"))),
        Sign("L3", "diagnosis of which it is not said whether it was retracted", "kept", "no answer is no retraction",
             _has("retracted"), _is(pl.col("retracted").is_null())),
        Sign("L5", "contact without an end", "kept", "known some days after its start", is_contacts, _is_unfinished),
        Sign("L8", "emergency contact with a kind of its own, to 2013", "kept", "the rule of kinds knows the year",
             _has("patient_type"), _is(pl.col("patient_type") == "3")),
        Sign("L12", "procedure without a contact", "kept", "linked through its course", _procedures,
             _is(pl.col("contact").is_null() & pl.col("course").is_not_null())),
        Sign("D27", "code shorter than it must be", "kept", "as it is", lambda table: any(c.pad for c in table.columns),
             _short_codes),
        Sign("D29", "sign of a limit before the digits", "kept", "read as sign and limit", _is_results,
             _is(_NUMBER.is_not_null() & pl.col("_sign").is_not_null())),
        Sign("D28", "decimal comma", "kept", "read as number", _is_results,
             _is(_NUMBER.is_not_null() & _VALUE.str.contains(",", literal=True))),
        Sign("D31", "known word for a result", "kept", "as its meaning", _is_results, _is(_WORD.is_not_null())),
    )  # fmt: skip


def _signs_of_older_rows(settings: RegisterSettings) -> list[Sign]:
    """Return what becomes of rows of older systems inside LPR3: dropped, or kept where they fill a gap."""
    what, is_older = "row of an older reporting system inside LPR3", _SYSTEM.is_in(OLDER_SYSTEMS)
    if (until := settings.lpr2_delivered_to) is None:
        return [Sign("L1", what, "dropped", "whatever its date; LPR2 has it (lpr2_delivered_to is not set)",
                     _has("system"), _is(is_older))]  # fmt: skip

    def covered(table: RegisterTable) -> pl.Expr:
        return is_older & (_begins(table).cast(pl.Date) <= pl.lit(until))

    def others(table: RegisterTable) -> bool:
        return "system" in _columns(table) and not is_contacts(table)

    def contacts(table: RegisterTable) -> bool:
        return "system" in _columns(table) and is_contacts(table)

    return [
        Sign("L1", f"{what}, to lpr2_delivered_to", "dropped", "LPR2 has it", contacts, covered),
        Sign("L1", f"{what}, after lpr2_delivered_to", "kept", "fills the gap", contacts, _is(is_older)),
        Sign("L1", what, "kept", "shares the fate of its contact", others, _is(is_older)),
    ]
