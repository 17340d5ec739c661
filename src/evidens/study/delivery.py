"""Deliveries: list one, pseudonymise it, take it in. The only place that opens files of the raw zone."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from evidens.foundation import Fault, Faults, track
from evidens.study import formats
from evidens.study.catalog import StudyError
from evidens.study.study import Study, write_parquet

if TYPE_CHECKING:
    from evidens.privacy import PseudonymMap
    from evidens.registers import PseudonymisedBatch, RegisterTable

MANIFEST = "manifest.json"
BATCH_ROWS = 1_000_000  # rows of a delivered file in memory at a time
SEGMENT_ROWS = 4_000_000  # rows of a table in memory before they are written out


def write_manifest(folder: Path, *, kind: str) -> int:
    """List the data files below `folder`, at any depth, with rows and SHA-256; return how many there are.

    The manifest is what DVC sees of a delivery: no stage ever writes to a real one.

    Raises
    ------
    StudyError
        Naming every file that cannot be read, or is of no known format.
    """
    files, faults = {}, Faults()
    for path in track(formats.find_files(folder), what="listing files"):
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = {"rows": formats.count_rows(path), "sha256": digest_file(path)}
        except StudyError as error:
            faults.found.extend(Fault(name, fault.finding, fault.remedy) for fault in error.faults)
    faults.found.extend(formats.faults_of_unread(folder))
    faults.stop(StudyError)
    content = {"delivery": folder.name, "kind": kind, "files": files}
    (folder / MANIFEST).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return len(files)


def digest_file(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a delivery, and check that the files are the ones it lists.

    Raises
    ------
    StudyError
        If there is none, or naming every file that is missing or has other bytes.
    """
    path = folder / MANIFEST
    if not path.exists():
        raise StudyError(
            Fault(f"{folder.name}/{MANIFEST}", "no such file.", f"Run `evidens manifest data/raw/{folder.name}`.")
        )
    manifest, faults = json.loads(path.read_text(encoding="utf-8")), Faults()
    if not manifest["files"]:
        faults.add(
            f"{folder.name}/{MANIFEST}",
            "the delivery holds no files.",
            "Lay them in <register>/<table>_<year>, as .parquet, .sas7bdat or .csv.",
        )
    for name, listed in manifest["files"].items():
        if not (folder / name).exists():
            faults.add(name, "is listed in the manifest and missing.", "Restore it, or list the delivery anew.")
        elif digest_file(folder / name) != listed["sha256"]:
            faults.add(name, "is corrupt or was changed: its SHA-256 is not the listed one.",
                       "Restore it, or list the delivery anew.")  # fmt: skip
    faults.stop(StudyError)
    return manifest


