"""What a delivery is like, and what will become of it: found before a run, and told without a single value.

Counts below five are told as "<5". Names of files, tables and columns are told; values never.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import polars as pl

from evidens.foundation import Fault
from evidens.registers import lab, lpr3
from evidens.registers.contract import Kind, RegisterError, RegisterTable
from evidens.registers.lab.coverage import count_months, coverage_of_months
from evidens.registers.physical import read_delivered
from evidens.registers.schemas import find_delivered, table_of
from evidens.registers.settings import RegisterSettings
from evidens.registers.signs import Sign, count_signs, signs_of

SMALLEST_TOLD = 5
_QUARTERLY_FROM, _LABORATORIES_COMPLETE = 2008, 2016
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}")
_PERIOD = re.compile(r"^(?P<base>.*?)[_-]?(?P<year>(?:19|20)\d{2})(?:[_-]?(?P<part>\w+))?$")
# Tables that hold the same rows in another shape: of these sets, one is delivered.
_SHAPES = (
    tuple(frozenset(table.name for table in tables) for tables in (lpr3.TABLES_A, lpr3.TABLES_F)),
    (frozenset({"vnds"}), frozenset({"vnds_ind", "vnds_ud"})),
    tuple(frozenset({table.name}) for table in lab.TABLES),
)


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
    """Files that hold the same rows, or may: the same period twice, or a year and a part of it."""

    id: str
    table: str
    year: int | None
    files: tuple[str, ...]
    what: str
    handling: str


@dataclass(frozen=True)
class Met:
    """A trap or defect that rows of one table have, in one column where that is told; `share` is that of all rows."""

    id: str
    what: str
    table: str
    n_rows: int
    n_files: int
    handling: str
    column: str = ""
    share: float | None = None

    @property
    def place(self) -> str:
        """Table, and column if there is one."""
        return f"{self.table}.{self.column}" if self.column else self.table

    @property
    def is_quarantined(self) -> bool:
        """Whether such rows go into quarantine."""
        return self.handling.startswith("quarantined")


@dataclass(frozen=True)
class Note:
    """What the choice of tables and years alone tells."""

    id: str
    what: str
    handling: str


@dataclass
class DeliveryCheck:
    """What was found; `is_accepted` where names and types of files and columns are.

    `absent` are tables that are not there, `other_shapes` those whose rows are there in another shape; `unread` are
    files of no known format; `warnings` say what may stop a run later.
    """

    name: str
    rows: bool = True
    files: list[DeliveredFile] = field(default_factory=list)
    tables: list[TableFacts] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    other_shapes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    met: list[Met] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def n_rows(self) -> int | str:
        """All rows, as they may be told: those of the tables that are told, and no file of another name."""
        return tell_total(facts.n_rows for facts in self.tables)

    @property
    def is_accepted(self) -> bool:
        """Whether nothing was found that stops the intake."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """Return the content as it is printed, of plain types."""
        return {
            "delivery": self.name,
            "is_accepted": self.is_accepted,
            "rows_were_read": self.rows,
            "n_files": len(self.files),
            "n_rows": self.n_rows,
            "files_not_read": self.unread,
            "tables": [vars(facts) | {"n_rows": tell(facts.n_rows)} for facts in self.tables],
            "absent_tables": self.absent,
            "tables_of_another_shape": self.other_shapes,
            "overlaps": [vars(overlap) for overlap in self.overlaps],
            "met": [vars(met) | {"n_rows": tell(met.n_rows)} for met in self.met],
            "notes": [vars(note) for note in self.notes],
            "warnings": [vars(warning) for warning in self.warnings],
            "faults": [vars(fault) for fault in self.faults],
        }


def tell(n_rows: int) -> int | str:
    """Return a count as it may be told.

    >>> tell(0), tell(4), tell(5)
    (0, '<5', 5)
    """
    return f"<{SMALLEST_TOLD}" if 0 < n_rows < SMALLEST_TOLD else n_rows


def tell_total(counts: Iterable[int]) -> int | str:
    """Return the sum of the counts that are told, with a plus where others are left out: no difference gives one away.

    >>> tell_total([1_200, 0]), tell_total([1_200, 3]), tell_total([3]), tell_total([3, 4])
    (1200, '1,200+', '<5', '<5')
    """
    counts = list(counts)
    told = [n for n in counts if tell(n) == n]
    if len(told) == len(counts):
        return sum(told)
    return f"{sum(told):,}+" if any(told) else tell(1)


class SignCounts:
    """Adds up the signs of all batches of all files."""

    def __init__(self, tables: Mapping[str, RegisterTable], settings: RegisterSettings) -> None:
        self.tables, self.signs = tables, signs_of(settings)
        self.n_rows: Counter[str] = Counter()
        self.months: list[pl.DataFrame] = []
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
        self.n_rows[table.name] += batch.height
        if {"laboratory", "sampled_on"} <= set(reading.logical.columns):
            self.months.append(count_months(reading.logical))
        for sign, n_rows in count_signs(reading, table, self.signs).items():
            self.rows[table.name, sign] += n_rows
            self.files[table.name, sign].add(path)

    def met(self) -> list[Met]:
        """Return what was met: quarantined first, then dropped, then kept; each by number and table."""
        found = [
            Met(sign.id, sign.what, table, n_rows, len(self.files[table, sign]), sign.handling, sign.column,
                round(n_rows / self.n_rows[table], 4) if tell(n_rows) == n_rows else None)
            for (table, sign), n_rows in self.rows.items()
        ]  # fmt: skip
        fates = ("quarantined", "dropped", "kept")
        return sorted(found, key=lambda met: (fates.index(met.handling.partition(":")[0]), met.id[0] != "L",
                                              int(met.id[1:]), met.what, met.table, met.column))  # fmt: skip

    def laboratories(self) -> list[int]:
        """Return the first covered year of every laboratory; months of too few results to be told are no beginning."""
        if not self.months:
            return []
        covered = coverage_of_months(self.months, smallest=SMALLEST_TOLD)
        covered = covered.drop_nulls(["laboratory", "covered_from_on"])
        return sorted(covered["covered_from_on"].dt.year())

    def warnings(self, limits: Mapping[str, float]) -> list[Fault]:
        """Return the tables of which more rows than allowed have signs of quarantine; hidden counts are left out."""
        n_bad: Counter[str] = Counter()
        for (table, sign), n_rows in self.rows.items():
            if sign.fate == "quarantined" and tell(n_rows) == n_rows:
                n_bad[table] += n_rows
        found = []
        for table, n_rows in sorted(n_bad.items()):
            share, allowed = n_rows / self.n_rows[table], limits.get(table, limits["other"])
            if share > allowed:
                finding = f"{share:.2%} of the rows have signs of quarantine, and {allowed:.2%} may go there."
                found.append(Fault(table, finding, "Look at them before a run, which may stop (setting "
                                                   "max_quarantined_share)."))  # fmt: skip
        return found


def describe_tables(files: Iterable[DeliveredFile], tables: Mapping[str, RegisterTable]) -> list[TableFacts]:
    """Describe what is delivered of each table, in the order of the contracts; files of no table are left out."""
    by_table = _by_table(files, tables)
    return [_describe(table, by_table[name]) for name, table in tables.items() if name in by_table]


def find_absent(present: Iterable[str], tables: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the tables that are not delivered, and those of them whose rows are, in another shape."""
    present = set(present)
    missing = sorted(set(tables) - present)
    others = {name for shapes in _SHAPES for shape in shapes if not shape & present
              and any(other & present for other in shapes) for name in shape}  # fmt: skip
    return [name for name in missing if name not in others], [name for name in missing if name in others]


