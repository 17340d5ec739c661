"""What the rows of a delivery show: signs of traps and defects, counted over all batches of all files."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import polars as pl

from evidens.foundation import Fault
from evidens.registers.check_telling import SMALLEST_TOLD, tell
from evidens.registers.contract import RegisterError, RegisterTable
from evidens.registers.lab.coverage import count_months, coverage_of_months
from evidens.registers.physical import read_delivered
from evidens.registers.schemas import table_of
from evidens.registers.settings import RegisterSettings
from evidens.registers.signs import Sign, count_signs, signs_of


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
