"""The true risks: what is known about a person's future given everything that was recorded.

For one person let k be the class of frailty and o the quarter of onset. Given (k, o) and what is observed of
the person (age, sex, origin, arrival, residence), every event of the record is independent of every other, so

    P(diagnosis in the horizon | record) =
        sum over k, o of P(k) P(o | k) L(record | k, o) P(diagnosed in the horizon, alive | o)
        / sum over k, o of P(k) P(o | k) L(record | k, o) P(not diagnosed before the index | o),

a finite sum without any sampling. Onset more than the longest delay before the index is ruled out, since no
diagnosis came; onset so late that no signal could yet be seen is one cell.

The risk that a register shows the outcome is the same sum with other last factors (see `coding`): those who have
been diagnosed without any register showing it are still there, onset arbitrarily long ago among them where
some diagnoses are never recorded, and what counts is the day of the coded outcome, by disease or by a false code.

Three parts of the record would need more latent states and are integrated out in closed form instead: the
gamma multiplier of a stream (which makes its counts negative binomial), a person's own level of a value
(which makes the values of one person equally correlated), and rounding (Sheppard's correction: the variance
of a value reported in steps of s grows by s^2 / 12; for a logarithm the step is taken at the mean).

The record is what happened before the index, whenever it was reported: a model that has to wait for reports
knows a little less. Of two equal packs on one day the oracle knows both; the registers show one row of two.

Death and emigration depend on age, sex and origin alone, and say nothing; where a world lets emigration depend on
frailty, having stayed or left is part of the record and weighs the classes. Risk is that of a person who does
not emigrate: an analysis has to treat emigration as censoring.

The quarters of a horizon end on 31 December, its days (t, t + 365 H] on that day or, without a leap year, on
1 January. Nothing but treatment happens on a quarter's first day: for a diagnosis both are the same window, for
the coded outcome the day is counted.

References
----------
Sheppard WF. On the calculation of the most probable values of frequency-constants, for data arranged
according to equidistant divisions of a scale. Proc London Math Soc 1898;29:353-80.
doi:10.1112/plms/s1-29.1.353
"""

from typing import NamedTuple

import numpy as np

from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.cells import (
    Cells,
    alive_when_diagnosed,
    diagnosis_tables,
    divide_into_cells,
    survival_tables,
)
from evidens.simulation.coding import CodingLaw
from evidens.simulation.diseases import Disease
from evidens.simulation.likelihood import Onsets, log_likelihood
from evidens.simulation.lives import Lives
from evidens.simulation.onset import Course, delay_groups
from evidens.simulation.people import People
from evidens.simulation.quarters import Calendar
from evidens.simulation.signals import Signals
from evidens.simulation.world import WorldSettings


class Risks(NamedTuple):
    """Risks of the same people: of a diagnosis (to those without), and of the registers showing the outcome."""

    true: Floats
    coded: Floats


def risk_given_record(
    disease: Disease, people: People, lives: Lives, course: Course, signals: Signals, rows: Ints, index: int,
    world: WorldSettings, calendar: Calendar,
) -> Risks:  # fmt: skip
    """P(diagnosed | record, not diagnosed before) and P(coded | record, no register shows it), in the horizon, alive.

    Parameters
    ----------
    rows : int array
        People who are alive and resident and of whom no register shows anything of the disease by the index.
    index : int
        Quarter of the calendar that the index opens.
    world : WorldSettings
        `oracle_lookback_quarters` says how much of the record is read. Reading less is exact too: quarters
        are independent given (k, o), so the risk is then conditioned on the shorter record.

    Returns
    -------
    Risks
        One of each per row. The first is for those not diagnosed before the index.

    Notes
    -----
    Of `course` only what is observed is read: the hazard factor (sex, origin, region) and the time at risk.
    """
    risks = Risks(np.zeros(rows.size), np.zeros(rows.size))
    for cells in divide_into_cells(disease, people, lives, course, rows, index, world, calendar):
        mine = rows[cells.block]
        log_record = log_likelihood(disease, signals, mine, cells.onsets, cells.window, world, calendar)
        found = risk_from_log_record(log_record, cells)
        risks.true[cells.block], risks.coded[cells.block] = found
    return risks


