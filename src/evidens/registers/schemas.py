"""Check the columns of all delivered files before a single row is read, and stop once with everything found."""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath

import polars as pl

from evidens.foundation import Fault, Faults
from evidens.registers.contract import Kind, RegisterError, RegisterTable

_YEAR = re.compile(r"[_-]?(?:19|20)\d{2}(?:[_-]?\w+)?$")
_PLAIN = re.compile(r"(?!.*\d{6})[A-Za-z_ÆØÅæøå]\w*")


def is_accepted(kind: Kind, dtype: pl.DataType) -> bool:
    """Whether the normaliser can read a column of `kind` from values of `dtype`."""
    is_text = isinstance(dtype, pl.String | pl.Categorical | pl.Enum)
    if dtype == pl.Null:
        return True
    if kind in ("contact", "course"):
        return is_text or dtype.is_integer()  # 16-18 digits: a floating number has rounded them
    if kind in ("date", "datetime"):
        return is_text or dtype.is_numeric() or dtype in (pl.Date, pl.Datetime)
    if kind == "time":
        return is_text or dtype.is_numeric() or dtype in (pl.Time, pl.Datetime)
    return is_text or dtype.is_numeric()


def is_plain_name(name: str) -> bool:
    """Whether a column's name looks like one; anything else may be a value, and is never printed.

    >>> [is_plain_name(name) for name in ("c_diag", "ÅR", "010150-1234", "p0101501234", "DE 119", "")]
    [True, True, False, False, False, False]
    """
    return _PLAIN.fullmatch(name) is not None


def find_delivered(columns: Iterable[str], table: RegisterTable) -> dict[str, str]:
    """Return the delivered name of each logical column that is there; letter case does not matter."""
    lower = {name.lower(): name for name in columns}
    found = {}
    for column in table.columns:
        if alias := next((a for a in column.aliases if a in lower), None):
            found[column.name] = lower[alias]
    return found


def faults_of_schema(place: str, schema: Mapping[str, pl.DataType], table: RegisterTable) -> list[Fault]:
    """Return what is wrong with the columns of one file."""
    faults = []
    delivered = find_delivered(schema, table)
    for column in table.columns:
        usual = column.aliases[0]
        if column.name not in delivered:
            if column.required:
                faults.append(Fault(place, f"no column '{usual}' ({column.purpose}).", "Ask for it; accepted names: "
                                    f"{', '.join(column.aliases)}."))  # fmt: skip
        elif not is_accepted(column.kind, dtype := schema[delivered[column.name]]):
            found = f"column '{delivered[column.name]}' is {_type(dtype)}, which is no {column.kind}."
            faults.append(Fault(place, found,
                                "Have it delivered as text; keys lose digits as floating numbers."))  # fmt: skip
    known = {a for column in table.columns for a in column.aliases} | set(table.unused)
    for position, name in enumerate(schema, start=1):
        if not is_plain_name(name):
            faults.append(Fault(place, f"the name of column {position} is no plain name, and not shown here.",
                                "Have it delivered under a name of letters, digits and underscores."))  # fmt: skip
        elif name.lower() not in known:
            near = difflib.get_close_matches(name.lower(), known, n=1)
            meant = f"Did the delivery mean '{near[0]}'? " if near else ""
            faults.append(Fault(place, f"unknown column '{name}'.",
                                f"{meant}Leave it out of the delivery, or list it in registers/{table.register}/"
                                "contract.py with its purpose, or as unused."))  # fmt: skip
    folded = [name.lower() for name in schema]
    for name in sorted({name for name in folded if folded.count(name) > 1 and is_plain_name(name)}):
        faults.append(Fault(place, f"column '{name}' is there twice, in different letter case.", "Keep one."))
    return faults


def _type(dtype: pl.DataType) -> str:
    """Return the name of a type without what it is made of, such as the categories of an Enum."""
    return str(dtype).partition("(")[0]


def table_of(stem: str, tables: Mapping[str, RegisterTable]) -> RegisterTable | None:
    """Return the table that a file belongs to by its name, without folder and ending; None if none.

    >>> from evidens.registers import TABLES
    >>> table_of("lab_dm_forsker_2018", TABLES).name, table_of("BEF2018", TABLES).name
    ('lab_dm_forsker', 'bef')
    """
    base = _YEAR.sub("", stem.lower())
    return next((table for table in tables.values() if base in (table.name, *table.aliases)), None)


def check_schemas(
    files: Mapping[str, Mapping[str, pl.DataType]],
    tables: Mapping[str, RegisterTable],
    *,
    needed: Iterable[frozenset[str]],
    exclusive: Iterable[tuple[frozenset[str], frozenset[str]]] = (),
) -> None:
    """Check the columns of every file of a delivery.

    Parameters
    ----------
    files : mapping of str to polars.Schema or mapping
        Label of each file (its path, used in messages and for the table's name) and its columns with types.
    tables : mapping of str to RegisterTable
        The tables that are known.
    needed : iterable of frozenset of str
        Alternatives of which one table at least must be there.
    exclusive : iterable of pairs of frozenset of str
        Shapes of the same register that may not both be there.

    Raises
    ------
    RegisterError
        With all faults of all files.
    """
    faults = Faults()
    present: set[str] = set()
    for label, schema in sorted(files.items()):
        table = table_of(PurePath(label).stem, tables)
        if table is None:
            remedy = f"Remove the file, or name it <table>_<year>; tables: {', '.join(tables)}."
            faults.add(label, "no table has this name.", remedy)
            continue
        present.add(table.name)
        faults.found.extend(faults_of_schema(label, schema, table))
    for alternatives in needed:
        if not alternatives & present:
            names = " or ".join(sorted(alternatives))
            faults.add("delivery", f"no file of {names}.", "Ask for it; the intake needs it.")
    for one, other in exclusive:
        if one & present and other & present:
            rows = "contact" if any(tables[name].column_of("contact") for name in one | other) else "answer"
            faults.add("delivery", f"{', '.join(sorted((one | other) & present))} are two shapes of the same {rows}s.",
                       f"Keep one shape: together they would count every {rows} twice.")  # fmt: skip
    faults.stop(RegisterError)
