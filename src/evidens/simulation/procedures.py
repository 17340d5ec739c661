"""What is done at hospital contacts: operations, examinations, treatments.

Which and how many depends on the contact's kind and diagnosis only, so that procedures say nothing about anyone's
disease that the contact does not say. Codes are those of the Danish classification (SKS); operations are NCSP codes
with K before them. How often each is done is the simulation's assumption.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation.arrays import Flags, Ints
from evidens.simulation.background import EMERGENCY, INPATIENT, OUTPATIENT
from evidens.simulation.drawn import repeats_previous
from evidens.simulation.pools import ADDITIONAL_CODES, DIAGNOSES
from evidens.simulation.processes import draw_categories
from evidens.simulation.visits import as_times

# Operations by the beginning of the diagnosis: codes, and how often one is done at an admission and at a visit.
OPERATIONS: dict[str, tuple[tuple[str, ...], float, float]] = {
    "C18": (("KJFB30", "KJFB46"), 1.0, 0.0), "C19": (("KJGB00",), 1.0, 0.0), "C20": (("KJGB00", "KJGB30"), 1.0, 0.0),
    "K359": (("KJEA01",), 0.9, 0.0), "K409": (("KJAB30",), 0.5, 0.2), "K802": (("KJKA21",), 0.6, 0.1),
    "H26": (("KCJE20",), 0.5, 0.3), "M16": (("KNFB40", "KNFB30"), 0.8, 0.0), "M17": (("KNGB40",), 0.8, 0.0),
    "S52": (("KNCJ62",), 0.5, 0.1), "G56": (("KACC51",), 0.3, 0.2), "I83": (("KPHD10",), 0.4, 0.2),
    "H66": (("KDCA20",), 0.3, 0.2), "L72": (("KQXE10",), 0.2, 0.3), "C44": (("KQXE10",), 0.3, 0.5),
    "D22": (("KQXE10",), 0.2, 0.4), "N20": (("KKAT00",), 0.3, 0.1), "I20": (("KFNG02",), 0.4, 0.0),
    "K59": (("KUJF32",), 0.2, 0.15), "R10": (("KUJF32", "KUJD02"), 0.2, 0.12), "D50": (("KUJF32", "KUJD02"), 0.3, 0.2),
    "K62": (("KUJF32",), 0.3, 0.25), "R19": (("KUJF32",), 0.2, 0.15), "K57": (("KUJF32",), 0.2, 0.2),
}  # fmt: skip
# Treatments by the beginning of the diagnosis, and how often one is given at each meeting.
TREATMENTS = {"Z511": ("BWHA1", 1.0), "N18": ("BJFD0", 0.3)}
# Everything else that is done, by kind of contact: codes with weights, and the mean number at each meeting.
OTHERS: dict[int, tuple[dict[str, float], float]] = {
    INPATIENT: ({"UXRC00": 4, "UXCD00": 2, "UXUC00": 1, "ZZ9991": 1, "NABB": 0.4, "NABE": 0.3, "BGDA0": 2}, 1.1),
    OUTPATIENT: ({"AAF22": 6, "BVAA33A": 3, "BVAA33D": 0.5, "UXUD10": 1, "UXRC00": 1, "ZZ5050": 1}, 0.2),
    EMERGENCY: ({"UXRC00": 3, "UXRH00": 2, "BNPA40": 2, "BLFF": 1}, 0.7),
}
_SIDED = ("KN", "KC")  # operations on limbs and eyes have a side, as an additional code
_COURSE_ONLY_SHARE = 0.06  # of what is done at visits after the change to LPR3: of the course, and of no contact


@dataclass(frozen=True)
class Meetings:
    """Admissions, emergency contacts and visits as arrays of one length; in minutes since 1970-01-01.

    Parameters
    ----------
    contact, visit : int64 arrays
        Position of the contact; number of the visit, 0 for what is no visit.
    kind, code : int arrays
        Of the contact; `code` is a position in DIAGNOSES.
    begins, ends : int64 arrays
    is_changed : bool array
        Whether the region had changed to LPR3 on that day.
    """

    contact: Ints
    visit: Ints
    kind: Ints
    code: Ints
    begins: Ints
    ends: Ints
    is_changed: Flags


def describe_procedures(number: Ints, course: Ints, meetings: Meetings, *, seed: int, shard: int) -> pl.DataFrame:
    """Return the table of procedures, see `shard.Shard`.

    Parameters
    ----------
    number, course : int64 arrays
        Of the contacts.
    meetings : Meetings
        At which something may be done.
    seed, shard : int
    """
    rng = stream(seed, "simulation", "procedures", shard)
    names = list(dict.fromkeys(_all_codes()))
    place = {name: i for i, name in enumerate(names)}
    parts = [_draw_operations(meetings, place, rng=rng), _draw_treatments(meetings, place, rng=rng)]
    parts += [_draw_others(meetings, kind, place, rng=rng) for kind in OTHERS]
    at, what = (np.concatenate(column) for column in zip(*parts, strict=True))
    length = np.maximum(meetings.ends[at] - meetings.begins[at], 1)
    begins = meetings.begins[at] + (rng.random(at.size) * np.minimum(length, 2_880)).astype(np.int64)
    ends = np.minimum(begins + rng.integers(10, 120, at.size), meetings.ends[at])
    at, what, begins, ends = _drop_repeats(at, what, begins, ends)
    is_lone = meetings.is_changed[at] & (meetings.kind[at] == OUTPATIENT) & (rng.random(at.size) < _COURSE_ONLY_SHARE)
    is_sided = np.array([name.startswith(_SIDED) for name in names])[what]
    side = len(names) + draw_categories((0.45, 0.45, 0.1), int(is_sided.sum()), rng=rng).astype(np.int64)
    row = np.concatenate([np.arange(at.size), np.flatnonzero(is_sided)])
    code = np.concatenate([what, side])
    parent = np.concatenate([np.full(at.size, len(names)), what[is_sided]])
    order = np.lexsort((parent < len(names), begins[row], at[row]))
    row, code, parent = row[order], code[order], parent[order]
    is_lone, at = is_lone[row], at[row]
    codes = pl.Series([*names, *ADDITIONAL_CODES])
    contact = meetings.contact[at]
    return pl.DataFrame({
        "contact_number": number[contact],
        "course_number": course[contact],
        "visit_number": meetings.visit[at],
        "code": codes.gather(code),
        "is_surgery": np.array([name.startswith("K") for name in names])[what[row]],
        "parent": pl.Series([*names, None], dtype=pl.String).gather(parent),
        "start_at": as_times(begins[row]),
        "end_at": as_times(ends[row]),
    }).with_columns(pl.when(~pl.Series(is_lone)).then(pl.col("contact_number", "visit_number")))  # fmt: skip


def _draw_operations(meetings: Meetings, place: dict[str, int], *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    options, share = np.zeros((len(DIAGNOSES), 2), dtype=np.int64), np.zeros((3, len(DIAGNOSES)))
    for stem, (codes, admitted, visited) in OPERATIONS.items():
        mine = [i for i, name in enumerate(DIAGNOSES) if name.startswith(stem)]
        options[mine] = [place[codes[0]], place[codes[-1]]]
        share[INPATIENT, mine], share[OUTPATIENT, mine] = admitted, visited
    at = np.flatnonzero(rng.random(meetings.contact.size) < share[meetings.kind, meetings.code])
    return at, options[meetings.code[at], rng.integers(0, 2, at.size)]


def _draw_treatments(meetings: Meetings, place: dict[str, int], *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    what, share = np.zeros(len(DIAGNOSES), dtype=np.int64), np.zeros(len(DIAGNOSES))
    for stem, (name, often) in TREATMENTS.items():
        mine = [i for i, code in enumerate(DIAGNOSES) if code.startswith(stem)]
        what[mine], share[mine] = place[name], often
    at = np.flatnonzero(rng.random(meetings.contact.size) < share[meetings.code])
    return at, what[meetings.code[at]]


def _draw_others(
    meetings: Meetings, kind: int, place: dict[str, int], *, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    weights, mean = OTHERS[kind]
    mine = np.flatnonzero(meetings.kind == kind)
    at = np.repeat(mine, rng.poisson(mean, mine.size))
    positions = np.array([place[name] for name in weights], dtype=np.int64)
    return at, positions[draw_categories(tuple(weights.values()), at.size, rng=rng)]


def _drop_repeats(at: Ints, what: Ints, begins: Ints, ends: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Leave out what is done twice at one meeting in one minute; sort by meeting, code and time."""
    order = np.lexsort((begins, what, at))
    at, what, begins, ends = at[order], what[order], begins[order], ends[order]
    first = ~repeats_previous(at, what, begins)
    return at[first], what[first], begins[first], ends[first]


def _all_codes() -> list[str]:
    operations = [name for codes, _, _ in OPERATIONS.values() for name in codes]
    treatments = [name for name, _ in TREATMENTS.values()]
    return operations + treatments + [name for weights, _ in OTHERS.values() for name in weights]
