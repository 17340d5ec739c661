"""Bring the segments of one bucket of people up to date: read its units, take them in, write what became of them.

While everything that a segment's bucket rests on stays the same, it is left as it is: so a run that was interrupted
goes on, and a new year of a register rewrites nothing old.
"""

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import polars as pl

from evidens.contracts import check_table
from evidens.events import Event, Person, Residence, Run
from evidens.foundation import digest_file
from evidens.registers import (
    PEOPLE_TABLES,
    SOURCES,
    RegisterSettings,
    RegisterTable,
    SegmentIntake,
    Source,
    Window,
    add_accounts,
    intake_people,
    intake_register,
    lives_by_year,
)
from evidens.study.parquet_files import write_parquet
from evidens.study.receipts import PEOPLE, Folders, Receipt, write_receipt
from evidens.study.unit_rows import PIECE_ROWS, UnitBucket, UnitRows, people_of, read_days, year_key
from evidens.study.units import UNDATED

_NEVER = -(2**62)
LAYOUT = 1  # of segments and receipts; another number builds all of them anew


@dataclass(frozen=True)
class Basis:
    """What every segment rests on beside its rows."""

    settings: RegisterSettings
    delivery: str
    data_lock_on: dt.date
    key: str
    n_buckets: int
    code: str

    @cached_property
    def digest(self) -> str:
        """Of all of it but the lock, and the shares that only decide whether a run stops."""
        settings = replace(self.settings, max_quarantined_share={"other": 1.0})
        parts = (LAYOUT, settings, self.delivery, self.key, self.n_buckets, self.code)
        return _digest(repr(part) for part in parts)


@dataclass(frozen=True)
class BucketWork:
    """One bucket to be brought up to date: small, and the same wherever it is worked on.

    Parameters
    ----------
    bucket : int
    files : tuple of UnitBucket
        Of all units, those of this bucket.
    tables : tuple of str
        Names of the delivered tables.
    basis : Basis
    folders : Folders
    """

    bucket: int
    files: tuple[UnitBucket, ...]
    tables: tuple[str, ...]
    basis: Basis
    folders: Folders
    paths: tuple[Path, ...] = field(default=(), init=False)  # its rows are read piece by piece

    def read(self, people: object) -> "BucketWork":
        """Give itself to `take_in_bucket`."""
        return self


class BucketDone(NamedTuple):
    """What comes back from a bucket: receipts by segment, rows written, and how many segments were built."""

    receipts: dict[str, Receipt]
    n_rows: int
    n_built: int


def take_in_bucket(work: BucketWork) -> BucketDone:
    """Bring persons, residence and all segments of one bucket up to date.

    However often it is done, wherever, and after whatever interruption: the same files with the same bytes.

    Raises
    ------
    StudyError
        If a unit cannot be read, or there is no room on the disk; what is finished stays.
    evidens.contracts.ContractError
        If what a register became breaks its contract.
    """
    desk = _Desk(work)
    first_on = desk.take_in_people().first_on
    window = Window(dt.date.fromisoformat(first_on) if first_on else None, work.basis.data_lock_on)
    persons = pl.read_parquet(work.folders.files(PEOPLE, work.bucket)["persons"])
    for source in SOURCES.values():
        if any(table.name in work.tables for table in source.tables):
            stale = desk.find_stale(source, persons, window)
            for years in batches(stale):
                desk.take_in_years(source, years, persons, window)
    return BucketDone(desk.receipts, desk.n_rows, desk.n_built)


def divide(source: Source, files: Sequence[UnitBucket]) -> Iterator[tuple[int | None, list[UnitBucket]]]:
    """Yield the years of a register, with the files that have rows of each; of one without years, None with all."""
    own = [file for file in files if file.table in source.names]
    if source.day is None:
        yield None, own
        return
    for key in sorted({key for file in own for key in file.years}):
        yield None if key == UNDATED else int(key), [file for file in own if key in file.years]


def batches(stale: Sequence["Stale"]) -> Iterator[list["Stale"]]:
    """Put years together that have few rows: what is done with rows costs something however few they are."""
    batch: list[Stale] = []
    for year in stale:
        if batch and sum(each.n_rows for each in batch) + year.n_rows > PIECE_ROWS:
            yield batch
            batch = []
        batch.append(year)
    if batch:
        yield batch


class Stale(NamedTuple):
    """A segment that is to be built: its year, the files with rows of it, how many, and what it rests on."""

    year: int | None
    files: list[UnitBucket]
    n_rows: int
    rests_on: str


