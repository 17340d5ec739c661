"""Contacts that no register has, because their region was changing from one patient register to the next.

What is lost of the background is drawn by contact; what is lost of the signals is lost for the oracle too. The
contacts that follow a diagnosis are kept, each with its one visit, so that the gap moves no outcome.
"""

import hashlib

import numpy as np

from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.lives import Lives
from evidens.simulation.quarters import Calendar, day_number
from evidens.simulation.world import REGIONS, WorldSettings


def lost_in_gap(person: Ints, day: Ints, region: Ints, world: WorldSettings, shard: int) -> Flags:
    """Whether each contact is lost.

    Parameters
    ----------
    person, day, region : int arrays of one length
        Position of the person in the shard, day on which the contact begins, position in REGIONS.
    world : WorldSettings
        `effects.switch_gap` and `lpr_switch`.
    shard : int

    Returns
    -------
    bool array

    Notes
    -----
    A keyed hash of person and day decides, no stream of random numbers: so whoever asks about a contact, the
    layer that draws it or the one that writes it down, gets the same answer.
    """
    gap = world.effects.switch_gap
    if gap is None or not gap.days or not gap.share:
        return np.zeros(person.size, dtype=bool)
    first = _first_days(world)[region]
    inside = np.flatnonzero((day >= first) & (day < first + gap.days))
    lost = np.zeros(person.size, dtype=bool)
    lost[inside] = _uniform(person[inside], day[inside], world.seed, shard) < gap.share
    return lost


def kept_shares(lives: Lives, world: WorldSettings, calendar: Calendar) -> Floats | None:
    """Share of contacts that are kept, per person and quarter; None where there is no gap.

    Notes
    -----
    Contacts are uniform over the days open to a person, so the share lost is that of the gap times the part
    of these days that lies in it.
    """
    gap = world.effects.switch_gap
    if gap is None or not gap.days or not gap.share:
        return None
    first = _first_days(world)[lives.region]
    low = np.maximum(lives.open_day, first)
    high = np.minimum(lives.open_day + lives.open_days, first + gap.days)
    inside = np.maximum(high - low, 0) / np.maximum(lives.open_days, 1)
    return (1 - gap.share * inside).astype(np.float32)


def _first_days(world: WorldSettings) -> Ints:
    return np.array([day_number(world.lpr_switch[region]) for region in REGIONS])


def _uniform(person: Ints, day: Ints, seed: int, shard: int) -> Floats:
    """Numbers in [0, 1) from a hash, by the finaliser of SplitMix64.

    References
    ----------
    Steele GL, Lea D, Flood CH. Fast splittable pseudorandom number generators. OOPSLA 2014.
    doi:10.1145/2660193.2660195
    """
    name = f"{seed}\x1fsimulation\x1fgap\x1f{shard}".encode()
    key = np.frombuffer(hashlib.blake2b(name, digest_size=8).digest(), dtype=np.uint64)
    mixed = (person.astype(np.uint64) << np.uint64(20) | day.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15) + key
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ mixed >> np.uint64(31)) / np.float64(2**64)
