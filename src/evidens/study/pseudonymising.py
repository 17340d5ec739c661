"""Pseudonymise a delivery, file by file. The only place that opens files of the raw zone for what is in them."""

import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from evidens.foundation import track
from evidens.study import formats
from evidens.study.code_digest import digest_code
from evidens.study.delivery import MANIFEST, read_manifest
from evidens.study.parquet_files import write_parquet
from evidens.study.row_accounts import as_account, report_account
from evidens.study.study import Study
from evidens.study.units import Unit, UnitWriter, drop_others, is_whole, read_unit, unit_name

if TYPE_CHECKING:
    from evidens.privacy import ProjectKey
    from evidens.registers import ContactLinks, PseudonymisedBatch, RegisterTable

LAYOUT = 1  # of units; another number makes all of them anew
BATCH_ROWS = 1_000_000  # rows of a delivered file in memory at a time
NUMBER_LINKS = "number_links.parquet"


def pseudonymise_delivery(study: Study) -> pl.DataFrame:
    """Write every file of the chosen delivery with pseudonyms, as a unit by person bucket; return the account of rows.

    A unit that rests on what it rested on before is left as it is, and one whose file went is removed: what is there
    in the end is, byte for byte, what a run from nothing gives. Tables with a person key come first; tables that know
    their person only through a contact (diagnoses) follow, once every contact of their register is known. Rows that
    cannot be pseudonymised stay in the raw zone with their reason.

    Raises
    ------
    evidens.registers.AccountError
        When all rows are accounted for: naming every table with more rows in quarantine than
        `max_quarantined_share` allows.
    """
    from evidens.privacy import key_for
    from evidens.registers import add_accounts, check_accounts, check_delivery

    delivery = study.settings("delivery")
    limits = study.settings("registers").max_quarantined_share
    folder = study.folder("raw", delivery.name, MANIFEST).parent
    listed = read_manifest(folder)["files"]
    check_delivery({name: formats.delivered_schema(folder / name) for name in listed})
    seed = study.settings("simulation").seed if delivery.kind == "simulated" else None
    key = key_for(delivery, world_seed=seed, forbidden_roots=(study.root,))
    study.log.say(f"key {key.identity}")
    desk = _Desk.of(study, folder, {name: file["sha256"] for name, file in listed.items()}, key)
    units = [unit for register in desk.registers for unit in desk.pseudonymise(register)]
    study.log.say(f"{len(units)} files, of which {len(units) - desk.n_done} as they were")
    drop_others(desk.root, {(unit.table, unit.name) for unit in units})
    desk.drop_quarantined_but(name for unit in units for name in unit.quarantined)
    accounts = [desk.account_of_links, *(as_account(unit.account) for unit in units)]
    account = report_account(study, add_accounts(accounts))
    check_accounts(account, max_quarantined_share=limits)
    return account


