"""A study: where its tables lie, and which of them the one who opened it may touch.

The only shell: every other room takes and returns frames. Opened as a stage, a study reads and writes exactly
what dvc.yaml lists for that stage; opened plainly, as in a notebook, it reads what a researcher may see and
writes nothing.
"""

import errno
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
import yaml

from evidens.contracts import check_table, find_contract
from evidens.foundation import EvidensError, Fault, StageLog, build_settings, track
from evidens.study.catalog import Declaration, StudyError, Table, load_catalog, load_declaration
from evidens.study.engine import EngineSettings, count_workers, run_buckets
from evidens.study.groups import GROUPS, settings_class

Result = TypeVar("Result")

PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ROW_GROUP = 250_000  # fixed, so that the same rows always give the same bytes
PHASE_TABLES = ("members", "labels", "dense_features", "count_features", "predictions")
NOTEBOOK_ZONES = ("aggregate", "release")


class SealedError(StudyError):
    """A table of a phase that has not been opened was asked for."""


@dataclass(frozen=True)
class StudySettings:
    """The resolved settings of a study, built when asked for.

    `study.settings("protocol")`, or with a name where there are several: `study.settings("cohort", "type_2_diabetes")`.
    """

    root: Path
    folder: str
    check: Callable[[str], None]

    def __call__(self, group: str, name: str | None = None) -> Any:
        """Build the settings of `group` (and `name`) from the file that compose_settings wrote."""
        path = self.path(f"{group}/{name}" if name else group)
        place = path.relative_to(self.root).as_posix()
        return build_settings(settings_class(group), yaml.safe_load(path.read_text(encoding="utf-8")), place=place)

    def path(self, stem: str) -> Path:
        """Return the file of one group, such as "protocol" or "cohort/type_2_diabetes", once reading it is allowed."""
        where = f"{self.folder}/{stem}.yaml"
        self.check(where)
        if not (self.root / where).exists():
            known = ", ".join(GROUPS)
            raise StudyError(
                Fault(where, "no such settings file.", f"Run `dvc repro compose_settings`; groups: {known}.")
            )
        return self.root / where


