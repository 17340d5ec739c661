"""What a delivery is like, and what will become of it: found before a run, and told without a single value.

Counts below five are told as "<5". Names of files, tables and columns are told; values never.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import polars as pl

from evidens.foundation import Fault
from evidens.registers.contract import Kind, RegisterError, RegisterTable
from evidens.registers.physical import read_delivered
from evidens.registers.schemas import find_delivered, table_of
from evidens.registers.signs import Sign, count_signs

SMALLEST_TOLD = 5
_QUARTERLY_FROM, _LABORATORIES_COMPLETE = 2008, 2016
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}")


@dataclass(frozen=True)
class DeliveredFile:
    """One file: its path below the delivery, format, rows, and columns with types."""

    path: str
    format: str
    n_rows: int
    schema: Mapping[str, pl.DataType]

    @property
    def year(self) -> int | None:
        """The year in the file's name, if there is one."""
        found = _YEAR.findall(PurePath(self.path).stem)
        return int(found[0]) if found else None


@dataclass(frozen=True)
class TableFacts:
    """What is delivered of one table.

    Parameters
    ----------
    register, table : str
    n_files, n_rows : int
    years, gaps : tuple of int
        Years with a file, and years between them without.
    formats : tuple of str
    variants : tuple of str
        How names and types of columns differ from the usual ones, with the number of files where not all do.
    missing : tuple of str
        Columns that may be absent and are, with the number of files where it is not all.
    """

    register: str
    table: str
    n_files: int
    n_rows: int
    years: tuple[int, ...]
    gaps: tuple[int, ...]
    formats: tuple[str, ...]
    variants: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Overlap:
    """Files that hold the same rows, or may."""

    id: str
    table: str
    year: int
    files: tuple[str, ...]
    handling: str


@dataclass(frozen=True)
class Met:
    """A trap or defect that rows of one table have."""

    id: str
    what: str
    table: str
    n_rows: int
    n_files: int
    handling: str


@dataclass(frozen=True)
class Note:
    """What the choice of tables and years alone tells."""

    id: str
    what: str
    handling: str


