"""Tumours of one shard, as a register of cancers knows them: on the true day of diagnosis, in whoever lives there then.

Colorectal cancers are those of the studied disease, lung cancers those of the background illness; other tumours come at
rates by age and sex, independent of both studied diseases. Sites, rates, stages and morphology are the simulation's
assumptions, near the numbers of cases in Denmark.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation.arrays import Ints
from evidens.simulation.background import Rows
from evidens.simulation.care import is_there
from evidens.simulation.conditions import draw_onsets
from evidens.simulation.diseases import AGES
from evidens.simulation.drawn import Drawn, join_rows, order_rows
from evidens.simulation.illnesses import ILLNESSES
from evidens.simulation.lives import NEVER
from evidens.simulation.pools import CANCER_DIAGNOSES
from evidens.simulation.processes import draw_categories, draw_cells, draw_event_days, expected_rates
from evidens.simulation.quarters import day_number


@dataclass(frozen=True)
class Site:
    """Where a tumour sits: ICD-10 codes with weights, morphology, and rates per year at the ages of `AGES`."""

    codes: dict[str, float]
    morphology: str
    women: tuple[float, ...] = (0.0,) * len(AGES)
    men: tuple[float, ...] = (0.0,) * len(AGES)


_COLORECTAL = Site(CANCER_DIAGNOSES, "81403")
_LUNG = Site({"C341": 0.4, "C343": 0.2, "C349": 0.4}, "80463")
_OTHERS = (
    Site({"C504": 0.5, "C502": 0.2, "C509": 0.3}, "85003",
         women=(0, 0, 3e-4, 1.3e-3, 2.4e-3, 3e-3, 3.6e-3, 3e-3, 3e-3)),
    Site({"C619": 1.0}, "81403", men=(0, 0, 0, 1e-5, 8e-4, 4e-3, 7e-3, 6e-3, 5e-3)),
    Site({"C435": 0.4, "C437": 0.35, "C433": 0.25}, "87203", women=(0, 5e-5, 2e-4, 3e-4, 5e-4, 6e-4, 8e-4, 9e-4, 9e-4),
         men=(0, 3e-5, 1e-4, 2e-4, 4e-4, 7e-4, 1e-3, 1.2e-3, 1.2e-3)),
    Site({"C679": 0.6, "D090": 0.4}, "81203", women=(0, 0, 0, 3e-5, 1e-4, 3e-4, 5e-4, 6e-4, 6e-4),
         men=(0, 0, 0, 5e-5, 3e-4, 1e-3, 1.8e-3, 2e-3, 2e-3)),
    Site({"D051": 1.0}, "85002", women=(0, 0, 2e-5, 1e-4, 4e-4, 5e-4, 3e-4, 1e-4, 1e-4)),
    Site({"D069": 1.0}, "80772", women=(0, 1e-4, 3e-3, 1.5e-3, 4e-4, 1e-4, 5e-5, 0, 0)),
    Site({"D320": 1.0}, "95300", women=(0, 0, 2e-5, 6e-5, 1e-4, 2e-4, 2e-4, 2e-4, 2e-4),
         men=(0, 0, 1e-5, 3e-5, 5e-5, 1e-4, 1e-4, 1e-4, 1e-4)),
)  # fmt: skip
SITES = (_COLORECTAL, _LUNG, *_OTHERS)
# Extent of the tumour, of the lymph nodes, of metastases; the last stands for not stated.
_T, _N, _M = ("1", "2", "3", "4", "X"), ("0", "1", "2", "X"), ("0", "1", "X")
_T_SHARES, _N_SHARES, _M_SHARES = (0.25, 0.25, 0.3, 0.1, 0.1), (0.55, 0.2, 0.1, 0.15), (0.7, 0.2, 0.1)


def describe_tumours(pnr: pl.Series, drawn: Drawn) -> pl.DataFrame:
    """Return the table of tumours, see `shard.Shard`."""
    person, day, site = _draw_tumours(drawn)
    kept = np.flatnonzero(day <= day_number(drawn.world.end_on))
    order = kept[order_rows(person[kept], day[kept], site[kept], start_day=int(drawn.calendar.starts[0]))]
    person, day, site = person[order], day[order], site[order]
    first = np.searchsorted(person, person, side="left")
    rng = stream(drawn.world.seed, "simulation", "tumour details", drawn.shard)
    code = _draw_codes(site, rng=rng)
    parts = {}
    for name, names, shares in (("t", _T, _T_SHARES), ("n", _N, _N_SHARES), ("m", _M, _M_SHARES)):
        parts[name] = pl.Series(list(names)).gather(draw_categories(shares, person.size, rng=rng).astype(np.uint8))
    return pl.DataFrame({
        "pnr": pnr.gather(person),
        "tumour_number": np.arange(person.size) - first + 1,
        "diagnosed_on": pl.Series(day).cast(pl.Date),
        "icd10": code,
        "morphology": pl.Series([s.morphology for s in SITES]).gather(site.astype(np.uint8)),
        "topography": code.str.slice(1),
        **parts,
    })  # fmt: skip


def _draw_tumours(drawn: Drawn) -> tuple[Ints, Ints, Ints]:
    """Draw who has a tumour, when, and its site as a position in SITES."""
    people, lives = drawn.people, drawn.lives
    lung = next(illness for illness in ILLNESSES if illness.name == "lung_cancer")
    onsets = draw_onsets(lung, people, drawn.calendar, **drawn.keys)
    colorectal = drawn.courses["colorectal_cancer"].recorded.diagnosis_day
    ill = np.flatnonzero(colorectal < NEVER).astype(np.int32)
    parts = [_present(ill, colorectal[ill], 0, drawn), _present(onsets.person, onsets.day, 1, drawn)]
    rng = stream(drawn.world.seed, "simulation", "tumours", drawn.shard)
    for place, site in enumerate(_OTHERS, start=2):
        table = np.stack([np.interp(np.arange(126), AGES, rates) / 4 for rates in (site.women, site.men)])
        person, day = draw_event_days(draw_cells(expected_rates(table, people, lives), rng=rng), lives, rng=rng)
        parts.append(Rows(person, day, np.full(person.size, place)))
    return join_rows(parts)


def _present(person: Ints, day: Ints, place: int, drawn: Drawn) -> Rows:
    """Keep those who are alive and resident on the day of the diagnosis, within the calendar."""
    kept = is_there(person, day, drawn.people, drawn.lives) & (day >= drawn.calendar.starts[0])
    return Rows(person[kept], day[kept], np.full(int(kept.sum()), place))


def _draw_codes(site: Ints, *, rng: np.random.Generator) -> pl.Series:
    """Draw one of each site's codes."""
    pool, codes = [code for s in SITES for code in s.codes], np.zeros(site.size, dtype=np.uint8)
    first = 0
    for place, s in enumerate(SITES):
        mine = np.flatnonzero(site == place)
        codes[mine] = first + draw_categories(tuple(s.codes.values()), mine.size, rng=rng)
        first += len(s.codes)
    return pl.Series(pool).gather(codes)
