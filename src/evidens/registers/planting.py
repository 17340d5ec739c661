"""How each kind of wrong row is made from right rows: which tables can have it, which rows, and what is changed.

Tables and columns are found through the contracts: a defect names the logical columns it needs, and every table
that has them can have the defect, under whatever names its columns are delivered.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.registers.contract import RegisterTable

BEGINNINGS = ("began_at", "began_on", "dispensed_on", "sampled_on")
ENDS = ("ended_at", "ended_on")
ICD10_SHAPE = "^D[A-U][0-9]{2}[0-9A-Z]*$"
_LAB_SHAPE = "^(NPU27300|NPU02319)$"  # analyses of which every unit and range is listed
_NUMBER = "^[0-9]+([.,][0-9]+)?$"
_AHEAD, _BACK = dt.timedelta(days=29_220), -dt.timedelta(days=47_482)
_AFTER_DAYS, _SPREAD_DAYS = 60, 30  # a date after death: longer than any grace, and another one in every file
_NONSENSE = ("Se kommentar", "*", "??", "Hæmolyseret")
_RETRACTED_CODES = ("DE119", "DC189", "DC209", "DI489")
_ADDITIONAL_CODES = ("TUL1", "TUL2")
_ICD8_CODES = ("25009", "15399", "42740")


@dataclass(frozen=True)
class Rows:
    """Rows of one table to be changed.

    Parameters
    ----------
    frame : polars.DataFrame
        As delivered.
    names : dict of str to str
        Delivered name of each logical column that is there.
    table : RegisterTable
    year : int
        Of the file.
    rng : numpy.random.Generator
    died : polars.DataFrame
        pnr and died_on of people whose death and population rows are delivered; for a date after death one per row.
    """

    frame: pl.DataFrame
    names: dict[str, str]
    table: RegisterTable
    year: int
    rng: np.random.Generator
    died: pl.DataFrame

    def set(self, **values: object) -> pl.DataFrame:
        """Return the rows with logical columns set to values, series or expressions, in the delivered types."""
        new = []
        for logical, value in values.items():
            if name := self.names.get(logical):
                expression = value if isinstance(value, pl.Expr | pl.Series) else pl.lit(value)
                new.append(_cast(expression, self.frame.schema[name]).alias(name))
        return self.frame.with_columns(new)

    def col(self, *logical: str) -> pl.Expr:
        """Return the delivered column of the first logical name that is there."""
        return pl.col(next(self.names[name] for name in logical if name in self.names))

    def one_of(self, pool: tuple[str, ...]) -> pl.Series:
        """Return a random member of `pool` per row."""
        return pl.Series(pool).gather(self.rng.integers(0, len(pool), self.frame.height))


def is_diagnoses(table: RegisterTable) -> bool:
    """Whether rows are diagnoses: a code of a type on a contact, without person and date."""
    columns = {column.name for column in table.columns}
    dated = any(column.kind in ("date", "datetime") for column in table.columns)
    return table.is_linked and {"code", "type"} <= columns and not dated


def is_contacts(table: RegisterTable) -> bool:
    """Whether rows are contacts: they have a person, a key and an end."""
    return table.has_contacts and any(column.name in ENDS for column in table.columns)


def plain_rows(table: RegisterTable, names: dict[str, str]) -> pl.Expr:
    """Return whether each delivered row is one that the intake would keep, as far as its own columns tell.

    Only such rows are copied, so that what becomes of the copy is due to the one thing that is wrong with it.
    """
    shapes = {"system": "^LPR3$", "contact_type": "^ALCA0[013]$"}
    if is_diagnoses(table):
        shapes |= {"type": "^[AB]$", "code": ICD10_SHAPE}
    rules = [pl.col(names[c]).str.contains(shape).fill_null(False) for c, shape in shapes.items() if c in names]
    if "correction" in names:
        rules.append(pl.col(names["correction"]).is_null())
    if "n_packs" in names:
        rules.append((pl.col(names["n_packs"]) > 0).fill_null(False))
    if "retracted" in names:
        rules.append((pl.col(names["retracted"]).str.to_lowercase() != "ja").fill_null(True))
    if "value" in names and "unit" in names:
        rules.append(pl.col(names["value"]).str.contains(_NUMBER).fill_null(False))
        rules.append(pl.col(names["code"]).str.contains(_LAB_SHAPE).fill_null(False))
        rules.append(pl.col(names["unit"]).is_not_null())
        if "operator" in names:
            rules.append(pl.col(names["operator"]).is_null())
    return pl.all_horizontal(rules) if rules else pl.lit(True)


Change = Callable[[Rows], pl.DataFrame]


@dataclass(frozen=True)
class Planting:
    """How rows with one defect are made.

    Parameters
    ----------
    can : callable
        Whether a table, with the logical columns delivered, can have it.
    change : callable
        What is done to the rows.
    new_key : bool
        Whether contact keys are replaced by keys that no contact has.
    fits : callable, optional
        Which delivered rows may be taken, given the table and the delivered names; by default plain ones.
    """

    can: Callable[[RegisterTable, dict[str, str]], bool]
    change: Change
    new_key: bool = False
    fits: Callable[[RegisterTable, dict[str, str]], pl.Expr] = plain_rows


def _cast(expression: pl.Expr | pl.Series, dtype: pl.DataType) -> pl.Expr:
    made = pl.lit(expression) if isinstance(expression, pl.Series) else expression
    return made.cast(dtype)


def _has(*wanted: str) -> Callable[[RegisterTable, dict[str, str]], bool]:
    return lambda table, names: set(wanted) <= set(names)


def _contacts(table: RegisterTable, names: dict[str, str]) -> bool:
    return is_contacts(table) and any(name in names for name in ENDS)


def _diagnoses(table: RegisterTable, names: dict[str, str]) -> bool:
    return is_diagnoses(table)


def _diagnoses_with(column: str) -> Callable[[RegisterTable, dict[str, str]], bool]:
    return lambda table, names: is_diagnoses(table) and column in names


def _contacts_with(column: str) -> Callable[[RegisterTable, dict[str, str]], bool]:
    return lambda table, names: _contacts(table, names) and column in names


def _events(table: RegisterTable, names: dict[str, str]) -> bool:
    return "person" in names and any(name in names for name in BEGINNINGS)


def _results(table: RegisterTable, names: dict[str, str]) -> bool:
    return {"value", "unit", "code"} <= set(names)


def _same(rows: Rows) -> pl.DataFrame:
    return rows.frame


def _moved(by: dt.timedelta) -> Change:
    def change(rows: Rows) -> pl.DataFrame:
        name = next(name for name in BEGINNINGS if name in rows.names)
        day = pl.col(rows.names[name]) + by
        return rows.set(**{name: day}, **dict.fromkeys(ENDS))

    return change


def _after_death(rows: Rows) -> pl.DataFrame:
    name = next(name for name in BEGINNINGS if name in rows.names)
    day = rows.died["died_on"] + dt.timedelta(days=_AFTER_DAYS + rows.year % _SPREAD_DAYS)
    return rows.set(**{"person": rows.died["pnr"], name: day}, **dict.fromkeys(ENDS))


def _ends_early(rows: Rows) -> pl.DataFrame:
    day = rows.col(*BEGINNINGS) - dt.timedelta(days=3)
    return rows.set(**dict.fromkeys(ENDS, day))


def _replacement(rows: Rows) -> pl.DataFrame:
    letters = rows.one_of(("VK", "XA", "QT", "ZB"))
    return rows.set(person=rows.col("person").str.slice(0, 6) + letters + pl.lit("17"))


def _rounded(rows: Rows) -> pl.DataFrame:
    return rows.set(contact=rounded(rows.col("contact")))


def rounded(key: pl.Expr) -> pl.Expr:
    """Return digits as they come back from a floating number."""
    return key.cast(pl.Int64).cast(pl.Float64).cast(pl.Int64).cast(pl.String)


def _retracted(rows: Rows) -> pl.DataFrame:
    return rows.set(code=rows.one_of(_RETRACTED_CODES), type="B", retracted="Ja", parent=None)


def _coded(pool: tuple[str, ...]) -> Change:
    return lambda rows: rows.set(code=rows.one_of(pool))


def _valued(pool: tuple[str, ...]) -> Change:
    return lambda rows: rows.set(value=rows.one_of(pool), operator=None)


def _without_prefix(rows: Rows) -> pl.DataFrame:
    return rows.set(code=rows.col("code").str.strip_prefix("D"))


def _value(names: dict[str, str], shape: str) -> pl.Expr:
    return pl.col(names["value"]).str.contains(shape)


def _without_zeros(rows: Rows) -> pl.DataFrame:
    texts = [name for name in _padded(rows.table, rows.names) if rows.frame.schema[name] == pl.String]
    return rows.frame.with_columns(pl.col(name).str.replace("^0+([0-9])", "$1") for name in texts)


def _other_sign(rows: Rows) -> pl.DataFrame:
    value = rows.col("value")
    comma = value.str.contains(",", literal=True)
    other = (
        pl.when(comma)
        .then(value.str.replace(",", ".", literal=True))
        .otherwise(value.str.replace(".", ",", literal=True))
    )
    return rows.set(value=other)


def _sign_before(rows: Rows) -> pl.DataFrame:
    return rows.set(value=rows.col("operator") + rows.col("value"), operator=None)


def _broken(rows: Rows) -> pl.DataFrame:
    wrong = {letter: letter.encode().decode("latin-1") for letter in "æøåÆØÅ"}
    return rows.set(value=rows.col("value").str.replace_many(wrong))


def _padded(table: RegisterTable, names: dict[str, str]) -> list[str]:
    """Return the delivered names of codes of fixed length."""
    return [names[c.name] for c in table.columns if c.pad and c.name in names]


def _starts_with_zero(table: RegisterTable, names: dict[str, str]) -> pl.Expr:
    return pl.any_horizontal(
        pl.col(name).cast(pl.String).str.contains("^0[0-9]").fill_null(False) for name in _padded(table, names)
    )


ADDED: dict[str, Planting] = {
    "duplicate_row": Planting(lambda table, names: True, _same),
    "contact_with_new_key": Planting(_contacts, _same, new_key=True),
    "contact_without_end": Planting(_contacts, lambda rows: rows.set(**dict.fromkeys(ENDS)), new_key=True),
    "contact_without_diagnosis": Planting(_contacts, _same, new_key=True),
    "end_before_start": Planting(_contacts, _ends_early, new_key=True),
    "future_date": Planting(_events, _moved(_AHEAD), new_key=True),
    "date_before_birth": Planting(_events, _moved(_BACK), new_key=True),
    "date_after_death": Planting(_events, _after_death, new_key=True),
    "missing_person_key": Planting(_has("person"), lambda rows: rows.set(person=None), new_key=True),
    "replacement_number": Planting(_has("person"), _replacement, new_key=True),
    "negative_packs": Planting(_has("n_packs"), lambda rows: rows.set(n_packs=-rows.col("n_packs"))),
    "orphan_diagnosis": Planting(_diagnoses, _same, new_key=True),
    "rounded_key": Planting(_diagnoses, _rounded),
    "reused_key": Planting(lambda table, names: _contacts(table, names) or is_diagnoses(table), _same),
    "missing_code": Planting(
        lambda table, names: is_diagnoses(table) or {"code", "n_packs"} <= set(names), lambda rows: rows.set(code=None)
    ),
    "additional_as_main": Planting(_diagnoses, _coded(_ADDITIONAL_CODES)),
    "retracted_diagnosis": Planting(_diagnoses_with("retracted"), _retracted),
    "code_without_prefix": Planting(_diagnoses, _without_prefix),
    "icd8_code": Planting(_diagnoses, _coded(_ICD8_CODES)),
    "older_system_row": Planting(_contacts_with("system"), lambda rows: rows.set(system="LPR2"), new_key=True),
    "nonsense_value": Planting(_results, _valued(_NONSENSE)),
    "cancelled_analysis": Planting(_results, _valued(("Aflyst", "AFLYST"))),
    "missing_unit": Planting(_results, lambda rows: rows.set(unit=None)),
    "wrong_unit": Planting(_results, lambda rows: rows.set(unit="g/24h")),
    "implausible_value": Planting(_results, lambda rows: rows.set(value="99999")),
    "local_code": Planting(_results, lambda rows: rows.set(code="LOK00417")),
}  # fmt: skip

CHANGED: dict[str, Planting] = {
    "leading_zero_lost": Planting(
        lambda table, names: bool(_padded(table, names)), _without_zeros, fits=_starts_with_zero
    ),
    "decimal_sign": Planting(_results, _other_sign, fits=lambda table, names: _value(names, "[.,]")),
    "sign_in_value": Planting(
        lambda table, names: _results(table, names) and "operator" in names, _sign_before,
        fits=lambda table, names: pl.col(names["operator"]).is_in(["<", ">"]) & _value(names, _NUMBER),
    ),
    "broken_letters": Planting(_results, _broken, fits=lambda table, names: _value(names, "[ÆØÅæøå]")),
}  # fmt: skip
