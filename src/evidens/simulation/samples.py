"""Blood samples: when they are taken, what is measured in each, and what it shows.

A sample is taken because of one of the diseases' tests, for other reasons, or for a virus. Samples taken for other
reasons depend on age, sex and comorbidity, as everything in `background` does; what a disease's test measures comes
from that disease's signals, and what is measured beside it depends on nothing but age and sex.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from evidens.foundation import stream
from evidens.simulation.analyses import (
    ASSAYS,
    CODES,
    COMPANIONS,
    HBA1C_PERCENT,
    MEN_ONLY,
    PANELS,
    PERCENT_LABORATORIES,
    PERCENT_OFFSET,
    PERCENT_SLOPE,
    PERCENT_UNTIL,
    SUBSTANCES,
    VIRUS_TEST,
    assay_table,
)
from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.background import expected_events
from evidens.simulation.diseases import DISEASES, CountStream
from evidens.simulation.drawn import Drawn
from evidens.simulation.places import LABORATORIES, pool_of
from evidens.simulation.processes import draw_categories, draw_cells, draw_event_days, draw_multipliers
from evidens.simulation.readings import shift_readings
from evidens.simulation.signals import Signals

_PANEL_RATES = (0.075, 0.32, 0.45, 0.53, 0.81, 1.12, 1.54, 2.05, 2.2)
_PANEL_DISPERSION = 3.0
_VIRUS_RATES = (0.8, 2.1, 2.1, 1.9, 1.6, 1.3, 1.0, 1.0, 1.3)
_VIRUS_QUARTERS = ((2020, 2), (2022, 1))  # from and to, both included
_FOUND_SHARE = 0.05


@dataclass(frozen=True)
class Samples:
    """Samples of one source, arrays of one length, and the values of all of them, one after the other.

    `kind` is a position in `kinds()`, which says what is measured; `values` are as measured, before rounding and limits
    of reporting, in single precision and the unit of the substance's usual assay; of words they are the position.
    """

    person: Ints
    day: Ints
    minute: Ints
    kind: Ints
    laboratory: Ints
    values: Floats


@dataclass(frozen=True)
class Kinds:
    """What is measured in each kind of sample: positions in SUBSTANCES, from `first` on, `size` of them."""

    what: Ints
    first: Ints
    size: Ints
    of_test: dict[str, int]
    of_panel: int


@cache
def kinds() -> Kinds:
    """Return all kinds of samples: those of each test with no, one, two ... companions, the panels, the virus test."""
    contents: list[tuple[str, ...]] = []
    of_test = {}
    for disease in DISEASES:
        for counts in (c for c in disease.counts if c.is_laboratory):
            of_test[counts.name] = len(contents)
            own = tuple(v.analysis for v in disease.values if v.test == counts.name)
            beside = companions_of(counts)
            contents += [own + tuple(code for code, _ in beside[:n]) for n in range(len(beside) + 1)]
    of_panel = len(contents)
    contents += [*(codes for codes, _ in PANELS), (VIRUS_TEST,)]
    size = np.array([len(codes) for codes in contents], dtype=np.int64)
    what = np.array([CODES.index(code) for codes in contents for code in codes], dtype=np.uint8)
    return Kinds(what, np.cumsum(size) - size, size, of_test, of_panel)


def companions_of(counts: CountStream) -> tuple[tuple[str, float], ...]:
    """Return what is measured beside a disease's test, and in which share of its samples."""
    return ((HBA1C_PERCENT, 0.0),) if counts.name == "hba1c" else COMPANIONS.get(counts.name, ())


def places_of_rows(kind: Ints) -> tuple[Ints, Ints]:
    """Return the position of each row's sample and of its substance, for samples of the kinds given."""
    size = kinds().size[kind]
    sample = np.repeat(np.arange(kind.size, dtype=np.int32), size)
    rank = np.arange(sample.size) - np.repeat(np.cumsum(size) - size, size)
    return sample, kinds().what[np.repeat(kinds().first[kind], size) + rank]


def draw_samples(drawn: Drawn) -> list[Samples]:
    """Draw the samples of every source; each has a stream of random numbers of its own."""
    shape = (len(SUBSTANCES), drawn.people.n)
    level = stream(drawn.world.seed, "simulation", "result levels", drawn.shard).standard_normal(shape, np.float32)
    sources = [_draw_tests(drawn, signals, level) for signals in _tests(drawn)]
    return [*sources, _draw_panels(drawn, level), _draw_virus_tests(drawn)]


def _tests(drawn: Drawn) -> list[tuple[CountStream, Signals]]:
    return [(counts, drawn.signals[d.outcome]) for d in DISEASES for counts in d.counts if counts.is_laboratory]