@dataclass
class DeliveryCheck:
    """What was found; `is_accepted` where the delivery can be taken in."""

    name: str
    files: list[DeliveredFile] = field(default_factory=list)
    tables: list[TableFacts] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    met: list[Met] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        """Whether nothing was found that stops the intake."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """Return the content as it is printed, of plain types."""
        return {
            "delivery": self.name,
            "is_accepted": self.is_accepted,
            "n_files": len(self.files),
            "n_rows": tell(sum(file.n_rows for file in self.files)),
            "tables": [vars(facts) | {"n_rows": tell(facts.n_rows)} for facts in self.tables],
            "absent_tables": self.absent,
            "overlaps": [vars(overlap) for overlap in self.overlaps],
            "met": [vars(met) | {"n_rows": tell(met.n_rows)} for met in self.met],
            "notes": [vars(note) for note in self.notes],
            "faults": [vars(fault) for fault in self.faults],
        }


def tell(n_rows: int) -> int | str:
    """Return a count as it may be told.

    >>> tell(0), tell(4), tell(5)
    (0, '<5', 5)
    """
    return f"<{SMALLEST_TOLD}" if 0 < n_rows < SMALLEST_TOLD else n_rows


class SignCounts:
    """Adds up the signs of all batches of all files."""

    def __init__(self, tables: Mapping[str, RegisterTable]) -> None:
        self.tables = tables
        self.rows: Counter[tuple[str, Sign]] = Counter()
        self.files: dict[tuple[str, Sign], set[str]] = defaultdict(set)

    def add(self, path: str, batch: pl.DataFrame) -> None:
        """Count the signs in rows of one file; a file whose columns break the contract is left to the faults."""
        if (table := table_of(PurePath(path).stem, self.tables)) is None:
            return
        try:
            reading = read_delivered(batch, table)
        except RegisterError:
            return
        for sign, n_rows in count_signs(reading, table).items():
            self.rows[table.name, sign] += n_rows
            self.files[table.name, sign].add(path)

    def met(self) -> list[Met]:
        """Return what was met, by number, table and frequency."""
        found = [
            Met(sign.id, sign.what, table, n_rows, len(self.files[table, sign]), sign.handling)
            for (table, sign), n_rows in self.rows.items()
        ]
        return sorted(found, key=lambda met: (met.id[0] != "L", int(met.id[1:]), met.what, met.table))


def describe_tables(files: Iterable[DeliveredFile], tables: Mapping[str, RegisterTable]) -> list[TableFacts]:
    """Describe what is delivered of each table, in the order of the contracts; files of no table are left out."""
    by_table = _by_table(files, tables)
    return [_describe(table, by_table[name]) for name, table in tables.items() if name in by_table]


def find_overlaps(files: Iterable[DeliveredFile], tables: Mapping[str, RegisterTable]) -> list[Overlap]:
    """Find years of a table that more than one file holds: parts of a year beside the year, and later deliveries."""
    overlaps = []
    for name, own in _by_table(files, tables).items():
        for year in sorted({file.year for file in own if file.year is not None}):
            same = sorted(file.path for file in own if file.year == year)
            if len(same) < 2:
                continue
            again = len({PurePath(path).parent for path in same}) > 1
            handling = "rows delivered twice count once"
            if again and tables[name].has_contacts:
                handling += ", contacts in the version with the latest end"
            overlaps.append(Overlap("D05" if again else "D04", name, year, tuple(same), handling))
    return overlaps


def find_notes(facts: Iterable[TableFacts]) -> list[Note]:
    """Say what has to be known of the tables and years that are there."""
    by_register: dict[str, set[str]] = defaultdict(set)
    years: dict[str, set[int]] = defaultdict(set)
    for one in facts:
        by_register[one.register].add(one.table)
        years[one.table] |= set(one.years)
    notes = []
    if {"lpr2", "lpr3"} <= set(by_register):
        notes.append(Note(
            "L4", "hospital contacts of two systems: a course of visits is one row in LPR2 and many in LPR3",
            "first dates and persons are counted, not rows; each region changes on its day (setting lpr_switch)",
        ))  # fmt: skip
    if "lpr2" in by_register and not any("psyk" in table for table in by_register["lpr2"]):
        notes.append(Note(
            "L10", "LPR2 without the tables of psychiatry, whose contacts lie apart to 2019",
            "ask for them, or depression and dementia seem to begin in 2019",
        ))  # fmt: skip
    if "lpr3" in by_register:
        notes.append(
            Note(
                "L13",
                "contacts are reported late: the last months are not complete",
                "nothing after data_lock_on is used",
            )
        )
    if max(years["bef"], default=0) >= _QUARTERLY_FROM:
        notes.append(
            Note("D40", "the population comes four times a year from 2008: rows are no persons", "rows become spells")
        )
    if min(years["lab_dm_forsker"], default=_LABORATORIES_COMPLETE) < _LABORATORIES_COMPLETE:
        notes.append(Note(
            "LAB1", "laboratories joined one after the other, the last in 2015",
            "a missing result before says where someone lived, not how they were",
        ))  # fmt: skip
    return notes


def _by_table(files: Iterable[DeliveredFile], tables: Mapping[str, RegisterTable]) -> dict[str, list[DeliveredFile]]:
    found = defaultdict(list)
    for file in files:
        if table := table_of(PurePath(file.path).stem, tables):
            found[table.name].append(file)
    return dict(found)


def _describe(table: RegisterTable, files: list[DeliveredFile]) -> TableFacts:
    years = sorted({file.year for file in files if file.year is not None})
    gaps = sorted(set(range(years[0], years[-1] + 1)) - set(years)) if years else []
    return TableFacts(
        register=table.register,
        table=table.name,
        n_files=len(files),
        n_rows=sum(file.n_rows for file in files),
        years=tuple(years),
        gaps=tuple(gaps),
        formats=tuple(sorted({file.format for file in files})),
        variants=tuple(_variants(table, files)),
        missing=tuple(_missing(table, files)),
    )


def _variants(table: RegisterTable, files: list[DeliveredFile]) -> list[str]:
    """Say in how many files names, letter case and types differ from the usual ones."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in files:
        if any(name != name.lower() for name in file.schema):
            found["capitals"].add(file.path)
        delivered = find_delivered(file.schema, table)
        for column in table.columns:
            if (name := delivered.get(column.name)) is None:
                continue
            if name.lower() != column.aliases[0]:
                found[f"{name.lower()} for {column.aliases[0]}"].add(file.path)
            if file.format != "CSV" and (form := _unusual(column.kind, file.schema[name])):
                found[form].add(file.path)
    return [_with_count(what, len(paths), len(files)) for what, paths in sorted(found.items())]


def _unusual(kind: Kind, dtype: pl.DataType) -> str:
    """Return what columns of a kind come as where that is not their usual type."""
    is_text = isinstance(dtype, pl.String | pl.Categorical | pl.Enum)
    if kind in ("date", "datetime") and (is_text or dtype.is_numeric()):
        return "text dates" if is_text else "number dates"
    if kind in ("person", "contact", "course") and dtype.is_numeric():
        return "number keys"
    if kind == "number" and is_text:
        return "text numbers"
    return ""


def _with_count(what: str, n: int, of: int) -> str:
    return what if n == of else f"{what} ({n})"


def _missing(table: RegisterTable, files: list[DeliveredFile]) -> list[str]:
    missing = []
    for column in (column for column in table.columns if not column.required):
        without = sum(column.name not in find_delivered(file.schema, table) for file in files)
        if without:
            missing.append(_with_count(column.aliases[0], without, len(files)))
    return missing


def as_ranges(years: Iterable[int]) -> str:
    """Write years shortly.

    >>> as_ranges([2006, 2007, 2008, 2012])
    '2006-2008, 2012'
    """
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