def find_overlaps(files: Iterable[DeliveredFile], tables: Mapping[str, RegisterTable]) -> list[Overlap]:
    """Find files of one period of a table, years beside their parts, and a period in a folder with a date."""
    overlaps = []
    for name, own in _by_table(files, tables).items():
        again = "rows delivered twice count once"
        if tables[name].has_contacts:
            again += ", contacts in the version with the latest end"
        periods: dict[tuple[int | None, str, str], list[str]] = defaultdict(list)
        for file in own:
            year, part, base = _period_of(file.path)
            periods[year, part, base].append(file.path)
        for (year, _, _), same in periods.items():
            if len(same) > 1:
                overlaps.append(Overlap("D05", name, year, tuple(sorted(same)), "the same period again", again))
        for (year, part, base), whole in periods.items():
            parts = [path for (y, p, b), paths in periods.items() if p and (y, b) == (year, base) for path in paths]
            if not part and year is not None and parts:
                what = "a year and parts of it: rows may be there twice"
                overlaps.append(Overlap("D04", name, year, tuple(sorted([*whole, *parts])), what, again))
        for year, part in sorted({(y, p) for y, p, _ in periods if y is not None}):
            same = [paths[0] for (y, p, _), paths in periods.items() if (y, p) == (year, part)]
            if len(same) > 1 and any(_YEAR.search(str(PurePath(path).parent)) for path in same):
                what = "one period under two names, in a folder with a date: rows may be there twice"
                overlaps.append(Overlap("D05", name, year, tuple(sorted(same)), what, again))
    return overlaps


def _period_of(path: str) -> tuple[int | None, str, str]:
    """Return year, part of the year and name before it, of a file's name."""
    stem = PurePath(path).stem.lower()
    if (found := _PERIOD.match(stem)) is None:
        return None, "", stem
    return int(found["year"]), found["part"] or "", found["base"]


def find_notes(
    facts: Iterable[TableFacts], *, files: Iterable[DeliveredFile] = (), laboratories: Sequence[int] = ()
) -> list[Note]:
    """Say what has to be known of the tables and years that are there.

    Parameters
    ----------
    facts : iterable of TableFacts
    files : iterable of DeliveredFile
        For names that are other names of a table.
    laboratories : sequence of int
        First covered year of each laboratory, where rows were read.
    """
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
    if "lpr3" in by_register and not any(PurePath(file.path).stem.lower().startswith("priv_") for file in files):
        notes.append(Note(
            "L1", "contacts of private hospitals before LPR3 come as files priv_*, which are not there",
            "rows of MiniPAS inside LPR3 do not stand for them: they are left out with the older rows; ask for priv_*",
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
            "LAB1", f"laboratories joined one after the other, the last in 2015{_of_here(laboratories)}",
            "a missing result before says where someone lived, not how they were",
        ))  # fmt: skip
    return notes


def _of_here(laboratories: Sequence[int]) -> str:
    if not laboratories:
        return ""
    first, last = min(laboratories), max(laboratories)
    when = f"in {first}" if first == last else f"between {first} and {last}"
    return f"; here {len(laboratories)}, whose results begin {when}"


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