@dataclass(frozen=True)
class Study:
    """The tables of one study. Build it with `Study.open`."""

    root: Path
    catalog: Mapping[str, Table]
    stage: str | None = None
    declared: Declaration | None = None
    log: StageLog = field(default_factory=lambda: StageLog("notebook"))

    @classmethod
    def open(cls, root: Path | str = ".", *, stage: str | None = None, **item: str) -> "Study":
        """Open the study at `root`.

        Parameters
        ----------
        root : path
            The folder that holds dvc.yaml and conf/; a notebook below it may leave it out.
        stage : str, optional
            The running stage of dvc.yaml. Without it the study is read-only and shows what a researcher may
            see: the aggregate and release zones, and people in development and in opened phases.
        **item : str
            The stage's matrix values, such as `outcome="type_2_diabetes"`.

        Raises
        ------
        StudyError
            If there is no study at `root` or above it.
        """
        home = find_root(Path(root))
        declared = load_declaration(home, stage, item) if stage else None
        label = "@".join([stage, "-".join(item.values())]) if stage and item else stage
        return cls(home, load_catalog(home), stage, declared, StageLog(label or "notebook"))

    @property
    def settings(self) -> StudySettings:
        """The resolved settings, restricted to what the stage declares."""
        return StudySettings(self.root, self.catalog["settings"].dir, self._check_readable)

    @property
    def names(self) -> dict[str, list[str]]:
        """`outcomes` and `models` of the study; a stage reads them as settings, so that DVC knows of it."""
        if self.declared is not None:
            named = self.settings("names")
            return {"outcomes": list(named.outcomes), "models": list(named.models)}
        return yaml.safe_load((self.root / "conf" / "study.yaml").read_text(encoding="utf-8"))

    # Reading ------------------------------------------------------------------------------------------------------

    def folder(self, table: str, *parts: str) -> Path:
        """Return the folder of `table` (or of the part of it named by `parts`), once reading it is allowed."""
        where = self._where(table, parts)
        self._check_readable(where)
        self._check_seal(table, parts)
        return self.root / where

    def scan(self, table: str, *parts: str, bucket: int | None = None) -> pl.LazyFrame:
        """Lazily read `table`, the part of it named by `parts` (an outcome, a phase), or one bucket of that."""
        files = self._files(table, parts, bucket)
        try:
            return pl.scan_parquet(files)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise _unreadable(self._where(table, parts), error) from error

    def read(self, table: str, *parts: str, bucket: int | None = None) -> pl.DataFrame:
        """Read what `scan` describes into memory."""
        try:
            return self.scan(table, *parts, bucket=bucket).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise _unreadable(self._where(table, parts), error) from error

    def buckets(self, table: str, *parts: str) -> list[int]:
        """Numbers of the buckets of `table`, in order."""
        files = self.folder(table, *parts).rglob("bucket-*.parquet")
        return sorted({int(path.stem.removeprefix("bucket-")) for path in files})

    def map_buckets(
        self, function: Callable[..., Result], **tables: tuple[str, ...] | str
    ) -> Iterator[tuple[int, Result]]:
        """Yield (bucket, `function(frame, ...)`) for every bucket, in order, on the study's engine.

        Parameters
        ----------
        function : callable
            Pure; takes one frame per keyword of `tables` and returns what the caller keeps of a bucket.
        **tables : str or tuple of str
            The table (and parts) whose bucket is given to `function` under that keyword. All have the buckets
            of the first one.
        """
        wanted = {key: (where,) if isinstance(where, str) else where for key, where in tables.items()}
        first = next(iter(wanted.values()))
        numbers = self.buckets(*first)
        largest = max(
            (
                sum(f.stat().st_size for where in wanted.values() for f in self._files(where[0], where[1:], b))
                for b in numbers
            ),
            default=0,
        )

        def work(bucket: int) -> Result:
            return function(**{key: self.read(*where, bucket=bucket) for key, where in wanted.items()})

        results = run_buckets(work, numbers, n_workers=count_workers(self._engine(), bucket_bytes=largest))
        yield from zip(numbers, track(results, what=f"{first[0]}: buckets", total=len(numbers)), strict=True)

    def run_in_order(self, function: Callable[[Any], Result], items: Sequence[Any]) -> Iterator[Result]:
        """Yield `function(item)` in the order of `items`, several at a time on the study's engine."""
        workers = count_workers(self._engine(), bucket_bytes=0)
        yield from run_buckets(lambda number: function(items[number]), range(len(items)), n_workers=workers)

    # Writing ------------------------------------------------------------------------------------------------------

    def write(self, table: str, *parts: str, frame: pl.DataFrame, bucket: int | None = None) -> None:
        """Write `frame` as `table`, as the part named by `parts`, or as one bucket of that.

        The file appears whole or not at all, and the same rows always give the same bytes.

        Raises
        ------
        StudyError
            If the stage may not write there, or the disk is full.
        evidens.contracts.ContractError
            If the frame breaks the table's contract.
        """
        folder = self.out_folder(table, *parts)
        contract = self.catalog[table].contract
        if contract:
            frame = check_table(frame, find_contract(contract), place="/".join([table, *parts]))
        name = "part" if bucket is None else f"bucket-{bucket:04d}"
        write_parquet(frame, folder / f"{name}.parquet")
        self.log.count(frame.height)

    def out_folder(self, table: str, *parts: str) -> Path:
        """Return the folder that the stage may write `table` (or part of it) into, made if need be."""
        where = self._where(table, parts)
        if self.declared is None or not _covers(self.declared.outs, where):
            raise StudyError(
                Fault(
                    where,
                    f"may not be written by {self.stage or 'a notebook'}.",
                    "List it under the stage's outs in dvc.yaml.",
                )
            )
        folder = self.root / where
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    # What may be touched ------------------------------------------------------------------------------------------

    def _where(self, table: str, parts: tuple[str, ...]) -> str:
        if table not in self.catalog:
            raise StudyError(
                Fault("conf/catalog.yaml", f"no table '{table}'.", f"It has {', '.join(sorted(self.catalog))}.")
            )
        for part in parts:
            if not PLAIN_NAME.fullmatch(part):
                raise StudyError(
                    Fault(table, "a part of a table is a plain name, without a path.", "Name it as it is.")
                )
        return "/".join([self.catalog[table].dir, *parts])

    def _files(self, table: str, parts: tuple[str, ...], bucket: int | None) -> list[Path]:
        folder = self.folder(table, *parts)
        pattern = "**/*.parquet" if bucket is None else f"**/bucket-{bucket:04d}.parquet"
        files = sorted(folder.glob(pattern))
        if not files:
            raise StudyError(Fault(self._where(table, parts), "no such table yet.", "Run `dvc repro`."))
        return files

    def _check_readable(self, where: str) -> None:
        if self.declared is not None:
            if not _covers(self.declared.deps | self.declared.outs, where):
                raise StudyError(
                    Fault(where, f"may not be read by {self.stage}.", "List it under the stage's deps in dvc.yaml.")
                )
            return
        zone = next((t.zone for t in self.catalog.values() if _covers(frozenset([t.dir]), where)), None)
        if zone not in NOTEBOOK_ZONES and not any(where.startswith(self.catalog[t].dir + "/") for t in PHASE_TABLES):
            raise StudyError(
                Fault(
                    where,
                    f"lies in the zone '{zone}', which a notebook may not read.",
                    "Read tables of the aggregate and release zones, or of people in an opened phase.",
                )
            )

    def _check_seal(self, table: str, parts: tuple[str, ...]) -> None:
        """Of people, a notebook sees development and opened phases; a stage sees what dvc.yaml lists."""
        if self.declared is not None or table not in PHASE_TABLES:
            return
        from evidens.study.phases import is_open

        if len(parts) < 2 or not is_open(self, outcome=parts[0], phase=parts[1]):
            raise SealedError(
                Fault(
                    "/".join([table, *parts]),
                    "names no phase that is open.",
                    "Ask for one phase; a sealed one opens when the gates before it pass.",
                )
            )

    def _engine(self) -> EngineSettings:
        path = self.root / "build" / "runtime" / "engine.yaml"
        if not path.exists():
            return EngineSettings(kind="local", n_workers=1, memory_budget_mb=1000)
        return build_settings(EngineSettings, yaml.safe_load(path.read_text(encoding="utf-8")), place=str(path.name))