class _Desk:
    """Takes in one bucket, segment by segment, and collects the receipts."""

    def __init__(self, work: BucketWork) -> None:
        self.work, self.basis, self.folders = work, work.basis, work.folders
        self.writer = secrets.token_hex(4)  # a cluster that takes a worker for lost gives its bucket to another
        self.receipts: dict[str, Receipt] = {}
        self.n_rows = self.n_built = 0

    def take_in_people(self) -> Receipt:
        """Bring persons and residence of the bucket up to date."""
        population, *_ = PEOPLE_TABLES
        names = [table.name for table in PEOPLE_TABLES]
        files = [file for file in self.work.files if file.table in names]
        rests_on = self._rests_on(PEOPLE, files, self.basis.data_lock_on)
        receipt = self.folders.find(PEOPLE, self.work.bucket)
        if receipt and receipt.rests_on == rests_on:
            self.receipts[PEOPLE] = receipt
            return receipt
        self.folders.forget(PEOPLE, self.work.bucket)
        days = read_days(files, population)
        window = Window(min(days, default=None), self.basis.data_lock_on)
        calendar = [day for day in days if day <= self.basis.data_lock_on]
        parts = [
            intake_people(tables, self.basis.settings, window=window, snapshots_on=calendar)
            for tables in UnitRows(list(PEOPLE_TABLES), files).pieces()
        ]
        written = {
            "persons": check_table(pl.concat(part.persons for part in parts), Person, place="persons"),
            "residence": check_table(pl.concat(part.residence for part in parts), Residence, place="residence"),
        }
        return self._finish(
            PEOPLE, written, rests_on=rests_on, fingerprint=rests_on,
            account=add_accounts(part.account for part in parts), quarantined=[part.quarantined for part in parts],
            first_on=window.first_on.isoformat() if window.first_on else None,
        )  # fmt: skip

    def find_stale(self, source: Source, persons: pl.DataFrame, window: Window) -> list[Stale]:
        """Return the segments of a register that do not rest on what they rested on; keep the others' receipts."""
        stale = []
        for year, files in divide(source, self.work.files):
            segment = source.segment(year)
            rests_on = self._rests_on(segment, files, source.window(year, window))
            receipt = self.folders.find(segment, self.work.bucket)
            if receipt and receipt.rests_on == rests_on:
                rows = UnitRows(self._tables(source), files, day=source.day, years=[year]).people()
                lives = lives_by_year(source, persons, rows).get(year)
                if receipt.fingerprint == _sign(rests_on, [lives]):
                    self.receipts[segment] = receipt
                    continue
            n_rows = sum(file.years[year_key(year)] if source.day else file.rows for file in files)
            stale.append(Stale(year, files, n_rows, rests_on))
        return stale

    def take_in_years(self, source: Source, stale: Sequence[Stale], persons: pl.DataFrame, window: Window) -> None:
        """Build some years of a register, or the whole of one that is not divided by years."""
        for segment in stale:
            self.folders.forget(source.segment(segment.year), self.work.bucket)
        files = list({file.path: file for segment in stale for file in segment.files}.values())
        rows = UnitRows(self._tables(source), files, day=source.day, years=[segment.year for segment in stale])
        parts: dict[int | None, list[SegmentIntake]] = defaultdict(list)
        lives: dict[int | None, list[pl.DataFrame]] = defaultdict(list)
        for piece in rows.pieces():
            known = lives_by_year(source, persons, people_of(piece, source.day))
            done = intake_register(source, piece, persons, window=window, settings=self.basis.settings,
                                   delivery=self.basis.delivery)  # fmt: skip
            for segment in stale:
                lives[segment.year] += [known[segment.year]] if segment.year in known else []
                parts[segment.year] += [done[segment.year]] if segment.year in done else []
        for segment in stale:
            self._finish_segment(source.segment(segment.year), segment.rests_on, lives[segment.year],
                                 parts[segment.year])  # fmt: skip

    def _finish_segment(
        self, segment: str, rests_on: str, lives: Sequence[pl.DataFrame], parts: Sequence[SegmentIntake]
    ) -> None:
        events = pl.concat(part.events for part in parts) if parts else pl.DataFrame()
        if events.height:
            events = check_table(events, Event, place=f"events/{segment}")
        self._finish(
            segment, {"events": events} if events.height else {}, rests_on=rests_on,
            fingerprint=_sign(rests_on, lives), account=add_accounts(part.account for part in parts),
            quarantined=[part.quarantined for part in parts],
        )  # fmt: skip

    def _tables(self, source: Source) -> list[RegisterTable]:
        return [table for table in (*source.tables, *source.beside) if table.name in self.work.tables]

    def _rests_on(self, segment: str, files: Iterable[UnitBucket], also: object) -> str:
        return _digest(
            [self.basis.digest, segment, repr(also), *sorted(f"{file.table} {file.sha256}" for file in files)]
        )

    def _finish(
        self, segment: str, written: Mapping[str, pl.DataFrame], *, rests_on: str, fingerprint: str,
        account: pl.DataFrame, quarantined: Sequence[Mapping[str, pl.DataFrame]], first_on: str | None = None,
    ) -> Receipt:  # fmt: skip
        """Write what the segment's bucket became, and then the receipt."""
        paths, files = self.folders.files(segment, self.work.bucket), {}
        for name, frame in written.items():
            write_parquet(frame, paths[name], writer=self.writer)
            files[name] = Run(frame.height, paths[name].stat().st_size, digest_file(paths[name]))
            self.n_rows += frame.height
        bad = sorted({table for part in quarantined for table, rows in part.items() if rows.height})
        for table in bad:
            rows = pl.concat(part[table] for part in quarantined if table in part).sort(pl.all())
            place = self.folders.quarantined(segment, table, self.work.bucket)
            write_parquet(rows, place, statistics=False, writer=self.writer)
        receipt = Receipt(rests_on, fingerprint, files, list(account.iter_rows()), bad, first_on)
        write_receipt(receipt, self.folders.receipt(segment, self.work.bucket), writer=self.writer)
        self.n_built += 1
        self.receipts[segment] = receipt
        return receipt


def _digest(parts: Iterable[str]) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()


def _sign(rests_on: str, lives: Sequence[pl.DataFrame | None]) -> str:
    """Fingerprint of a segment's bucket: of what it rests on, and of births and deaths of its people, in order."""
    told = sha256(rests_on.encode())
    numbers = pl.all().to_physical().cast(pl.Int64).fill_null(_NEVER)
    for part in lives:
        if part is not None:  # row by row, so that it is the same however people are divided into pieces
            told.update(part.select(numbers).to_numpy(order="c").tobytes())
    return told.hexdigest()
