"""Hospital contacts and their diagnoses of one shard, from all their sources, as tables."""

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation import background, care
from evidens.simulation.arrays import Ints
from evidens.simulation.background import EMERGENCY, INPATIENT, OUTPATIENT
from evidens.simulation.diseases import DISEASES
from evidens.simulation.drawn import Drawn, code_events, join_rows, order_rows
from evidens.simulation.places import HOSPITALS, pool_of
from evidens.simulation.pools import ADDITIONAL_CODES, BACKGROUND_DIAGNOSES, DIAGNOSES
from evidens.simulation.processes import draw_categories
from evidens.simulation.quarters import day_number
from evidens.simulation.world import REGIONS

CONTACT_KINDS = ("inpatient", "outpatient", "emergency")
CONTACTS_PER_SHARD = 10**8  # room for contact numbers
_MINUTES_PER_DAY = 1_440
_SECONDARY_SHARE, _REFERRAL_SHARE, _ADDITIONAL_SHARE = 0.22, 0.05, 0.03


def describe_contacts(pnr: pl.Series, drawn: Drawn) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tables of contacts and of diagnoses, see `shard.Shard`."""
    rng = stream(drawn.world.seed, "simulation", "contact details", drawn.shard)
    person, day, code, kind = _gather_contacts(drawn, rng=rng)
    n = person.size
    number = drawn.shard * CONTACTS_PER_SHARD + np.arange(n)
    region = drawn.region_on(person, day)
    pool, first, count = pool_of(HOSPITALS)
    hospital = first[region] + (rng.random(n) * count[region]).astype(np.int64)
    start, length = _draw_times(kind, rng=rng)
    begins = day.astype(np.int64) * _MINUTES_PER_DAY + start
    left = np.where(day < drawn.lives.left_day[person], drawn.lives.left_day[person].astype(np.int64) - 1, 10**7)
    last_day = np.minimum(drawn.lives.death_day[person], left)
    ends = np.minimum(begins + length, (last_day + 1) * _MINUTES_PER_DAY - 1)
    over = ends < (day_number(drawn.world.end_on) + 1) * _MINUTES_PER_DAY
    is_acute = (kind == EMERGENCY) | ((kind == INPATIENT) & (rng.random(n) < 0.6))
    reported = ends + (rng.exponential(14.0, n) * _MINUTES_PER_DAY).astype(np.int64) + _MINUTES_PER_DAY
    contacts = pl.DataFrame({
        "contact_number": number,
        "pnr": pnr.gather(person),
        "kind": pl.Series(list(CONTACT_KINDS)).gather(kind),
        "start_at": _as_times(begins),
        "end_at": _as_times(ends),
        "is_acute": is_acute,
        "region": pl.Series(list(REGIONS)).gather(region),
        "hospital": pl.Series(list(pool)).gather(hospital),
        "reported_at": _as_times(reported),
    }).with_columns(pl.when(pl.Series(over)).then("end_at").alias("end_at"))  # fmt: skip
    return contacts, _describe_diagnoses(number, code, rng=rng)


def _gather_contacts(drawn: Drawn, *, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Contacts from the background, from signals and from care, sorted by person and day."""
    people, lives = drawn.people, drawn.lives
    parts = [(rows, kind) for kind, rows in
             background.draw_contacts(people, lives, drawn.comorbidity, **drawn.keys).items()]  # fmt: skip
    for disease in DISEASES:
        for counts in disease.counts:
            if counts.name.endswith("contact"):
                positions = np.array([DIAGNOSES.index(c) for c in counts.codes], dtype=np.int16)
                parts.append((code_events(drawn.signals[disease.outcome], counts, positions, rng=rng), OUTPATIENT))
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
    stay = 720 + rng.geometric(0.25, n) * _MINUTES_PER_DAY - rng.integers(0, 720, n)
    return start, np.choose(kind, [stay, rng.integers(15, 51, n), rng.integers(60, 331, n)]).astype(np.int64)


def _as_times(minutes: Ints) -> pl.Series:
    """Minutes since 1970-01-01 as timestamps in microseconds."""
    return pl.Series(minutes * 60_000_000).cast(pl.Datetime("us"))