def risk_from_log_record(log_record: Floats, cells: Cells) -> Risks:
    """Return both risks from the likelihood of any record, whole or summed up.

    Parameters
    ----------
    log_record : float32 array of shape (k, block, o)
        Log likelihood of what is known of each person of the block, up to a constant per person.
    cells : Cells
    """
    posterior = posterior_of(log_record, cells)
    by_quarter = np.einsum("no,ou->nu", posterior, cells.diagnosed)
    share, law, waiting = cells.recorded_share, cells.law, (posterior * cells.eligible).sum(axis=1)
    # Those no register shows: not diagnosed, diagnosed just now, or diagnosed and never to be recorded.
    hidden = share * (waiting + by_quarter[:, 0] * law.quiet) + (1 - share) * posterior.sum(axis=1)
    chance = share * by_quarter / hidden[:, None]
    shown, lost = np.einsum("nu,uv->nv", chance, law.reach), np.einsum("nu,uv->nv", chance, law.loss)
    coded = _either(shown, lost, law, cells.survival, cells.dying)
    return Risks(true_risk_of(posterior, cells), np.clip(coded, 0.0, 1.0))


def posterior_of(log_record: Floats, cells: Cells) -> Floats:
    """P(onset | record), up to a factor per person, shape (block, o); arguments as in `risk_from_log_record`."""
    weight = log_record - log_record.max(axis=(0, 2), keepdims=True)
    if cells.onsets.holds_earlier:  # a record that speaks of onset long ago may leave little to all else
        weight = weight.astype(np.float64)
    np.exp(weight, out=weight)
    weight *= cells.prior
    return weight.sum(axis=0, dtype=np.float64)


def true_risk_of(posterior: Floats, cells: Cells) -> Floats:
    """P(diagnosed in the horizon, alive | not diagnosed before the index) from `posterior_of`."""
    by_quarter = np.einsum("no,ou->nu", posterior, cells.diagnosed[:, 1:])
    with np.errstate(invalid="ignore", divide="ignore"):
        risk = (by_quarter * cells.alive).sum(axis=1) / (posterior * cells.eligible).sum(axis=1)
    return np.clip(np.nan_to_num(risk), 0.0, 1.0)


def risk_when_seen(people: People, rows: Ints, waited: Ints, index: int, disease: Disease, law: CodingLaw) -> Floats:
    """P(coded in the horizon, alive) of people whom a hospital coded with a code that the definition does not know.

    Parameters
    ----------
    waited : int array of length rows
        Days from that contact to the index.
    """
    survival, dying = survival_tables(people, rows, index, disease.horizon_quarters)
    shown = lost = np.zeros_like(survival)
    if law.seen_reach.size:
        place = np.minimum(waited, law.seen_reach.shape[0] - 1)
        shown, lost = law.seen_reach[place], law.seen_loss[place]
    return _either(shown, lost, law, survival, dying)


def risk_given_latents(
    disease: Disease, people: People, course: Course, rows: Ints, index: int, world: WorldSettings,
    calendar: Calendar,
) -> Floats:  # fmt: skip
    """Return the risk of a diagnosis for one who knows the quarter of onset: what no record can tell.

    Notes
    -----
    Given the onset, the class of frailty says nothing more.
    """
    onsets = Onsets(index, np.arange(index - disease.max_delay, index + disease.horizon_quarters))
    place = np.minimum(course.onset_quarter[rows] - onsets.quarters[0], onsets.quarters.size - 1)
    alive = alive_when_diagnosed(*survival_tables(people, rows, index, disease.horizon_quarters), index, calendar)
    risk = np.zeros(rows.size)
    for mine, delays in delay_groups(disease, people, rows, world):
        diagnosed, eligible = diagnosis_tables(delays, onsets, disease.horizon_quarters)
        risk[mine] = (diagnosed[place[mine], 1:] * alive[mine]).sum(axis=1) / eligible[place[mine]]
    return np.clip(risk, 0.0, 1.0)


def _either(shown: Floats, lost: Floats, law: CodingLaw, survival: Floats, dying: Floats) -> Floats:
    """P(coded by disease or falsely, alive on that day), from P(coded by disease) per quarter of the horizon.

    Notes
    -----
    The two are independent. In a quarter in which both fall, each comes first half the time.
    """
    not_shown = 1 - np.cumsum(shown, axis=1) + shown / 2
    not_false = 1 - np.cumsum(law.false_reach) + law.false_reach / 2
    by_disease = survival * (shown - dying * lost) * not_false
    falsely = survival * (law.false_reach - dying * law.false_loss) * not_shown
    return (by_disease + falsely).sum(axis=1)