def _draw_tests(drawn: Drawn, test: tuple[CountStream, Signals], level: Floats) -> Samples:
    """Draw what surrounds a disease's test: the minute, what else is measured, and what that shows."""
    counts, signals = test
    rng = stream(drawn.world.seed, "simulation", "sample details", counts.name, drawn.shard)
    person, day = signals.events[counts.name].person, signals.events[counts.name].day
    minute = rng.integers(420, 960, person.size, dtype=np.int16)
    laboratory = laboratory_of(drawn, person, day)
    if counts.name == "hba1c":
        is_percent = np.isin(np.array(pool_of(LABORATORIES)[0]), PERCENT_LABORATORIES)[laboratory]
        beside = (is_percent & (day < PERCENT_UNTIL.astype(np.int64))).astype(np.uint8)
    else:
        drawn_share = rng.random(person.size, dtype=np.float32)
        beside = np.zeros(person.size, dtype=np.uint8)
        for _, share in companions_of(counts):
            beside += drawn_share < share
    kind = kinds().of_test[counts.name] + beside
    sample, what = places_of_rows(kind)
    values = _draw_values(drawn, person[sample], day[sample], what, level, rng=rng)
    start = np.cumsum(kinds().size[kind]) - kinds().size[kind]
    first = kinds().what[kinds().first[kinds().of_test[counts.name]] :]
    measured = [code for code in signals.values if code in _measured_by(counts)]
    for code in measured:
        place = int(np.flatnonzero(first == CODES.index(code))[0])
        values[start + place] = shift_readings(code, signals.values[code], person, day, drawn)
    if counts.name == "hba1c":
        both = start[beside == 1]
        values[both + 1] = PERCENT_SLOPE * np.round(values[both]) + PERCENT_OFFSET
    return Samples(person, day, minute, kind, laboratory, values)


def _measured_by(counts: CountStream) -> set[str]:
    return {v.analysis for disease in DISEASES for v in disease.values if v.test == counts.name}


def _draw_panels(drawn: Drawn, level: Floats) -> Samples:
    """Draw samples taken for other reasons; that of a test for men is not taken from women."""
    people, lives = drawn.people, drawn.lives
    rng = stream(drawn.world.seed, "simulation", "results", drawn.shard)
    own = draw_multipliers(_PANEL_DISPERSION, people.n, rng=rng) * drawn.comorbidity
    cells = draw_cells(expected_events(_PANEL_RATES, people, lives) * drawn.is_covered * own[:, None], rng=rng)
    person, day = draw_event_days(cells, lives, rng=rng)
    panel = draw_categories(tuple(weight for _, weight in PANELS), cells.size, rng=rng)
    minute = rng.integers(420, 960, cells.size, dtype=np.int16)
    mens = next(i for i, (codes, _) in enumerate(PANELS) if MEN_ONLY in codes)
    kept = np.flatnonzero((panel != mens) | people.is_male[person])
    person, day, minute = person[kept], day[kept], minute[kept]
    kind = (kinds().of_panel + panel[kept]).astype(np.uint8)
    sample, what = places_of_rows(kind)
    values = _draw_values(drawn, person[sample], day[sample], what, level, rng=rng)
    laboratory = laboratory_of(drawn, person, day)
    for code in sorted({shift.analysis for shift in drawn.world.effects.reading_shifts}):
        factor = np.array([a.factor if a.code == code else 0.0 for a in ASSAYS])[
            assay_table()[what, laboratory[sample]]
        ]
        mine = np.flatnonzero(factor)
        read = shift_readings(code, values[mine] * factor[mine], person[sample[mine]], day[sample[mine]], drawn)
        values[mine] = read / factor[mine]
    return Samples(person, day, minute, kind, laboratory, values)


def _draw_virus_tests(drawn: Drawn) -> Samples:
    """Draw tests for one virus within a few quarters; their results are words."""
    people, lives = drawn.people, drawn.lives
    rng = stream(drawn.world.seed, "simulation", "virus tests", drawn.shard)
    first, last = (4 * year + quarter - 1 - drawn.calendar.first for year, quarter in _VIRUS_QUARTERS)
    quarters = np.arange(drawn.calendar.n_quarters)
    is_season = (quarters >= first) & (quarters <= last)
    cells = draw_cells(expected_events(_VIRUS_RATES, people, lives) * drawn.is_covered * is_season, rng=rng)
    person, day = draw_event_days(cells, lives, rng=rng)
    found = (rng.random(cells.size, dtype=np.float32) < _FOUND_SHARE).astype(np.float32)
    minute = rng.integers(420, 1200, cells.size, dtype=np.int16)
    kind = np.full(cells.size, kinds().size.size - 1, dtype=np.uint8)
    return Samples(person, day, minute, kind, laboratory_of(drawn, person, day), found)


def _draw_values(
    drawn: Drawn, person: Ints, day: Ints, what: Ints, level: Floats, *, rng: np.random.Generator
) -> Floats:
    """Draw the value of each row: mean by age and sex, plus a person's own level, plus noise."""

    def moment(name: str) -> Floats:
        return np.array([getattr(substance, name) for substance in SUBSTANCES], dtype=np.float32)[what]

    age = ((day - drawn.people.born_day[person]) * np.float32(1 / 365.25)).astype(np.float32)
    value = rng.standard_normal(person.size, dtype=np.float32)
    value *= moment("sd")
    value += moment("mean")
    value += moment("per_year") * (age - 50)
    value += moment("male") * drawn.people.is_male[person]
    value += moment("person_sd") * level[what, person]
    is_log = np.array([substance.is_log for substance in SUBSTANCES])[what]
    np.exp(value, out=value, where=is_log)
    return value


def laboratory_of(drawn: Drawn, person: Ints, day: Ints) -> Ints:
    """Return the laboratory of each sample, as a position in the pool: each person has one in each region."""
    _, first, count = pool_of(LABORATORIES)
    region = drawn.region_on(person, day)
    return (first[region] + person % count[region]).astype(np.uint8)
