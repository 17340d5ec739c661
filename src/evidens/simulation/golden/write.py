"""From hand-written lives to the tables of a shard of their own."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from evidens.contracts import schema_of
from evidens.simulation.analyses import SUBSTANCES
from evidens.simulation.contacts import CONTACTS_PER_SHARD
from evidens.simulation.contract import TruthPerson, TruthRisk
from evidens.simulation.golden.people import Contact, GoldenPerson, Stay, load_golden_people
from evidens.simulation.person_numbers import spare_numbers
from evidens.simulation.places import HOSPITALS, LABORATORIES, MUNICIPALITIES
from evidens.simulation.pools import PACKS
from evidens.simulation.quarters import day_number
from evidens.simulation.shard import Shard
from evidens.simulation.world import WorldSettings

COVERED_FROM, COVERED_TO = dt.date(2006, 1, 1), dt.date(2025, 6, 30)
_FORGOTTEN_EVERY = 40  # the hospital register forgets to close every such course, see `registers.lpr2.emit`
_FAMILIES_PER_SHARD = 10**6

Record = dict[str, Any]


def golden_shard(world: WorldSettings) -> Shard:
    """Write the golden people as the shard after the world's last.

    Raises
    ------
    ValueError
        For a world that does not cover January 2006 to June 2025, which the lives are written for.

    Notes
    -----
    Their numbers lie at the far end of each day's list, where no shard comes. They are in no table of the truth: no
    risk was drawn for them.
    """
    if (world.start_on, world.end_on) != (COVERED_FROM, COVERED_TO):
        raise ValueError(
            f"golden persons live from {COVERED_FROM} to {COVERED_TO}: give the world this start_on and end_on, "
            "or set golden_persons to false"
        )
    people = load_golden_people()
    numbers = golden_numbers(people)
    order = sorted(range(len(people)), key=lambda i: numbers[i])
    people, numbers = tuple(people[i] for i in order), [numbers[i] for i in order]
    named = list(zip(numbers, people, strict=True))
    base = world.n_shards * CONTACTS_PER_SHARD
    hospital = _write_hospital(named, base)
    return Shard(
        number=world.n_shards,
        **_write_population(named, world.n_shards),
        **hospital,
        **_write_care(named),
        truth_persons=pl.DataFrame(schema=schema_of(TruthPerson)),
        truth_risk=pl.DataFrame(schema=schema_of(TruthRisk)),
    )


def golden_numbers(people: Sequence[GoldenPerson], *, place: int = 0) -> list[str]:
    """Return the person number of each; at `place` 1 the one it had before a change."""
    days = np.array([day_number(person.born_on) for person in people])
    is_male = np.array([person.sex == "male" for person in people])
    return [str(number) for number in spare_numbers(days, is_male, place)]


def _write_population(named: Sequence[tuple[str, GoldenPerson]], shard: int) -> dict[str, pl.DataFrame]:
    old = dict(zip((number for number, _ in named), golden_numbers([p for _, p in named], place=1), strict=True))
    persons: list[Record] = []
    residence: list[Record] = []
    households: list[Record] = []
    for place, (pnr, p) in enumerate(named):
        persons.append(
            {"pnr": pnr, "sex": p.sex, "born_on": p.born_on, "origin": p.origin, "ancestry": p.ancestry,
             "country": p.country}
        )  # fmt: skip
        residence += [
            {"pnr": pnr, "region": s.region, "municipality": MUNICIPALITIES[s.region][0], "from_on": s.from_on,
             "to_on": s.to_on} for s in stays_of(p)
        ]  # fmt: skip
        family = 10**11 + 2 * (shard * _FAMILIES_PER_SHARD + place)
        households.append(
            {"pnr": pnr, "family_number": str(family), "moved_family_number": str(family + 1),
             "childhood_family": str(family), "mother": None, "father": None, "partner": None,
             "civil_status": "unmarried"}
        )  # fmt: skip
    changes = [{"pnr_old": old[pnr], "pnr": pnr, "valid_from": p.number_changed_on}
               for pnr, p in named if p.number_changed_on]  # fmt: skip
    deaths = [{"pnr": pnr, "died_on": p.died_on} for pnr, p in named if p.died_on]
    moves = [{"pnr": pnr, "moved_on": m.day, "direction": m.direction, "country": m.country}
             for pnr, p in named for m in p.moves]  # fmt: skip
    causes = [{"pnr": pnr, "died_on": p.died_on, "underlying": p.cause, "contributing": None}
              for pnr, p in named if p.died_on and p.cause]  # fmt: skip
    years = [{"pnr": pnr, "year": y.year, "age": y.year - p.born_on.year, "education_code": y.education,
              "education_source": y.source, "income": y.income, "labour_code": y.labour}
             for pnr, p in named for y in p.years]  # fmt: skip
    text, date = pl.String, pl.Date
    return {
        "persons": _frame(persons, dict.fromkeys(("pnr", "sex"), text) | {"born_on": date}
                          | dict.fromkeys(("origin", "ancestry", "country"), text)),
        "residence": _frame(residence, dict.fromkeys(("pnr", "region", "municipality"), text)
                            | dict.fromkeys(("from_on", "to_on"), date)),
        "deaths": _frame(deaths, {"pnr": text, "died_on": date}),
        "migrations": _frame(moves, {"pnr": text, "moved_on": date, "direction": text, "country": text}),
        "households": _frame(households, dict.fromkeys(
            ("pnr", "family_number", "moved_family_number", "childhood_family", "mother", "father", "partner",
             "civil_status"), text)),
        "number_changes": _frame(changes, {"pnr_old": text, "pnr": text, "valid_from": date}),
        "causes": _frame(causes, {"pnr": text, "died_on": date, "underlying": text, "contributing": text}),
        "socioeconomics": _frame(years, {"pnr": text, "year": pl.Int32, "age": pl.Int16, "education_code": text,
                                         "education_source": text, "income": pl.Int64, "labour_code": text}),
    }  # fmt: skip


def stays_of(person: GoldenPerson) -> tuple[Stay, ...]:
    """Return where a person lived: by default in the capital region from birth to the day after death."""
    end = person.died_on + dt.timedelta(days=1) if person.died_on else None
    return person.stays or (Stay("84", person.born_on, end),)


def _write_hospital(named: Sequence[tuple[str, GoldenPerson]], base: int) -> dict[str, pl.DataFrame]:
    contacts: list[Record] = []
    diagnoses: list[Record] = []
    visits: list[Record] = []
    procedures: list[Record] = []
    number = base
    for pnr, person in named:
        for contact in person.contacts:
            number = _next_number(number, is_forgotten=contact.is_forgotten)
            days = (contact.day, *contact.visits)
            start = _at(contact.day, contact.at)
            end = _at(days[-1], contact.at) + dt.timedelta(hours=contact.hours)
            after = dt.timedelta(days=contact.reported_days)
            contacts.append(
                {"contact_number": number, "pnr": pnr, "kind": contact.kind, "start_at": start,
                 "end_at": None if contact.is_open else end, "is_acute": contact.is_acute, "region": contact.region,
                 "hospital": HOSPITALS[contact.region][0],
                 "specialty": "psychiatry" if contact.is_psychiatric else "internal medicine",
                 "is_psychiatric": contact.is_psychiatric, "course_number": number, "reported_at": end + after}
            )  # fmt: skip
            diagnoses += _diagnoses(number, contact)
            if contact.kind == "outpatient":
                for place, day in enumerate(days, start=1):
                    began = _at(day, contact.at)
                    ended = began + dt.timedelta(hours=contact.hours)
                    visits.append({"contact_number": number, "visit_number": place, "start_at": began,
                                   "end_at": ended, "reported_at": ended + after})  # fmt: skip
            procedures += _procedures(number, contact)
    text, time = pl.String, pl.Datetime("us")
    return {
        "contacts": _frame(contacts, {"contact_number": pl.Int64, "pnr": text, "kind": text, "start_at": time,
                                      "end_at": time, "is_acute": pl.Boolean, "region": text, "hospital": text,
                                      "specialty": text, "is_psychiatric": pl.Boolean, "course_number": pl.Int64,
                                      "reported_at": time}),
        "diagnoses": _frame(diagnoses, {"contact_number": pl.Int64, "code": text, "kind": text, "parent": text}),
        "visits": _frame(visits, {"contact_number": pl.Int64, "visit_number": pl.Int64, "start_at": time,
                                  "end_at": time, "reported_at": time}),
        "procedures": _frame(procedures, {"contact_number": pl.Int64, "course_number": pl.Int64,
                                          "visit_number": pl.Int64, "code": text, "is_surgery": pl.Boolean,
                                          "parent": text, "start_at": time, "end_at": time}),
    }  # fmt: skip


def _next_number(number: int, *, is_forgotten: bool) -> int:
    """Return the next contact number that the hospital register forgets to close, or does not forget."""
    number += 1
    while (number % _FORGOTTEN_EVERY == 0) != is_forgotten:
        number += 1
    return number


def _diagnoses(number: int, contact: Contact) -> list[Record]:
    rows: list[Record] = [{"contact_number": number, "code": contact.code, "kind": "A", "parent": None}]
    for written in contact.more:
        kind, code = written.split(":")
        parent = contact.code if kind == "+" else None
        rows.append({"contact_number": number, "code": code, "kind": kind, "parent": parent})
    return rows


def _procedures(number: int, contact: Contact) -> list[Record]:
    began = _at(contact.day, contact.at) + dt.timedelta(hours=min(1.0, contact.hours / 2))
    rows: list[Record] = []
    for written in contact.procedures:
        code, is_lone = written.removeprefix("-"), written.startswith("-")
        visit = 1 if contact.kind == "outpatient" else 0
        rows.append(
            {"contact_number": None if is_lone else number, "course_number": number,
             "visit_number": None if is_lone else visit, "code": code, "is_surgery": code.startswith("K"),
             "parent": None, "start_at": began, "end_at": began + dt.timedelta(minutes=10)}
        )  # fmt: skip
    return rows


def _write_care(named: Sequence[tuple[str, GoldenPerson]]) -> dict[str, pl.DataFrame]:
    packs = {pack.atc: pack for pack in PACKS}
    assays = {assay.code: assay for substance in SUBSTANCES for assay in substance.assays}
    bought = [
        {"pnr": pnr, "dispensed_on": b.day, "atc": b.atc, "item": packs[b.atc].item, "n_packs": b.packs,
         "pack_size": packs[b.atc].size, "daily_doses": packs[b.atc].daily_doses,
         "indication": packs[b.atc].indication, "is_correction": b.packs < 0}
        for pnr, p in named for b in p.bought
    ]  # fmt: skip
    results = []
    for pnr, p in named:
        laboratory = LABORATORIES[stays_of(p)[-1].region][0]
        for t in p.tested:
            assay, number = assays[t.analysis], t.value.lstrip("<>")
            is_number = number.replace(".", "").isdigit()
            hours, minutes = t.at.split(":")
            results.append(
                {"pnr": pnr, "sampled_on": t.day, "minute": 60 * int(hours) + int(minutes), "laboratory": laboratory,
                 "analysis": t.analysis, "value": float(number) if is_number else None,
                 "operator": t.value[0] if t.value[0] in "<>" else None, "word": None if is_number else t.value,
                 "decimals": assay.decimals, "unit": assay.unit or None, "interval_low": assay.low or None,
                 "interval_high": assay.high or None}
            )  # fmt: skip
    served = [{"pnr": pnr, "served_on": s.day, "billed_on": s.billed_on, "specialty": s.specialty, "n_services": s.n,
               "for_child": s.for_child, "practice": "010001"} for pnr, p in named for s in p.served]  # fmt: skip
    tumours = [{"pnr": pnr, "tumour_number": place, "diagnosed_on": t.day, "icd10": t.icd10, "morphology": "81403",
                "topography": t.icd10[1:], "t": "2", "n": "0", "m": "0"}
               for pnr, p in named for place, t in enumerate(p.tumours, start=1)]  # fmt: skip
    text, date = pl.String, pl.Date
    return {
        "dispensings": _frame(bought, {"pnr": text, "dispensed_on": date, "atc": text, "item": text,
                                       "n_packs": pl.Int8, "pack_size": pl.Float64, "daily_doses": pl.Float64,
                                       "indication": text, "is_correction": pl.Boolean}),
        "results": _frame(results, {"pnr": text, "sampled_on": date, "minute": pl.Int16, "laboratory": text,
                                    "analysis": text, "value": pl.Float64, "operator": text, "word": text,
                                    "decimals": pl.Int8, "unit": text, "interval_low": text,
                                    "interval_high": text}),
        "services": _frame(served, {"pnr": text, "served_on": date, "billed_on": date, "specialty": text,
                                    "n_services": pl.Int16, "for_child": pl.Boolean, "practice": text}),
        "tumours": _frame(tumours, {"pnr": text, "tumour_number": pl.Int64, "diagnosed_on": date}
                          | dict.fromkeys(("icd10", "morphology", "topography", "t", "n", "m"), text)),
    }  # fmt: skip


def _at(day: dt.date, time: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(time))


def _frame(records: list[Record], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(records, schema=dict(schema), orient="row")
