"""Hospital contacts of one shard, from all their sources, with diagnoses, visits and procedures, as tables."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation import background, care
from evidens.simulation.arrays import Flags, Ints
from evidens.simulation.background import EMERGENCY, INPATIENT, OUTPATIENT, Rows
from evidens.simulation.conditions import draw_condition_contacts
from evidens.simulation.diseases import DISEASES
from evidens.simulation.drawn import Drawn, code_events, join_rows, order_rows
from evidens.simulation.gap import lost_in_gap
from evidens.simulation.places import HOSPITALS, pool_of
from evidens.simulation.pools import ADDITIONAL_CODES, BACKGROUND_DIAGNOSES, DIAGNOSES
from evidens.simulation.procedures import Meetings, describe_procedures
from evidens.simulation.processes import draw_categories
from evidens.simulation.quarters import day_number
from evidens.simulation.signals import is_contact
from evidens.simulation.visits import (
    MINUTES_PER_DAY,
    Visits,
    as_times,
    course_ends,
    describe_visits,
    draw_visits,
    keep_visits,
    number_courses,
)
from evidens.simulation.world import REGIONS

CONTACT_KINDS = ("inpatient", "outpatient", "emergency")
CONTACTS_PER_SHARD = 10**8  # room for contact numbers
# Who sees a patient, by the first letter of the diagnosis; a selection of specialties, an assumption.
_SPECIALTY_BY_LETTER = {
    "A": "infectious diseases", "B": "infectious diseases", "C": "oncology", "D": "surgery", "E": "endocrinology",
    "F": "psychiatry", "G": "neurology", "H": "ophthalmology", "I": "cardiology", "J": "respiratory medicine",
    "K": "surgery", "L": "dermatology", "M": "orthopaedic surgery", "N": "nephrology", "S": "orthopaedic surgery",
}  # fmt: skip
_SPECIALTY_ELSE = "internal medicine"
SPECIALTIES = (*dict.fromkeys(_SPECIALTY_BY_LETTER.values()), _SPECIALTY_ELSE)
_SPECIALTY_OF = np.array([SPECIALTIES.index(_SPECIALTY_BY_LETTER.get(c[0], _SPECIALTY_ELSE)) for c in DIAGNOSES])
_IS_PSYCHIATRIC = np.array([code.startswith("F") for code in DIAGNOSES])
_SECONDARY_SHARE, _REFERRAL_SHARE, _ADDITIONAL_SHARE = 0.22, 0.05, 0.03


@dataclass(frozen=True)
class Hospital:
    """The tables of one shard's hospital contacts, see `shard.Shard`."""

    contacts: pl.DataFrame
    diagnoses: pl.DataFrame
    visits: pl.DataFrame
    procedures: pl.DataFrame


def describe_hospital(pnr: pl.Series, drawn: Drawn) -> Hospital:
    """Return the tables of contacts, diagnoses, visits and procedures."""
    rng = stream(drawn.world.seed, "simulation", "contact details", drawn.shard)
    person, day, code, kind = _gather_contacts(drawn, rng=rng)
    n, end_day = person.size, day_number(drawn.world.end_on)
    number = drawn.shard * CONTACTS_PER_SHARD + np.arange(n)
    region = drawn.region_on(person, day)
    pool, first, count = pool_of(HOSPITALS)
    hospital = first[region] + (rng.random(n) * count[region]).astype(np.int64)
    start, length = _draw_times(kind, rng=rng)
    begins = day.astype(np.int64) * MINUTES_PER_DAY + start
    left = np.where(day < drawn.lives.left_day[person], drawn.lives.left_day[person].astype(np.int64) - 1, 10**7)
    last_day = np.minimum(drawn.lives.death_day[person], left)
    ends = np.minimum(begins + length, (last_day + 1) * MINUTES_PER_DAY - 1)
    is_acute = (kind == EMERGENCY) | ((kind == INPATIENT) & (rng.random(n) < 0.6))
    reported = ends + (rng.exponential(14.0, n) * MINUTES_PER_DAY).astype(np.int64) + MINUTES_PER_DAY
    diagnoses = _describe_diagnoses(number, code, rng=rng)
    visits = draw_visits(
        kind, code, begins, ends, reported, last_day=last_day, end_day=end_day, **drawn.keys,
    )  # fmt: skip
    visits = keep_visits(visits, ~_is_lost(visits, person, region, drawn))
    course = number_courses(person, day, code, number, is_alone=kind == EMERGENCY)
    finished = course_ends(visits, ends)
    over = (finished < (end_day + 1) * MINUTES_PER_DAY) & ~visits.is_open
    contacts = pl.DataFrame({
        "contact_number": number,
        "pnr": pnr.gather(person),
        "kind": pl.Series(list(CONTACT_KINDS)).gather(kind),
        "start_at": as_times(begins),
        "end_at": as_times(finished),
        "is_acute": is_acute,
        "region": pl.Series(list(REGIONS)).gather(region),
        "hospital": pl.Series(list(pool)).gather(hospital),
        "specialty": pl.Series(list(SPECIALTIES)).gather(_SPECIALTY_OF[code]),
        "is_psychiatric": _IS_PSYCHIATRIC[code],
        "course_number": course,
        "reported_at": as_times(reported),
    }).with_columns(pl.when(pl.Series(over)).then("end_at").alias("end_at"))  # fmt: skip
    meetings = _meetings(visits, kind, code, region, begins, ends, drawn)
    procedures = describe_procedures(number, course, meetings, **drawn.keys)
    return Hospital(contacts, diagnoses, describe_visits(number, visits), procedures)


