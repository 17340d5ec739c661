"""Services of general practitioners and other practices outside hospital, as they are billed.

Rates depend on age, sex and comorbidity and not on the two diseases: this layer says nothing about them that age and
sex do not say. Rates, codes and their weights are the simulation's assumptions; there are about two rows per person
and year, fewer than in Denmark, so that the register does not outgrow the others.
"""

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation.arrays import Ints
from evidens.simulation.background import expected_events
from evidens.simulation.drawn import Drawn, as_enum, order_rows, repeats_previous
from evidens.simulation.processes import draw_categories, draw_cells, draw_event_days, draw_multipliers
from evidens.simulation.quarters import day_number

# Two digits of specialty (80 general practice, 81 out of hours, 19 eyes, 21 ear-nose-throat, 04 skin, 50 dentist,
# 51 physiotherapy, 53 chiropractic, 63 psychologist) and four of the service: weight before and from the age of 40.
SERVICES = {
    "800101": (30, 34), "800105": (9, 10), "800201": (12, 14), "800411": (0, 2), "802101": (7, 14), "807156": (2, 4),
    "810101": (5, 3), "810201": (4, 2), "190110": (1, 4), "210110": (2, 2), "040110": (2, 2), "501011": (12, 12),
    "510110": (3, 5), "530110": (3, 3), "630110": (2, 1),
}  # fmt: skip
CHILD_SERVICES = {"800101": 6, "810101": 3, "210110": 1}  # of a child, billed on a parent's number
_RATES = (2.2, 1.5, 1.6, 1.7, 1.9, 2.2, 2.8, 3.2, 3.2)
_CHILD_RATES = (0.0, 0.02, 0.45, 0.25, 0.02, 0.0, 0.0, 0.0, 0.0)
_FEMALE_FACTOR, _MALE_FACTOR = 1.2, 0.8
_LAG_SHARES = (0.6, 0.3, 0.1)  # of weeks between a service and its billing: 0, 1, 2
_MORE_SHARE = 0.12
_MONDAY = 3  # 1 January 1970 was a Thursday, three days after a Monday


def describe_services(pnr: pl.Series, drawn: Drawn) -> pl.DataFrame:
    """Return the table of services, see `shard.Shard`: one row per person, week of billing, service and patient.

    Notes
    -----
    What is billed in a week that belongs to a year before or after the coverage is not in the register.
    """
    rng = stream(drawn.world.seed, "simulation", "services", drawn.shard)
    codes = tuple(SERVICES)
    own = _draw(_RATES, drawn, rng=rng)
    is_old = drawn.people.born_day[own[0]] + 14_610 <= own[1]  # 40 years
    young, old = (draw_categories(weights, own[0].size, rng=rng) for weights in zip(*SERVICES.values(), strict=True))
    children = _draw(_CHILD_RATES, drawn, rng=rng)
    places = np.array([codes.index(code) for code in CHILD_SERVICES], dtype=np.int64)
    childs = places[draw_categories(tuple(CHILD_SERVICES.values()), children[0].size, rng=rng)] + len(codes)
    person, day = np.concatenate([own[0], children[0]]), np.concatenate([own[1], children[1]])
    what = np.concatenate([np.where(is_old, old, young), childs])
    billed = day - (day + _MONDAY) % 7 + 7 * draw_categories(_LAG_SHARES, day.size, rng=rng).astype(np.int32)
    n_services = 1 + (rng.random(day.size, dtype=np.float32) < _MORE_SHARE)
    thursday = billed + 3  # the year of a week is that of its Thursday
    kept = np.flatnonzero((thursday >= day_number(drawn.world.start_on)) & (thursday <= day_number(drawn.world.end_on)))
    first_day = int(billed[kept].min()) if kept.size else 0
    order = kept[order_rows(person[kept], billed[kept], what[kept], start_day=first_day)]
    person, billed, what, day = person[order], billed[order], what[order], day[order]
    first = np.flatnonzero(~repeats_previous(person, billed, what))
    n_services = np.add.reduceat(n_services[order], first) if first.size else n_services[order]
    person, billed, what, day = person[first], billed[first], what[first], day[first]
    return pl.DataFrame({
        "pnr": pnr.gather(person),
        "served_on": pl.Series(day).cast(pl.Date),
        "billed_on": pl.Series(billed).cast(pl.Date),
        "specialty": as_enum(what % len(codes), codes),
        "n_services": n_services.astype(np.int16),
        "for_child": what >= len(codes),
        "practice": as_enum(person % len(_practices()), _practices()),
    })  # fmt: skip


def _draw(rates: tuple[float, ...], drawn: Drawn, *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw persons and days at rates per year by age."""
    people = drawn.people
    own = draw_multipliers(1.5, people.n, rng=rng) * np.sqrt(drawn.comorbidity)
    own *= np.where(people.is_male, _MALE_FACTOR, _FEMALE_FACTOR)
    cells = draw_cells(expected_events(rates, people, drawn.lives) * own[:, None], rng=rng)
    return draw_event_days(cells, drawn.lives, rng=rng)


def _practices() -> list[str]:
    """Return made-up numbers of practices, six digits."""
    return [f"{10_007 + 7 * i:06d}" for i in range(1_900)]
