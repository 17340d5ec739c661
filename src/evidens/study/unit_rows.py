"""The pseudonymised rows of one bucket's segment, read from the files of many units, in pieces of whole people."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evidens.foundation import Fault
from evidens.registers import RegisterTable, pseudonymised_schema, year_of
from evidens.study.catalog import StudyError
from evidens.study.units import UNDATED

_WHOSE = pl.Schema({"person_id": pl.Int64(), "year": pl.Int32()})
PIECE_ROWS = 500_000  # rows that are worked on at a time: memory is bounded, and what is worked on stays in the cache


@dataclass(frozen=True)
class UnitBucket:
    """One bucket of one part of a unit: its file, its digest, its rows, and these by year where they are divided so."""

    table: str
    path: Path
    rows: int
    sha256: str
    years: Mapping[str, int]


class UnitRows:
    """The rows of one bucket's segment.

    Parameters
    ----------
    tables : sequence of RegisterTable
        Those to be read; ones without a file are empty.
    files : sequence of UnitBucket
        With rows of the segment; of other years too, perhaps.
    day : str, optional
        Column of the day that decides which year a row is of; without it every row is wanted.
    years : sequence of int or None
        Years that are wanted; None with a `day` stands for rows without one.
    """

    def __init__(
        self, tables: Sequence[RegisterTable], files: Sequence[UnitBucket], *, day: str | None = None,
        years: Sequence[int | None] = (None,),
    ) -> None:  # fmt: skip
        self.schemas = {table.name: pseudonymised_schema(table) for table in tables}
        self.day, self.years = day, years
        self.files: dict[str, list[UnitBucket]] = defaultdict(list)
        for file in files:
            self.files[file.table].append(file)
        keys = {year_key(year) for year in years}
        self.has_others = day is not None and any(set(file.years) - keys for file in files)
        self.n_rows = sum(sum(file.years.get(key, 0) for key in keys) if day else file.rows for file in files)

    def pieces(self) -> Iterator[dict[str, pl.DataFrame]]:
        """Yield the rows by table, of so many people at a time that they are few; at least once."""
        n_pieces = max(1, -(-self.n_rows // PIECE_ROWS))
        width = 2**63 // n_pieces  # pseudonyms are spread evenly
        person, is_here = pl.col("person_id"), None
        for number in range(n_pieces):
            if n_pieces > 1:
                is_here = person >= number * width
                is_here = is_here if number == n_pieces - 1 else is_here & (person < (number + 1) * width)
            yield {name: self._read(name, is_here) for name in self.schemas}

    def people(self) -> pl.DataFrame:
        """Return person_id and year of the rows, each pair at least once."""
        asked = [self._scan(name).select(*_whose(self.day)).unique() for name in self.files]
        return _collect(pl.concat([pl.LazyFrame(schema=_WHOSE), *asked]))

    def _read(self, name: str, is_here: pl.Expr | None) -> pl.DataFrame:
        if not self.files[name]:
            return pl.DataFrame(schema=self.schemas[name])
        rows = self._scan(name)
        return _collect(rows if is_here is None else rows.filter(is_here))

    def _scan(self, name: str) -> pl.LazyFrame:
        """Scan the rows of one table; of files with rows of other years too, only those of the wanted ones."""
        rows = pl.scan_parquet([file.path for file in self.files[name]], glob=False)
        if not self.has_others:
            return rows
        return rows.filter(year_of(pl.col(str(self.day))).is_in(list(self.years), nulls_equal=True))


def people_of(rows: Mapping[str, pl.DataFrame], day: str | None) -> pl.DataFrame:
    """Return person_id and year of rows by table, each pair at least once; the year is null where there is no `day`."""
    asked = [frame.select(*_whose(day if day in frame.columns else None)) for frame in rows.values()]
    return pl.concat([pl.DataFrame(schema=_WHOSE), *asked])


def year_key(year: int | None) -> str:
    """Return how a unit notes a year."""
    return UNDATED if year is None else str(year)


def _whose(day: str | None) -> list[pl.Expr]:
    year = pl.lit(None, dtype=pl.Int32) if day is None else year_of(pl.col(day))
    return [pl.col("person_id"), year.alias("year")]


def read_days(files: Sequence[UnitBucket], table: RegisterTable) -> list[dt.date]:
    """Return the days of the population register, each once, in order; rows from before a birth say nothing."""
    is_born = pl.col("snapshot_on") >= pl.col("born_on")
    day = pl.col("snapshot_on")
    scans = [pl.scan_parquet(file.path).filter(is_born).select(day.unique())
             for file in files if file.table == table.name]  # fmt: skip
    days = pl.concat([pl.LazyFrame(schema={"snapshot_on": pl.Date()}), *scans])
    return _collect(days.select(day.unique().sort()))["snapshot_on"].to_list()


def _collect(rows: pl.LazyFrame) -> pl.DataFrame:
    try:
        return rows.collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        finding = f"a unit cannot be read as Parquet ({type(error).__name__})."
        raise StudyError(Fault("pseudonymised", finding, "Run `dvc repro --force pseudonymise`.")) from error
