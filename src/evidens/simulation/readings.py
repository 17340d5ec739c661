"""Readings that are off: what an assay or a device makes of what the body shows."""

import numpy as np

from evidens.simulation.arrays import Flags, Floats, Ints
from evidens.simulation.drawn import Drawn
from evidens.simulation.effects import ORIGINS, REGIONS, ReadingShift
from evidens.simulation.quarters import day_number


def shift_readings(analysis: str, value: Floats, person: Ints, day: Ints, drawn: Drawn) -> Floats:
    """Return the values of one analysis as they are read, before they are rounded to what is reported.

    Parameters
    ----------
    analysis : str
        NPU or DNK code.
    value, person, day : arrays of one length
        What the body shows, whose it is (position in the shard), and the day of the sample.
    drawn : Drawn

    Returns
    -------
    float array
        `value` itself where nothing is off; never negative.

    Notes
    -----
    What is off leaves the oracle's record as it was: it knows the body's value, so the risk given the record
    does not change, and a model that reads what is reported is wrong by a known amount.
    """
    for shift in drawn.world.effects.reading_shifts:
        if shift.analysis == analysis:
            is_off = _is_off(shift, person, day, drawn)
            value = np.where(is_off, np.maximum(value * shift.factor + shift.offset, 0.0), value)
    return value


def _is_off(shift: ReadingShift, person: Ints, day: Ints, drawn: Drawn) -> Flags:
    people = drawn.people
    regions = np.array([region in shift.regions for region in REGIONS])
    origins = np.array([origin in shift.origins for origin in ORIGINS])
    sexes = np.array(["female" in shift.sexes, "male" in shift.sexes])
    in_whom = (origins[people.origin] & sexes[people.is_male.astype(np.int64)])[person]
    return in_whom & (day >= day_number(shift.from_on)) & regions[drawn.region_on(person, day)]