def find_root(start: Path) -> Path:
    """Return the folder at or above `start` that holds a study."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "dvc.yaml").exists() and (folder / "conf" / "catalog.yaml").exists():
            return folder
    raise StudyError(
        Fault(start.name, "no study here or above.", "Open the folder that holds dvc.yaml and conf/catalog.yaml.")
    )


def write_parquet(frame: pl.DataFrame, path: Path, *, statistics: bool = True) -> None:
    """Write `frame` so that it appears at `path` whole or not at all, in fixed row groups.

    Parameters
    ----------
    frame : polars.DataFrame
    path : Path
    statistics : bool
        Whether to note the least and largest value of every column: a sixth of the cost, and of use only to who
        reads a part of the rows.

    Raises
    ------
    StudyError
        If the disk is full or the place cannot be written; nothing is left behind.
    """
    with appear_whole(path) as scratch:
        frame.write_parquet(  # however the rows are held in memory, the bytes are the same
            scratch, statistics=statistics, row_group_size=ROW_GROUP, compression="zstd", compression_level=1
        )


@contextmanager
def appear_whole(path: Path) -> Iterator[Path]:
    """Give a place to write to, and move what was written there to `path` when all went well.

    Raises
    ------
    StudyError
        If the disk is full or the place cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".partial")
    try:
        yield scratch
        scratch.replace(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        if _error_number(error) in NO_ROOM:
            fault = Fault(path.name, "there is no room on the disk.", "Make room and run `dvc repro` again.")
            raise StudyError(fault) from error
        raise StudyError(
            Fault(path.name, f"cannot be written ({type(error).__name__}).", "Check the folder.")
        ) from error
    finally:
        scratch.unlink(missing_ok=True)


def _error_number(error: Exception) -> int | None:
    """Find the operating system's error number: an attribute of Python's errors, words in those of polars."""
    told = re.search(r"os error (\d+)", str(error))
    return getattr(error, "errno", None) or (int(told[1]) if told else None)


def _covers(declared: frozenset[str], where: str) -> bool:
    return any(where == path or where.startswith(f"{path}/") for path in declared)


def _unreadable(where: str, error: Exception) -> EvidensError:
    return StudyError(
        Fault(
            where, f"cannot be read as Parquet ({type(error).__name__}).", "Remove the file and run `dvc repro` again."
        )
    )
