"""What a delivery is made of: its files and tables, what is absent, and what is there twice."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import polars as pl

from evidens.registers import lab, lpr3
from evidens.registers.contract import Kind, RegisterTable
from evidens.registers.schemas import find_delivered, table_of

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