def _is_lost(visits: Visits, person: Ints, region: Ints, drawn: Drawn) -> Flags:
    """Whether each later visit is lost while the region changes its register; a lost first one is a lost contact.

    Notes
    -----
    What follows a diagnosis is kept whole: such a contact has one visit, the first.
    """
    contact, day = visits.contact, visits.begins // MINUTES_PER_DAY
    lost = lost_in_gap(person[contact], day, region[contact], drawn.world, drawn.shard)
    return lost & (visits.number > 1)


def _meetings(visits: Visits, kind: Ints, code: Ints, region: Ints, begins: Ints, ends: Ints, drawn: Drawn) -> Meetings:
    """Visits, and contacts that are no course of visits."""
    plain = np.flatnonzero(kind != OUTPATIENT)
    contact = np.concatenate([plain, visits.contact])
    switch = np.array([day_number(drawn.world.lpr_switch[name]) for name in REGIONS])
    starts = np.concatenate([begins[plain], visits.begins])
    lock = (day_number(drawn.world.end_on) + 1) * MINUTES_PER_DAY - 1  # nothing is done later that anyone knows of
    stops = np.minimum(np.concatenate([ends[plain], visits.ends]), lock)
    return Meetings(
        contact, np.concatenate([np.zeros(plain.size, dtype=np.int64), visits.number]), kind[contact], code[contact],
        starts, stops, starts // MINUTES_PER_DAY >= switch[region[contact]],
    )  # fmt: skip


def _gather_contacts(drawn: Drawn, *, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Contacts from the background, from signals and from care, sorted by person and day."""
    people, lives = drawn.people, drawn.lives
    parts = [(rows, kind) for kind, rows in
             background.draw_contacts(people, lives, drawn.comorbidity, **drawn.keys).items()]  # fmt: skip
    for disease in DISEASES:
        for counts in disease.counts:
            if is_contact(counts):
                positions = np.array([DIAGNOSES.index(c) for c in counts.codes], dtype=np.int16)
                parts.append((code_events(drawn.signals[disease.outcome], counts, positions, rng=rng), OUTPATIENT))
    others = draw_condition_contacts(people, lives, drawn.calendar, **drawn.keys)
    parts += [(rows, kind) for kind, rows in others.items()]
    parts = [(_keep_reported(rows, drawn), kind) for rows, kind in parts]
    start_day = day_number(drawn.world.start_on)
    seen = care.draw_diabetes_contacts(people, lives, drawn.courses["type_2_diabetes"], **drawn.keys)
    parts.append((seen, OUTPATIENT))
    treated = care.draw_cancer_care(people, lives, drawn.courses["colorectal_cancer"], **drawn.keys)
    parts += [(rows, kind) for kind, rows in treated.items()]
    person, day, code = join_rows([rows for rows, _ in parts])
    kind = np.concatenate([np.full(rows.person.size, kind, np.int16) for rows, kind in parts])
    kept = np.flatnonzero(day <= day_number(drawn.world.end_on))
    order = kept[order_rows(person[kept], day[kept], code[kept], start_day=start_day)]
    return person[order], day[order], code[order], kind[order]


def _keep_reported(rows: Rows, drawn: Drawn) -> Rows:
    """Leave out what is lost while regions change their register; what follows a diagnosis is not asked."""
    inside = rows.day <= day_number(drawn.world.end_on)
    rows = Rows(rows.person[inside], rows.day[inside], rows.what[inside])
    region = drawn.region_on(rows.person, rows.day)
    kept = ~lost_in_gap(rows.person, rows.day, region, drawn.world, drawn.shard)
    return Rows(rows.person[kept], rows.day[kept], rows.what[kept])


def _describe_diagnoses(number: Ints, code: Ints, *, rng: np.random.Generator) -> pl.DataFrame:
    """Each contact's action diagnosis, with secondary, referral and additional codes for some."""
    background_codes = np.array([DIAGNOSES.index(c) for c in BACKGROUND_DIAGNOSES], dtype=np.int64)
    drawn = rng.random(number.size)
    second = np.flatnonzero(drawn < _SECONDARY_SHARE)
    referral = np.flatnonzero((drawn >= 0.5) & (drawn < 0.5 + _REFERRAL_SHARE))
    additional = np.flatnonzero((drawn >= 0.6) & (drawn < 0.6 + _ADDITIONAL_SHARE))
    extra = background_codes[draw_categories((1.0,) * background_codes.size, second.size, rng=rng)]
    side = len(DIAGNOSES) + draw_categories((0.45, 0.45, 0.1), additional.size, rng=rng).astype(np.int64)
    owner = np.concatenate([np.arange(number.size), second, referral, additional])
    kind = np.repeat([0, 1, 2, 3], [number.size, second.size, referral.size, additional.size])
    what = np.concatenate([code, extra, code[referral], side])
    order = np.argsort(owner * 4 + kind)
    owner, kind, what = owner[order], kind[order], what[order]
    names = pl.Series([*DIAGNOSES, *ADDITIONAL_CODES])
    return pl.DataFrame({
        "contact_number": number[owner],
        "code": names.gather(what),
        "kind": pl.Series(["A", "B", "H", "+"]).gather(kind),
        "parent": names.gather(code[owner]),
    }).with_columns(pl.when(pl.col("kind") == "+").then("parent").alias("parent"))  # fmt: skip


def _draw_times(kind: Ints, *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Minute of the day at which a contact starts, and its length in minutes."""
    uniform, n = rng.random(kind.size), kind.size
    start = np.choose(kind, [uniform * 1_439, 480 + uniform * 450, uniform * 1_439]).astype(np.int64)
    stay = 720 + rng.geometric(0.25, n) * MINUTES_PER_DAY - rng.integers(0, 720, n)
    return start, np.choose(kind, [stay, rng.integers(15, 51, n), rng.integers(60, 331, n)]).astype(np.int64)
