"""A whole delivery, file by file, through pseudonyms and intake as one bucket, as the study does it."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePath
from typing import NamedTuple

import polars as pl

from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key
from evidens.registers import (
    LINK_TABLES,
    TABLES,
    BucketIntake,
    RegisterSettings,
    add_accounts,
    intake_bucket,
    link_contacts,
    pseudonymise_batch,
    read_number_links,
    table_of,
)
from evidens.simulation import WorldSettings


class TakenIn(NamedTuple):
    """What a delivery became: pseudonymised tables, the intake, the account of both, and the persons' pseudonyms."""

    tables: dict[str, pl.DataFrame]
    intake: BucketIntake
    account: pl.DataFrame
    persons: PseudonymMap


def take_in_files(files: Mapping[str, pl.DataFrame], world: WorldSettings, settings: RegisterSettings) -> TakenIn:
    """Pseudonymise and take in files, given by path without ending."""
    key = demonstration_key(world.seed)
    persons, contacts = PseudonymMap(key, "person"), PseudonymMap(key, "contact")
    frames, links, accounts, kept = defaultdict(list), defaultdict(list), [], {}
    link_files = [frame for name, frame in files.items() if table_of(PurePath(name).name, LINK_TABLES)]
    numbers = read_number_links(link_files, simulated=True, settings=PseudonymSettings())
    for name, frame in files.items():
        if table := table_of(PurePath(name).name, TABLES):
            frames[table.name].append(frame)
    for name in (name for name in TABLES if name in frames):
        table = TABLES[name]
        known = link_contacts(links[table.register]) if table.is_linked else None
        batches = [
            pseudonymise_batch(frame, table, persons=persons, contacts=contacts, links=known, simulated=True,
                               settings=PseudonymSettings(), current=numbers.current)
            for frame in frames[name]
        ]  # fmt: skip
        links[table.register].extend(batch.links for batch in batches)
        accounts.extend(batch.account for batch in batches)
        kept[name] = pl.concat([batch.kept for batch in batches])
    intake = intake_bucket(kept, settings, delivery="simulated", data_lock_on=world.end_on)
    return TakenIn(kept, intake, add_accounts([*accounts, intake.account]), persons)
