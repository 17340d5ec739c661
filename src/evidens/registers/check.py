"""What a delivery is like, and what will become of it: found before a run, and told without a single value.

Counts below five are told as "<5". Names of files, tables and columns are told; values never.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from evidens.foundation import Fault
from evidens.registers.check_rows import Met, SignCounts
from evidens.registers.check_tables import (
    DeliveredFile,
    Overlap,
    TableFacts,
    describe_tables,
    find_absent,
    find_overlaps,
)
from evidens.registers.check_telling import as_ranges, tell, tell_total

_QUARTERLY_FROM, _LABORATORIES_COMPLETE = 2008, 2016


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


__all__ = [
    "DeliveredFile",
    "DeliveryCheck",
    "Met",
    "Note",
    "Overlap",
    "SignCounts",
    "TableFacts",
    "as_ranges",
    "describe_tables",
    "find_absent",
    "find_notes",
    "find_overlaps",
    "tell",
    "tell_total",
]
