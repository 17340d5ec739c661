"""Where people live and are treated: municipalities, hospitals and laboratories of the five regions.

Hospital codes are those of the Danish hospital classification (SHAK) that the register reference lists;
municipality codes are a selection. Which laboratory serves whom is the simulation's assumption.
"""

import numpy as np

from evidens.simulation.arrays import Ints
from evidens.simulation.world import REGIONS

MUNICIPALITIES = {
    "81": ("773", "787", "810", "813", "820", "840", "846", "851", "860"),
    "82": ("615", "657", "661", "671", "730", "740", "746", "751", "791"),
    "83": ("420", "461", "479", "540", "550", "561", "607", "621", "630"),
    "84": ("101", "147", "157", "167", "173", "217", "219", "240"),
    "85": ("253", "259", "265", "316", "320", "330", "360", "370", "376"),
}
HOSPITALS = {
    "81": ("8001", "8003", "7603"),
    "82": ("6620", "6006", "6630"),
    "83": ("4202", "5000", "5501", "6007", "6008"),
    "84": ("1301", "1309", "1330", "1516", "2000"),
    "85": ("3800",),
}
LABORATORIES = {
    "81": ("81101", "81102"),
    "82": ("82101", "82102", "82103"),
    "83": ("83101", "83102", "83103"),
    "84": ("84101", "84102", "84103"),
    "85": ("85101", "85102"),
}


def pool_of(places: dict[str, tuple[str, ...]]) -> tuple[tuple[str, ...], Ints, Ints]:
    """Return all codes in one list, and each region's first place in it and number of places.

    >>> pool, first, count = pool_of(HOSPITALS)
    >>> pool[first[4]], int(count[4])
    ('3800', 1)
    """
    count = np.array([len(places[region]) for region in REGIONS])
    return tuple(code for region in REGIONS for code in places[region]), np.cumsum(count) - count, count


def draw_places(places: dict[str, tuple[str, ...]], region: Ints, *, rng: np.random.Generator) -> Ints:
    """Draw one place of each region given, as a position in the pool."""
    _, first, count = pool_of(places)
    return first[region] + (rng.random(region.size) * count[region]).astype(np.int64)
