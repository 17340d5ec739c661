"""The golden people as a delivery of their own, and what it becomes."""

import datetime as dt
from collections import defaultdict
from pathlib import PurePath
from typing import NamedTuple

import polars as pl
from tests.unit.registers.rows import SETTINGS

from evidens.cohort import build_cohort
from evidens.events import BucketEvents
from evidens.phenotypes import find_onsets, load_phenotype
from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key
from evidens.registers import (
    LINK_TABLES,
    TABLES,
    intake_bucket,
    link_contacts,
    pseudonymise_batch,
    read_number_links,
    table_of,
)
from evidens.simulation.golden import load_golden_people
from evidens.simulation.golden.write import golden_numbers

PERSON, CONTACT, COURSE = ("pnr", "patient_cpr", "k_cprnr", "pnr_new"), ("recnum", "dw_ek_kontakt"), "dw_ek_forloeb"


def names_of_numbers():
    """Person number, present or former, to name."""
    people = load_golden_people()
    return {number: person.name for place in (0, 1)
            for number, person in zip(golden_numbers(people, place=place), people, strict=True)}  # fmt: skip


def count_rows(files):
    """Rows of each delivered table by person's name, whatever key leads to the person."""
    names, counts = names_of_numbers(), defaultdict(lambda: defaultdict(int))
    owners = {}
    for frame in files.values():
        person = next((c for c in PERSON if c in frame.columns), None)
        for key in (*CONTACT, COURSE):
            if person and key in frame.columns:
                owners |= {k: names[p] for k, p in frame.select(key, person).iter_rows() if k}
    for path, frame in files.items():
        table = (table_of(PurePath(path).name, TABLES) or table_of(PurePath(path).name, LINK_TABLES)).name
        person = next((c for c in PERSON if c in frame.columns), None)
        for row in frame.iter_rows(named=True):
            if person:
                name = names[row[person]]
            else:
                name = next(owners[row[key]] for key in (*CONTACT, COURSE) if row.get(key) in owners)
            counts[name][table] += 1
    return {name: dict(tables) for name, tables in counts.items()}


class TakenIn(NamedTuple):
    """The histories of the golden people, the name of each pseudonym, and what became of every row."""

    events: pl.DataFrame
    persons: pl.DataFrame
    residence: pl.DataFrame
    names: dict[int, str]
    account: pl.DataFrame


def take_in(files, world):
    """Replace numbers by pseudonyms and take the delivery in as one bucket, as the study does."""
    key, settings = demonstration_key(world.seed), PseudonymSettings()
    persons, contacts = PseudonymMap(key, "person"), PseudonymMap(key, "contact")
    stems = {path: PurePath(path).name for path in files}
    linked = [frame for path, frame in files.items() if table_of(stems[path], LINK_TABLES)]
    current = read_number_links(linked, simulated=True, settings=settings).current
    frames, links, kept = defaultdict(list), defaultdict(list), {}
    for path, frame in files.items():
        if table := table_of(stems[path], TABLES):
            frames[table.name].append(frame)
    for name in sorted(frames, key=lambda name: (TABLES[name].is_linked, name)):
        table = TABLES[name]
        known = link_contacts(links[table.register]) if table.is_linked else None
        batches = [
            pseudonymise_batch(frame, table, persons=persons, contacts=contacts, links=known, simulated=True,
                               settings=settings, current=current)
            for frame in frames[name]
        ]  # fmt: skip
        links[table.register].extend(batch.links for batch in batches)
        assert not [batch.quarantined for batch in batches if batch.quarantined.height]
        kept[name] = pl.concat([batch.kept for batch in batches])
    intake = intake_bucket(kept, SETTINGS, delivery="simulated", data_lock_on=world.end_on)
    people = load_golden_people()
    pseudonyms = persons.ids(pl.Series(golden_numbers(people)))
    names = dict(zip(pseudonyms, (person.name for person in people), strict=True))
    return TakenIn(intake.events, intake.persons, intake.residence, names, intake.account)


def find_outcomes(taken):
    """Day on which each outcome is found, by person's name."""
    found = defaultdict(dict)
    for outcome in ("type_2_diabetes", "colorectal_cancer"):
        onsets = find_onsets(taken.events, load_phenotype(outcome)).filter(pl.col("outcome_at").is_not_null())
        for person, at in onsets.select("person_id", "outcome_at").iter_rows():
            found[taken.names[person]][outcome] = at.date()
    return dict(found)


def judge(taken, outcome, name, cohort_settings, horizon, lock):
    """Status and follow-up of one person at the index, or the rule that leaves them out."""
    mine = {number for number, of in taken.names.items() if of == name}
    part = build_cohort(
        BucketEvents.of(taken.events.filter(pl.col("person_id").is_in(mine))),
        *(frame.filter(pl.col("person_id").is_in(mine)) for frame in (taken.persons, taken.residence)),
        phenotype=load_phenotype(outcome), settings=cohort_settings, horizon=horizon, data_lock_on=lock,
    )  # fmt: skip
    left = part.flow.filter(pl.col("n_left_out") == 1)["rule"].to_list()
    labels = part.cohort.select("status", "followup_days").rows()
    return (*labels[0], None) if labels else (None, None, left[0] if left else None)


INDEX = dt.date(2018, 1, 1)
