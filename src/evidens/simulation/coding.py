"""How a diagnosis becomes a code: false codes, and the law of the delay from a diagnosis to the coded outcome.

The study's definitions are those of `phenotypes/`: the second qualifying event of type 2 diabetes (a hospital diagnosis
or a dispensing), the first hospital diagnosis of colorectal cancer. `care` draws what qualifies; here is its law.
"""

from dataclasses import dataclass, replace

import numpy as np

from evidens.foundation import stream
from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.care import CODED_SHARE, FALSE_GAP, FIRST_GAP, SECOND_GAP
from evidens.simulation.diseases import Disease
from evidens.simulation.lives import NEVER, Lives
from evidens.simulation.onset import Course
from evidens.simulation.processes import draw_cells, draw_event_days
from evidens.simulation.quarters import Calendar
from evidens.simulation.world import WorldSettings


@dataclass(frozen=True)
class CodingLaw:
    """From the day of a diagnosis to the day of the coded outcome, at one index; u quarters, v = u quarters.

    Row u = 0 is a diagnosis in the quarter before the index that no register shows on the index day or before;
    row u = 1 + i a diagnosis in quarter i of the horizon. Column v is quarter v of the horizon; the last holds
    the first day after it, where the horizon reaches that far.

    Parameters
    ----------
    reach : array of shape (u, v)
        P(coded outcome in quarter v of the horizon | diagnosed in quarter u and recorded), death aside.
    loss : array of shape (u, v)
        Part of `reach` that is lost if the person dies in the quarter of the coded outcome.
    quiet : float
        P(no register shows anything of the disease by the index day | diagnosed in the quarter before).
    false_reach, false_loss : arrays of length v
        The same for a false coding that begins after the index, whatever the disease.
    seen_reach, seen_loss : arrays of shape (days, v)
        The same for people known to be diagnosed so many days before the index, but not shown as the definition
        asks; no rows where such people are never shown.
    """

    reach: Floats
    loss: Floats
    quiet: float
    false_reach: Floats
    false_loss: Floats
    seen_reach: Floats
    seen_loss: Floats


def add_false_codings(
    course: Course, disease: Disease, lives: Lives, world: WorldSettings, calendar: Calendar, shard: int
) -> Course:
    """Return the course with the day of each person's first false coding, a Poisson process over residence.

    Notes
    -----
    Only the first of a person counts: a second one would find the outcome coded already.
    """
    rate = world.effects.false_codings_per_year.get(disease.outcome, 0.0)
    if not rate:
        return course
    rng = stream(world.seed, "simulation", "false codings", disease.outcome, shard)
    cells = draw_cells(lives.exposure * np.float32(rate / 4), rng=rng)
    person, day = draw_event_days(cells, lives, rng=rng)
    first = np.full(course.false_day.size, NEVER)
    np.minimum.at(first, person, day)
    return replace(course, false_day=first)


def coding_law(disease: Disease, index: int, world: WorldSettings, calendar: Calendar) -> CodingLaw:
    """Work out the law at one index, day by day.

    Notes
    -----
    Diabetes: the diagnosis is coded at a hospital on its day with a fixed probability, unless coded otherwise; the
    first dispensing follows within two weeks, the second some weeks later. So the outcome comes with the first
    dispensing if a hospital coded the disease, with the second if not. Later contacts come later than both. Cancer:
    with the diagnosis, if it is coded with a code of the definition, and never if not.
    """
    horizon = disease.horizon_quarters
    starts = calendar.starts[index - 1 : index + horizon + 2].astype(np.int64)
    days = np.diff(starts)
    n_days = 365 * horizon // 4 + 1  # from the index to the last day of the horizon
    size = n_days + 400

    def by_quarter(law: Floats) -> tuple[Floats, Floats]:
        return _by_quarter(law[:n_days], starts[1:], horizon)

    reach, loss = np.zeros((horizon + 1, horizon + 1)), np.zeros((horizon + 1, horizon + 1))
    seen = np.zeros((0, size))
    is_diabetes, quiet = disease.outcome == "type_2_diabetes", 0.0
    if is_diabetes:
        first, gaps = np.full(FIRST_GAP[1], 1 / FIRST_GAP[1]), np.arange(*SECOND_GAP)
        second = np.convolve(first, np.bincount(gaps) / gaps.size)
        seen = np.zeros((FIRST_GAP[1] - 1, size))
        for waited in range(1, FIRST_GAP[1] - 1):
            for wait in range(waited + 1, FIRST_GAP[1]):  # the first dispensing comes after the index
                seen[waited, wait - waited + gaps] += 1 / gaps.size / (FIRST_GAP[1] - 1 - waited)
        left = np.maximum(FIRST_GAP[1] - 1 - np.arange(FIRST_GAP[1] - 1), 0) / FIRST_GAP[1]
        left[0] = 0.0  # no diagnosis on the day of the index
        quiet = (1 - CODED_SHARE) * float(left.sum()) / (days[0] - 1)
        reach[0], loss[0] = by_quarter((1 - CODED_SHARE) / (days[0] - 1) * (left @ seen))
    for u in range(1, horizon + 1):
        known = _known_share(disease, index - 1 + u, world, calendar)
        law = np.zeros(size)
        of_diagnosis = starts[u] - starts[1] + 1 + np.arange(days[u] - 1)  # in days from the index
        if is_diabetes:
            delay = np.zeros(second.size)
            delay[: first.size] = CODED_SHARE * known * first
            delay += (1 - CODED_SHARE * known) * second
            law[of_diagnosis[0] : of_diagnosis[0] + of_diagnosis.size + delay.size - 1] = np.convolve(
                np.full(of_diagnosis.size, 1 / of_diagnosis.size), delay
            )
        else:
            law[of_diagnosis] = known / of_diagnosis.size
        reach[u], loss[u] = by_quarter(law)
    hazard, false = world.effects.false_codings_per_year.get(disease.outcome, 0.0) / 4, np.zeros(size)
    for u in range(1, horizon + 1):
        begins = starts[u] - starts[1] + 1 + np.arange(days[u] - 1) + (FALSE_GAP if is_diabetes else 0)
        false[begins] += np.exp(-hazard * (u - 1)) * -np.expm1(-hazard) / begins.size
    seen_tables = [by_quarter(row) for row in seen]
    return CodingLaw(
        reach, loss, quiet, *by_quarter(false),
        np.array([reach for reach, _ in seen_tables]), np.array([loss for _, loss in seen_tables]),
    )  # fmt: skip


def _known_share(disease: Disease, quarter: int, world: WorldSettings, calendar: Calendar) -> float:
    """Share of hospital codes of a quarter that the definition knows."""
    change = world.effects.coding_changes.get(disease.outcome)
    if change is None or quarter < calendar.position(change.from_on):
        return 1.0
    return change.coded_share


def _by_quarter(law: Floats, starts: Ints, horizon: int) -> tuple[Floats, Floats]:
    """Sum probabilities per day from the index over quarters, as they are and weighted for death in the quarter.

    Notes
    -----
    A death in the quarter is uniform over the m days after the first. It comes before the j-th of them with
    probability (j - 1) / m: on one day, the code comes first.
    """
    day = np.arange(law.size)
    quarter = np.searchsorted(starts - starts[0], day, side="right") - 1
    usable = np.diff(starts)[quarter] - 1
    before = np.maximum(day - (starts - starts[0])[quarter] - 1, 0) / usable
    sums = [np.bincount(quarter, weights, minlength=horizon + 1) for weights in (law, law * before)]
    return sums[0].astype(np.float64), sums[1].astype(np.float64)