def pseudonymise_delivery(study: Study) -> pl.DataFrame:
    """Write every table of the chosen delivery with pseudonyms, by person bucket; return the account of rows.

    One register after another: tables with a person key come first; tables that know their person only through
    a contact (diagnoses) follow, once every contact of their register is known. Rows that cannot be
    pseudonymised stay in the raw zone with their reason.

    Raises
    ------
    evidens.registers.AccountError
        When all rows are accounted for: naming every table with more rows in quarantine than
        `max_quarantined_share` allows.
    """
    from evidens.privacy import PseudonymMap, key_for
    from evidens.registers import (
        LINK_TABLES,
        TABLES,
        add_accounts,
        check_accounts,
        check_delivery,
        pseudonymise_batch,
        read_number_links,
        table_of,
    )

    delivery = study.settings("delivery")
    limits = study.settings("registers").max_quarantined_share
    folder = study.folder("raw", delivery.name, MANIFEST).parent
    names = list(read_manifest(folder)["files"])
    check_delivery({name: formats.delivered_schema(folder / name) for name in names})
    seed = study.settings("simulation").seed if delivery.kind == "simulated" else None
    key = key_for(delivery, world_seed=seed, forbidden_roots=(study.root,))
    study.log.say(f"key {key.identity}")
    link_files = [folder / name for name in names if table_of(Path(name).stem, LINK_TABLES)]
    numbers = read_number_links(
        (rows for path in link_files for rows in formats.read_batches(path, BATCH_ROWS)),
        simulated=delivery.kind == "simulated",
        settings=study.settings("pseudonyms"),
    )
    pseudonymise = partial(
        pseudonymise_batch,
        current=numbers.current,
        persons=PseudonymMap(key, "person"),
        simulated=delivery.kind == "simulated",
        settings=study.settings("pseudonyms"),
    )
    accounts: list[pl.DataFrame] = [numbers.account] if link_files else []
    if numbers.quarantined.height:
        write_parquet(numbers.quarantined, study.out_folder("raw_quarantine") / "number_links.parquet")
    registers: dict[str, dict[RegisterTable, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for name in names:
        if table := table_of(Path(name).stem, TABLES):  # check_delivery has stopped at a file of no table
            registers[table.register][table].append(folder / name)
    for register in sorted(registers):
        contacts = PseudonymMap(key, "contact")
        accounts += _pseudonymise_register(
            study, registers[register], partial(pseudonymise, contacts=contacts), contacts
        )
    study.out_folder("raw_quarantine")
    account = _report(study, add_accounts(accounts))
    check_accounts(account, max_quarantined_share=limits)
    return account


def _pseudonymise_register(
    study: Study,
    paths: Mapping["RegisterTable", list[Path]],
    pseudonymise: Callable[..., "PseudonymisedBatch"],
    contacts: "PseudonymMap",
) -> list[pl.DataFrame]:
    """Write the tables of one register, and return the accounts of their batches.

    Notes
    -----
    What grows with the delivery is held for one register at a time: of each contact its pseudonym and its
    person's. Keys of contacts are watched for equal pseudonyms within a file.
    """
    from evidens.registers import add_year_of_file, link_contacts

    accounts: list[pl.DataFrame] = []
    links: list[pl.DataFrame] = []
    known = None
    folder = study.folder("raw", study.settings("delivery").name, MANIFEST).parent
    for table in sorted(paths, key=lambda table: (table.is_linked, table.name)):
        if table.is_linked and known is None:
            known = link_contacts(links)
            links.clear()
        writer = BucketWriter(study, table.name, n_buckets=study.settings("delivery").n_buckets)
        for path, batch, number in read_batches(paths[table]):
            if number == 0:
                contacts.forget()
            done = pseudonymise(add_year_of_file(batch, table, path.name), table, links=known)
            writer.add(done.kept)
            accounts.append(done.account)
            links.append(done.links)
            if done.quarantined.height:
                name = "-".join(path.relative_to(folder).parts)  # a file may come twice, in two folders
                write_parquet(done.quarantined, study.out_folder("raw_quarantine") / f"{name}-{number:03d}.parquet")
        writer.finish()
    return accounts


def read_batches(paths: list[Path]) -> Iterator[tuple[Path, pl.DataFrame, int]]:
    """Yield (file, rows, number of the batch within the file), a bounded number of rows at a time."""
    for path in track(paths, what=f"{paths[0].parent.name}: files"):
        for number, rows in enumerate(formats.read_batches(path, BATCH_ROWS)):
            yield path, rows, number


class BucketWriter:
    """Divides a table's rows among person buckets and writes them in segments of bounded size."""

    def __init__(self, study: Study, table: str, *, n_buckets: int) -> None:
        self.study, self.table, self.n_buckets = study, table, n_buckets
        self.parts: list[pl.DataFrame] = []
        self.n_segments = 0

    def add(self, rows: pl.DataFrame) -> None:
        """Take rows with a `person_id`; write when enough have come together."""
        self.parts.append(rows)
        if sum(part.height for part in self.parts) >= SEGMENT_ROWS:
            self.finish()

    def finish(self) -> None:
        """Write what has come together: one file per bucket, also where it is empty."""
        if not self.parts:
            return
        rows = pl.concat(self.parts)
        bucket = rows["person_id"] % self.n_buckets
        for number in range(self.n_buckets):
            self.study.write("pseudonymised", self.table, f"segment-{self.n_segments:03d}",
                             bucket=number, frame=rows.filter(bucket == number))  # fmt: skip
        self.parts, self.n_segments = [], self.n_segments + 1


def take_in_delivery(study: Study) -> pl.DataFrame:
    """Write events, persons and residence by bucket; return the account of rows."""
    from evidens.registers import add_accounts, check_accounts, intake_bucket

    delivery = study.settings("delivery")
    settings = study.settings("registers")
    folder = study.folder("pseudonymised")
    names = sorted(path.name for path in folder.iterdir())

    def take_in(**tables: pl.DataFrame) -> Any:
        return intake_bucket(tables, settings, delivery=delivery.name, data_lock_on=delivery.data_lock_on)

    accounts = []
    for bucket, part in study.map_buckets(take_in, **{name: ("pseudonymised", name) for name in names}):
        study.write("events", bucket=bucket, frame=part.events)
        study.write("persons", bucket=bucket, frame=part.persons)
        study.write("residence", bucket=bucket, frame=part.residence)
        for table, rows in part.quarantined.items():
            study.write("intake_quarantine", table, bucket=bucket, frame=rows)
        accounts.append(part.account)
    study.out_folder("intake_quarantine")
    account = _report(study, add_accounts(accounts))
    check_accounts(account, max_quarantined_share=settings.max_quarantined_share)
    return account


def _report(study: Study, account: pl.DataFrame) -> pl.DataFrame:
    """Say per table how many rows came and went, and return the account."""
    by_fate = account.group_by("table", "fate").agg(pl.col("n_rows").sum())
    for table in sorted(set(account["table"])):
        rows = dict(by_fate.filter(table=table).select("fate", "n_rows").iter_rows())
        study.log.say(f"{table}: {rows.get('in', 0):,} rows in = {rows.get('kept', 0):,} kept + "
                      f"{rows.get('dropped', 0):,} dropped + {rows.get('quarantined', 0):,} quarantined")  # fmt: skip
    return account