@dataclass
class _Desk:
    """Pseudonymises the files of one delivery; what grows with the delivery is held for one register at a time.

    Of each contact that is its pseudonym and its person's: 16 bytes. They are read back from the units of the
    register's contacts, whether these were made now or before. Keys of contacts are watched for equal pseudonyms
    within a file, keys of persons within a run.
    """

    study: Study
    folder: Path
    root: Path
    quarantine: Path
    digests: Mapping[str, str]
    tables: Mapping[str, "RegisterTable"]
    key: "ProjectKey"
    basis: Mapping[str, object]
    pseudonymise_batch: Callable[..., "PseudonymisedBatch"]
    account_of_links: pl.DataFrame
    n_done: int = 0

    @classmethod
    def of(cls, study: Study, folder: Path, digests: Mapping[str, str], key: "ProjectKey") -> "_Desk":
        """Read which numbers belong to one person, and prepare for the files of `digests`."""
        from evidens.privacy import PseudonymMap
        from evidens.registers import LINK_TABLES, TABLES, pseudonymise_batch, read_number_links, table_of

        delivery, settings = study.settings("delivery"), study.settings("pseudonyms")
        is_simulated = delivery.kind == "simulated"
        link_names = [name for name in digests if table_of(Path(name).stem, LINK_TABLES)]
        link_files = track([folder / name for name in link_names], what="reading number links")
        numbers = read_number_links(
            (rows for path in link_files for rows in formats.read_batches(path, BATCH_ROWS)),
            simulated=is_simulated, settings=settings,
        )  # fmt: skip
        quarantine = study.out_folder("raw_quarantine")
        if numbers.quarantined.height:
            write_parquet(numbers.quarantined, quarantine / NUMBER_LINKS)
        basis = {
            "layout": LAYOUT, "code": digest_code(study), "n_buckets": delivery.n_buckets, "simulated": is_simulated,
            "settings": repr(settings), "number_links": sorted(digests[name] for name in link_names),
        }  # fmt: skip
        batch = partial(
            pseudonymise_batch, current=numbers.current, persons=PseudonymMap(key, "person"), simulated=is_simulated,
            settings=settings,
        )  # fmt: skip
        tables = {name: table for name in digests if (table := table_of(Path(name).stem, TABLES))}
        account = numbers.account if link_names else numbers.account.clear()
        root = study.out_folder("pseudonymised")
        return cls(study, folder, root, quarantine, digests, tables, key, basis, batch, account)

    @property
    def registers(self) -> list[str]:
        """Names of the delivered registers."""
        return sorted({table.register for table in self.tables.values()})

    def pseudonymise(self, register: str) -> list[Unit]:
        """Bring the units of one register up to date, and return all of them."""
        from evidens.privacy import PseudonymMap

        contacts, links = PseudonymMap(self.key, "contact"), None
        units: list[Unit] = []
        of_contacts: list[Unit] = []
        names = [name for name, table in self.tables.items() if table.register == register]
        order = sorted(names, key=lambda name: (self.tables[name].is_linked, self.tables[name].name, name))
        for name in track(order, what=f"{register}: files"):
            table = self.tables[name]
            fingerprint = self._sign(name, [unit.fingerprint for unit in of_contacts] if table.is_linked else [])
            place = self.root / table.name / unit_name(Path(name))
            unit = read_unit(place)
            if unit is None or unit.fingerprint != fingerprint or not is_whole(unit, place, self.quarantine):
                if table.is_linked and links is None:
                    links = self._link(of_contacts)
                unit = self._write(name, fingerprint, partial(self.pseudonymise_batch, contacts=contacts, links=links))
                contacts.forget()
            units.append(unit)
            of_contacts += [unit] if table.links_persons else []
        return units

    def _sign(self, name: str, contacts: Sequence[str]) -> str:
        """Fingerprint of everything the unit of one file is made from; keyed, since of raw bytes."""
        rests_on = {**self.basis, "name": name, "file": self.digests[name], "contacts": sorted(contacts)}
        told = json.dumps(rests_on, sort_keys=True).encode()
        return hmac.digest(self.key.subkey("fingerprint"), told, "sha256").hex()

    def _link(self, units: Sequence[Unit]) -> "ContactLinks":
        """Return which person each contact and course of the register belongs to, from its units."""
        from evidens.registers import TABLES, link_contacts, links_of

        return link_contacts([
            links_of(pl.scan_parquet(self.root / unit.table / unit.name / file), TABLES[unit.table])
            for unit in units for file in unit.files
        ])  # fmt: skip

    def _write(self, name: str, fingerprint: str, pseudonymise: Callable[..., "PseudonymisedBatch"]) -> Unit:
        """Write the unit of one file, and what of it stays in the raw zone."""
        from evidens.registers import SOURCES, add_accounts, add_year_of_file

        table, delivered = self.tables[name], unit_name(Path(name))
        day = SOURCES[table.register].day if table.register in SOURCES else None
        place = self.root / table.name / delivered
        writer = UnitWriter(place, n_buckets=self.study.settings("delivery").n_buckets, day=day)
        accounts, quarantined = [], []
        for number, rows in enumerate(formats.read_batches(self.folder / name, BATCH_ROWS)):
            done = pseudonymise(add_year_of_file(rows, table, Path(name).name), table)
            writer.add(done.kept)
            self.study.log.count(done.kept.height)
            accounts.append(done.account)
            if done.quarantined.height:
                quarantined.append(f"{delivered}-{number:03d}.parquet")
                write_parquet(done.quarantined, self.quarantine / quarantined[-1])
        self.n_done += 1
        return writer.finish(
            table=table.name, name=delivered, fingerprint=fingerprint, key=self.key.identity,
            account=tuple(add_accounts(accounts).iter_rows()), quarantined=tuple(quarantined),
        )  # fmt: skip

    def drop_quarantined_but(self, names: Iterable[str]) -> None:
        """Remove rows in quarantine of files that went, or that now are right."""
        kept = {*names, *([NUMBER_LINKS] if "quarantined" in self.account_of_links["fate"] else [])}
        for path in self.quarantine.iterdir():
            if path.name not in kept:
                path.unlink()
