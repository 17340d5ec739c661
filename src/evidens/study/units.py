"""Units of the pseudonymised zone: each delivered file by itself, by person bucket, with a note of what it rests on.

`pseudonymised/<table>/<unit>/bucket-0003.parquet`, and what comes after the first millions of rows of a file in
`part-001/`, `part-002/`. A unit is there when its note `unit.json` is there, which is written last.
"""

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path, PurePath

import polars as pl

from evidens.foundation import Fault, digest_file
from evidens.registers import year_of
from evidens.study.catalog import StudyError
from evidens.study.parquet_files import appear_whole, write_parquet

NOTE = "unit.json"
PART_ROWS = 4_000_000  # rows of a unit in memory before they are written out
UNDATED = "undated"
_PLAIN = re.compile(r"[A-Za-z0-9_]+")
_REMEDY = "Run `dvc repro pseudonymise`."


@dataclass(frozen=True)
class UnitFile:
    """One bucket of one part of a unit.

    Parameters
    ----------
    bucket, rows : int
    sha256 : str
        Of the file.
    years : mapping of str to int
        Rows by year of their own day, or "undated"; empty for tables that are not divided by years.
    """

    bucket: int
    rows: int
    sha256: str
    years: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Unit:
    """What is noted of one pseudonymised file.

    Parameters
    ----------
    table, name : str
        Where it lies.
    fingerprint : str
        Of everything that it was made from; keyed, so that it says nothing about the delivered bytes.
    key : str
        Identity of the project's key.
    n_buckets : int
    files : mapping of str to UnitFile
        By path below the unit.
    account : tuple of rows
        Contract `contracts.evidence:RowAccount`: where the rows of the delivered file went.
    quarantined : tuple of str
        Names of the files with its rows that stayed in the raw zone.
    """

    table: str
    name: str
    fingerprint: str
    key: str
    n_buckets: int
    files: Mapping[str, UnitFile]
    account: tuple[tuple[str, str, str, str, int], ...]
    quarantined: tuple[str, ...] = ()


def unit_name(path: PurePath) -> str:
    """Return the name of the unit of a delivered file, from its path below the delivery.

    >>> unit_name(PurePath("lab/lab_dm_forsker_2018.parquet"))
    'lab-lab_dm_forsker_2018'

    Of another kind of file, and where another path could have the same name, a digest stands behind it.
    """
    parts = path.with_suffix("").parts
    if path.suffix == ".parquet" and all(_PLAIN.fullmatch(part) for part in parts):
        return "-".join(parts)
    plain = re.sub(r"[^A-Za-z0-9_]", "_", "-".join(parts))
    return f"{plain}-{sha256(path.as_posix().encode()).hexdigest()[:8]}"


def read_unit(folder: Path) -> Unit | None:
    """Return the note of the unit in `folder`; None where there is none that can be read: it is not finished."""
    try:
        noted = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        files = {name: UnitFile(**file) for name, file in noted.pop("files").items()}
        account = tuple(tuple(row) for row in noted.pop("account"))
        return Unit(files=files, account=account, quarantined=tuple(noted.pop("quarantined")), **noted)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def is_whole(unit: Unit, folder: Path, quarantine: Path) -> bool:
    """Whether every file of `unit` is there with the bytes that were written, and its rows in quarantine are there."""
    return all((quarantine / name).exists() for name in unit.quarantined) and all(
        (folder / name).exists() and digest_file(folder / name) == file.sha256 for name, file in unit.files.items()
    )


def list_units(root: Path) -> list[Unit]:
    """Return all units below `root`, by table and name.

    Raises
    ------
    StudyError
        Where one is not finished, or units are of different keys or numbers of buckets.
    """
    found = [(folder, read_unit(folder)) for folder in sorted(root.glob("*/*"))]
    units = [unit for _, unit in found if unit is not None]
    unfinished = [folder for folder, unit in found if unit is None]
    faults = [
        Fault(f"{folder.parent.name}/{folder.name}", f"is no unit: it has no {NOTE}.", _REMEDY) for folder in unfinished
    ]
    if len({unit.key for unit in units}) > 1:
        finding = "units were made with different keys: a person would be several."
        faults.append(Fault(root.name, finding, f"Remove those of the other study. {_REMEDY}"))
    if len({unit.n_buckets for unit in units}) > 1:
        faults.append(Fault(root.name, "units have different numbers of buckets.", _REMEDY))
    if not units and not faults:
        faults.append(Fault(root.name, "no pseudonymised table.", _REMEDY))
    if faults:
        raise StudyError(*faults)
    return units


def drop_others(root: Path, wanted: Iterable[tuple[str, str]]) -> None:
    """Remove what lies below `root` and is none of the units `wanted`, by table and name."""
    kept = {root / table / name for table, name in wanted}
    for path in [*root.glob("*/*"), *root.glob("*")]:
        if path not in kept and path not in {folder.parent for folder in kept}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


class UnitWriter:
    """Divides the rows of one unit among person buckets, and writes them in parts of bounded size."""

    def __init__(self, folder: Path, *, n_buckets: int, day: str | None) -> None:
        self.folder, self.n_buckets, self.day = folder, n_buckets, day
        self.parts: list[pl.DataFrame] = []
        self.files: dict[str, UnitFile] = {}
        self.n_parts = 0
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)

    def add(self, rows: pl.DataFrame) -> None:
        """Take rows with a `person_id`; write when enough have come together."""
        self.parts.append(rows)
        if sum(part.height for part in self.parts) >= PART_ROWS:
            self._write()

    def finish(self, **noted: object) -> Unit:
        """Write the rest, and the note of the unit with what else there is to say; return it."""
        self._write()
        unit = Unit(files=self.files, n_buckets=self.n_buckets, **noted)  # type: ignore[arg-type]
        with appear_whole(self.folder / NOTE) as scratch:
            scratch.write_text(json.dumps(asdict(unit), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return unit

    def _write(self) -> None:
        """Write what has come together: one file per bucket that has a row."""
        rows = pl.concat(self.parts) if self.parts else pl.DataFrame({"person_id": []})
        self.parts.clear()
        if rows.is_empty():
            return
        bucket = rows["person_id"] % self.n_buckets
        years = self._years(rows, bucket)
        place = Path(f"part-{self.n_parts:03d}" if self.n_parts else "")
        for number in sorted(bucket.unique()):
            name = (place / f"bucket-{number:04d}.parquet").as_posix()
            here = rows.filter(bucket == number)
            write_parquet(here, self.folder / name, statistics=False)
            self.files[name] = UnitFile(number, here.height, digest_file(self.folder / name), years.get(number, {}))
        self.n_parts += 1

    def _years(self, rows: pl.DataFrame, bucket: pl.Series) -> dict[int, dict[str, int]]:
        """Count the rows of every bucket by the year of their day."""
        if self.day is None:
            return {}
        counts = rows.select(year=year_of(pl.col(self.day)), bucket=bucket).group_by("bucket", "year").len()
        found: dict[int, dict[str, int]] = {}
        for number, year, n_rows in counts.sort("bucket", "year", nulls_last=True).iter_rows():
            found.setdefault(number, {})[UNDATED if year is None else str(year)] = n_rows
        return found
