"""Take in a delivery: from pseudonymised units to the event store, persons and residence."""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from evidens.contracts import RowAccount, schema_of
from evidens.events import Manifest, Run, write_manifest
from evidens.events.manifest import MANIFEST
from evidens.foundation import Fault
from evidens.registers import SOURCES, account_of, add_accounts, check_accounts
from evidens.study.buckets import Job, Task
from evidens.study.catalog import StudyError
from evidens.study.code_digest import digest_code
from evidens.study.engine import run_job
from evidens.study.receipts import Folders, Receipt
from evidens.study.row_accounts import as_account, report_account
from evidens.study.segments import Basis, BucketDone, BucketWork, take_in_bucket
from evidens.study.study import Study
from evidens.study.unit_rows import PIECE_ROWS, UnitBucket
from evidens.study.units import Unit, list_units

ROW_MB = 1.5e-3  # of memory that a row takes while a piece is worked on, at the most


def take_in_delivery(study: Study) -> pl.DataFrame:
    """Bring the event store, persons and residence up to date with the units; return the account of all rows.

    What does not rest on anything that changed is left as it is, byte for byte; what rests on nothing any more is
    removed. What is there in the end is what a run from nothing gives.

    Raises
    ------
    StudyError
        If the units are not finished, not of one key, or not of the study's number of buckets.
    evidens.registers.AccountError
        When all rows are accounted for: naming every table with more rows in quarantine than
        `max_quarantined_share` allows.
    """
    root = study.folder("pseudonymised")
    units = list_units(root)
    basis = _basis_of(study, units[0])
    folders = Folders(*(study.out_folder(name) for name in ("events", "persons", "residence", "intake_quarantine")))
    tables = tuple(sorted({unit.table for unit in units}))
    files: dict[int, list[UnitBucket]] = defaultdict(list)
    for unit in units:
        for name, file in unit.files.items():
            path = root / unit.table / unit.name / name
            files[file.bucket].append(UnitBucket(unit.table, path, file.rows, file.sha256, file.years))
    tasks = [_as_task(bucket, files[bucket], tables, basis, folders) for bucket in range(basis.n_buckets)]
    (folders.events / MANIFEST).unlink(missing_ok=True)  # until all is done, the store is none
    done: dict[int, BucketDone] = {}
    for task, result in run_job(Job(take_in_bucket), tasks, study.engine):
        [done[task.bucket]] = result.kept
        study.log.count(done[task.bucket].n_rows)
    _drop_others(folders, done)
    write_manifest(_manifest_of(basis, done), folders.events)
    n_segments = sum(len(made.receipts) for made in done.values())
    n_built = sum(made.n_built for made in done.values())
    study.log.say(f"{n_segments:,} buckets of segments, of which {n_segments - n_built:,} as they were")
    account = report_account(study, _account_of(done, tables))
    check_accounts(account, max_quarantined_share=study.settings("registers").max_quarantined_share)
    return account


def _basis_of(study: Study, unit: Unit) -> Basis:
    delivery = study.settings("delivery")
    if unit.n_buckets != delivery.n_buckets:
        finding = f"the units have {unit.n_buckets} buckets, and the delivery's settings {delivery.n_buckets}."
        raise StudyError(Fault("pseudonymised", finding, "Run `dvc repro pseudonymise`."))
    return Basis(
        study.settings("registers"), delivery.name, delivery.data_lock_on, unit.key, unit.n_buckets, digest_code(study)
    )


def _as_task(bucket: int, files: Sequence[UnitBucket], tables: tuple[str, ...], basis: Basis, folders: Folders) -> Task:
    """Return the work on one bucket, and what it takes: a piece of rows and the events of the largest segment."""
    largest = max((sum(file.rows for file in files if file.table in source.names) for source in SOURCES.values()),
                  default=0)  # fmt: skip
    work = BucketWork(bucket, tuple(files), tables, basis, folders)
    size = sum(file.path.stat().st_size for file in files)
    return Task(bucket, {"work": work}, disk_bytes=size, need_mb=ROW_MB * min(PIECE_ROWS, largest))


def _manifest_of(basis: Basis, done: Mapping[int, BucketDone]) -> Manifest:
    runs: dict[str, dict[int, Run]] = defaultdict(dict)
    for bucket, made in done.items():
        for segment, receipt in made.receipts.items():
            if "events" in receipt.files:
                runs[segment][bucket] = receipt.files["events"]
    return Manifest(basis.n_buckets, basis.key, {name: runs[name] for name in sorted(runs)})


def _account_of(done: Mapping[int, BucketDone], tables: Iterable[str]) -> pl.DataFrame:
    """Add up the receipts; a delivered table without a row has an account, too."""
    every: list[Receipt] = [receipt for made in done.values() for receipt in made.receipts.values()]
    nothing = [account_of("intake", name, n_in=0, n_kept=0, left_out=[]) for name in tables]
    return add_accounts([pl.DataFrame(schema=schema_of(RowAccount)), *nothing,
                         *(as_account(receipt.account) for receipt in every)])  # fmt: skip


def _drop_others(folders: Folders, done: Mapping[int, BucketDone]) -> None:
    """Remove what is there and in no receipt: of segments and buckets that are none any more, or of another store."""
    receipts = {(name, bucket): receipt for bucket, made in done.items() for name, receipt in made.receipts.items()}
    kept = {folders.receipt(*place) for place in receipts}
    kept |= {folders.files(*place)[name] for place, receipt in receipts.items() for name in receipt.files}
    for folder in (folders.events, folders.persons, folders.residence):
        for path in [path for path in folder.rglob("*") if path.is_file() and path not in kept]:
            path.unlink()
    for path in [path for path in folders.quarantine.rglob("*") if path.is_file()]:
        receipt = path if path.suffix == ".json" else path.parent.parent / f"{path.stem}.json"
        if receipt not in kept:
            path.unlink()
    for folder in (folders.events, folders.quarantine):
        for place in sorted(folder.rglob("*"), reverse=True):
            if place.is_dir() and not any(place.iterdir()):
                shutil.rmtree(place)
