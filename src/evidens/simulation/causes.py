"""Causes of death: what the certificate says, in ICD-10 without the Danish prefix.

Death itself depends on age and sex alone (see `lives`); a cause is attributed to it afterwards, so that it tells
nothing about the time of death. Shares of causes are assumptions of the simulation.
"""

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation.arrays import Ints
from evidens.simulation.lives import Lives
from evidens.simulation.onset import Course
from evidens.simulation.people import People
from evidens.simulation.processes import draw_categories
from evidens.simulation.quarters import day_number
from evidens.simulation.world import WorldSettings

# Underlying causes and their weights below 50, from 50 to 74 and from 75 years on.
_CAUSES = {
    "I219": (5, 9, 9), "I509": (2, 4, 7), "I649": (3, 5, 8), "J449": (1, 8, 7), "J189": (2, 3, 6), "C349": (5, 15, 6),
    "C509": (6, 5, 2), "C619": (0, 4, 4), "C259": (3, 6, 3), "F039": (0, 2, 9), "G309": (0, 2, 5), "K746": (6, 5, 1),
    "X599": (15, 3, 3), "X709": (14, 2, 1), "E149": (1, 2, 2), "N189": (1, 2, 3), "R999": (6, 5, 7), "I109": (1, 2, 4),
}  # fmt: skip
_CODES = (*_CAUSES, "C189", "E119")
_BY_SEX = {"C509": False, "C619": True}  # women's and men's
_CANCER_SHARE, _DIABETES_SHARE = 0.45, 0.4


def describe_causes(
    pnr: pl.Series, people: People, lives: Lives, courses: dict[str, Course], world: WorldSettings, shard: int
) -> pl.DataFrame:
    """Return the table of causes of death, one row per death in the country, see `shard.Shard`.

    Notes
    -----
    Of people with a recorded diagnosis of colorectal cancer a share die of it; recorded diabetes contributes to a
    share of deaths. Nobody's certificate tells of a disease that was not diagnosed, or that no register shows.
    """
    rng = stream(world.seed, "simulation", "causes", shard)
    who = np.flatnonzero((lives.death_day <= day_number(world.end_on)) & ~lives.dies_abroad)
    day = lives.death_day[who]
    band = np.searchsorted([50, 75], (day - people.born_day[who]) / 365.25, side="right")
    drawn = np.stack([draw_categories(tuple(w[i] for w in _CAUSES.values()), who.size, rng=rng) for i in range(3)])
    cause = _fit_to_sex(drawn[band, np.arange(who.size)], people.is_male[who])

    def has(outcome: str, share: float) -> np.ndarray:
        return (courses[outcome].recorded.diagnosis_day[who] < day) & (rng.random(who.size) < share)

    cause = np.where(has("colorectal_cancer", _CANCER_SHARE), _CODES.index("C189"), cause)
    is_contributing = pl.Series(has("type_2_diabetes", _DIABETES_SHARE))
    return pl.DataFrame({
        "pnr": pnr.gather(who.astype(np.uint32)),
        "died_on": pl.Series(day).cast(pl.Date),
        "underlying": pl.Series(list(_CODES)).gather(cause.astype(np.uint32)),
        "contributing": pl.select(pl.when(is_contributing).then(pl.lit("E119"))).to_series(),
    })  # fmt: skip


def _fit_to_sex(cause: Ints, is_male: np.ndarray) -> Ints:
    """Replace causes that the person's sex excludes by the most frequent one."""
    for code, of_men in _BY_SEX.items():
        cause = np.where((cause == _CODES.index(code)) & (is_male != of_men), 0, cause)
    return cause
