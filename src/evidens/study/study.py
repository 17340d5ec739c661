"""A study: where its tables lie, and which of them the one who opened it may touch.

The only shell: every other room takes and returns frames. Opened as a stage, a study reads and writes exactly
what dvc.yaml lists for that stage; opened plainly, as in a notebook, it reads what a researcher may see and
writes nothing.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
import yaml

from evidens.contracts import check_table, find_contract
from evidens.events import BucketEvents, check_store
from evidens.foundation import EvidensError, Fault, StageLog, build_settings
from evidens.study.buckets import Job, Output, Readable, Rows, Runs, Task
from evidens.study.catalog import Declaration, StudyError, Table, load_catalog, load_declaration
from evidens.study.engine import EngineSettings, LocalSettings, count_cores, run_job
from evidens.study.engine_local import run_in_threads
from evidens.study.groups import GROUPS, settings_class
from evidens.study.parquet_files import write_parquet

Item = TypeVar("Item")
Result = TypeVar("Result")
Where = str | tuple[str, ...]  # a table, or a table and parts of it

PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
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
        return sorted(_by_bucket(self.folder(table, *parts)))

    def by_bucket(self, table: str, *parts: str) -> dict[int, Readable]:
        """Give each bucket of `table` in a form that can be sent to another process and read there."""
        return self._inputs((table, *parts), self.buckets(table, *parts))

    def events_of(self, bucket: int) -> BucketEvents:
        """Give the events of one bucket, to be read when asked for."""
        return self._inputs(("events",), [bucket])[bucket].read(None)

    def map_buckets(
        self,
        function: Callable[..., Any],
        *,
        writes: Mapping[str, Where] | None = None,
        keep: Callable[[Any], Any] | None = None,
        **tables: Where,
    ) -> Iterator[tuple[int, Any]]:
        """Yield (bucket, what is kept of `function(...)`) for every bucket, in order, on the study's engine.

        A bucket that is too large for memory is worked on in ranges of people: `function` is called for each,
        what is kept comes once for each, and written frames are put below each other. So what is written should
        be in the order of `person_id`, and what is kept should add up.

        Parameters
        ----------
        function : callable
            Pure, and of a module (or a `functools.partial` of such), since it goes to another process. Takes, per
            keyword of `tables`, the bucket's frame; or its `BucketEvents` where the table is kept in segments.
        writes : mapping of str to table, optional
            Attributes of the result that are frames, each with the table (and parts) whose bucket it becomes.
        keep : callable, optional
            What of the result comes back; default nothing where something is written, else the result.
        **tables : str or tuple of str
            A table (and parts). All have the buckets of the first one.

        Raises
        ------
        StudyError
            If a table may not be touched, or workers die.
        """
        outputs = tuple(self._output(attribute, where) for attribute, where in (writes or {}).items())
        tasks = self._tasks({key: _as_tuple(where) for key, where in tables.items()})
        for task, done in run_job(Job(function, outputs, keep), tasks, self.engine):
            self.log.count(done.n_rows)
            yield from ((task.bucket, kept) for kept in done.kept)

    def run_in_order(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """Yield `function(item)` in the order of `items`, several at a time in threads that share what is in memory."""
        n_workers = self.engine.most_workers if isinstance(self.engine, LocalSettings) else count_cores()
        yield from run_in_threads(function, items, n_workers=n_workers)

    def _tasks(self, tables: Mapping[str, tuple[str, ...]]) -> list[Task]:
        numbers = self.buckets(*next(iter(tables.values())))
        inputs = {key: self._inputs(where, numbers) for key, where in tables.items()}
        return [Task(bucket, {key: inputs[key][bucket] for key in tables}) for bucket in numbers]

    def _inputs(self, where: tuple[str, ...], numbers: Sequence[int]) -> dict[int, Readable]:
        """Say what of a table goes to the function, by bucket."""
        folder = self.folder(*where)
        files = {number: tuple(paths) for number, paths in _by_bucket(folder).items()}
        if self.catalog[where[0]].layout == "segments":  # of events, a bucket may have none
            n_buckets = check_store(folder, content=False).n_buckets
            return {number: Runs(files.get(number, ()), (number, n_buckets)) for number in numbers}
        if not files or not files.keys() >= set(numbers):
            raise _missing(self._where(where[0], where[1:]))
        return {number: Rows(files[number]) for number in numbers}

    def _output(self, attribute: str, where: Where) -> Output:
        table, *parts = _as_tuple(where)
        contract = self.catalog[table].contract if table in self.catalog else None
        return Output(attribute, self.out_folder(table, *parts), "/".join([table, *parts]), contract)

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
            raise _missing(self._where(table, parts))
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

    @property
    def engine(self) -> EngineSettings:
        """Where buckets are worked on: as composed, else in this process; no result depends on it."""
        path = self.root / "build" / "runtime" / "engine.yaml"
        if not path.exists():
            return LocalSettings(n_workers=1)
        return build_settings(EngineSettings, yaml.safe_load(path.read_text(encoding="utf-8")), place=path.name)  # type: ignore[arg-type]


def find_root(start: Path) -> Path:
    """Return the folder at or above `start` that holds a study."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "dvc.yaml").exists() and (folder / "conf" / "catalog.yaml").exists():
            return folder
    raise StudyError(
        Fault(start.name, "no study here or above.", "Open the folder that holds dvc.yaml and conf/catalog.yaml.")
    )


def _as_tuple(where: Where) -> tuple[str, ...]:
    return (where,) if isinstance(where, str) else where


def _by_bucket(folder: Path) -> dict[int, list[Path]]:
    """Files below `folder` by the bucket they hold, each bucket's in the order of their names."""
    found: dict[int, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("bucket-*.parquet")):
        found[int(path.stem.removeprefix("bucket-"))].append(path)
    return found


def _missing(where: str) -> StudyError:
    return StudyError(Fault(where, "no such table yet.", "Run `dvc repro`."))


def _covers(declared: frozenset[str], where: str) -> bool:
    return any(where == path or where.startswith(f"{path}/") for path in declared)


def _unreadable(where: str, error: Exception) -> EvidensError:
    return StudyError(
        Fault(
            where, f"cannot be read as Parquet ({type(error).__name__}).", "Remove the file and run `dvc repro` again."
        )
    )
