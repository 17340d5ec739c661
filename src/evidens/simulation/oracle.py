"""The true risk: what is known about a person's future given everything that was recorded.

For one person let k be the class of frailty and o the quarter of onset. Given (k, o) and what is observed of
the person (age, sex, origin, arrival, residence), every event of the record is independent of every other, so

    P(diagnosis in the horizon | record) =
        sum over k, o of P(k) P(o | k) L(record | k, o) P(diagnosed in the horizon, alive | o)
        / sum over k, o of P(k) P(o | k) L(record | k, o) P(not diagnosed before the index | o),

a finite sum without any sampling. Onset more than the longest delay before the index is ruled out, since no
diagnosis came; onset so late that no signal could yet be seen is one cell.

Three parts of the record would need more latent states and are integrated out in closed form instead: the
gamma multiplier of a stream (which makes its counts negative binomial), a person's own level of a value
(which makes the values of one person equally correlated), and rounding (Sheppard's correction: the variance
of a value reported in steps of s grows by s^2 / 12; for a logarithm the step is taken at the mean).

The record is what happened before the index, whenever it was reported: a model that has to wait for reports
knows a little less. Of two equal packs on one day the oracle knows both; the registers show one row of two.

Death and emigration depend on age, sex and origin alone, and say nothing. Risk is that of a person who does
not emigrate: emigration is independent of disease, and an analysis has to treat it as censoring.

The quarters of a horizon end on 31 December, its days (t, t + 365 H] on that day or, without a leap year, on
1 January; as nothing ever happens on a quarter's first day, both are the same window.

References
----------
Sheppard WF. On the calculation of the most probable values of frequency-constants, for data arranged
according to equidistant divisions of a scale. Proc London Math Soc 1898;29:353-80.
doi:10.1112/plms/s1-29.1.353
"""

import numpy as np

from evidens.simulation.arrays import Floats, Ints
from evidens.simulation.diseases import FRAILTY, FRAILTY_SHARES, Disease
from evidens.simulation.hazards import cumulate
from evidens.simulation.likelihood import Onsets, log_likelihood
from evidens.simulation.marginals import death_hazards
from evidens.simulation.onset import Course, delay_shares
from evidens.simulation.people import People
from evidens.simulation.quarters import Calendar
from evidens.simulation.signals import Signals
from evidens.simulation.world import ORIGINS, WorldSettings

_ROWS_AT_A_TIME = 2_000  # keeps a block of cells within the processor's cache


def risk_given_record(
    disease: Disease, people: People, course: Course, signals: Signals, rows: Ints, index: int,
    world: WorldSettings, calendar: Calendar,
) -> Floats:  # fmt: skip
    """P(diagnosed within the horizon and before death | record before the index, not diagnosed before).

    Parameters
    ----------
    rows : int array
        People who are alive, resident and not diagnosed at the index.
    index : int
        Quarter of the calendar that the index opens.
    world : WorldSettings
        `oracle_lookback_quarters` says how much of the record is read. Reading less is exact too: quarters
        are independent given (k, o), so the risk is then conditioned on the shorter record.

    Returns
    -------
    float array, one risk per row.

    Notes
    -----
    Of `course` only what is observed is read: the hazard factor (sex and origin) and the time at risk.
    """
    onsets = Onsets.before_and_after(disease, index)
    risk = np.zeros(rows.size)
    for origin, name in enumerate(ORIGINS):
        delays = delay_shares(disease, world.diagnosed_per_quarter[disease.outcome][name])
        mine = np.flatnonzero(people.origin[rows] == origin)
        for start in range(0, mine.size, _ROWS_AT_A_TIME):
            block = mine[start : start + _ROWS_AT_A_TIME]
            prior = _prior(disease, people, course, rows[block], onsets)
            window = slice(max(index - world.oracle_lookback_quarters, 0), index)
            log_record = log_likelihood(disease, signals, rows[block], onsets, window, world.effects.signal)
            weight = prior * np.exp(log_record - log_record.max(axis=(0, 2), keepdims=True))
            posterior = weight.sum(axis=0, dtype=np.float64)
            diagnosed, eligible = diagnosis_tables(delays, onsets, disease.horizon_quarters)
            alive = survival_to_diagnosis(people, rows[block], index, disease.horizon_quarters, calendar)
            events = np.einsum("no,ou->nu", posterior, diagnosed)
            risk[block] = (events * alive).sum(axis=1) / (posterior * eligible).sum(axis=1)
    return np.clip(risk, 0.0, 1.0)


def risk_given_latents(
    disease: Disease, people: People, course: Course, rows: Ints, index: int, world: WorldSettings,
    calendar: Calendar,
) -> Floats:  # fmt: skip
    """Return the same risk for one who knows the quarter of onset: what no record can tell.

    Notes
    -----
    Given the onset, the class of frailty says nothing more.
    """
    onsets = Onsets(index, np.arange(index - disease.max_delay, index + disease.horizon_quarters))
    place = np.minimum(course.onset_quarter[rows] - onsets.quarters[0], onsets.quarters.size - 1)
    risk = np.zeros(rows.size)
    for origin, name in enumerate(ORIGINS):
        delays = delay_shares(disease, world.diagnosed_per_quarter[disease.outcome][name])
        mine = people.origin[rows] == origin
        diagnosed, eligible = diagnosis_tables(delays, onsets, disease.horizon_quarters)
        alive = survival_to_diagnosis(people, rows[mine], index, disease.horizon_quarters, calendar)
        risk[mine] = (diagnosed[place[mine]] * alive).sum(axis=1) / eligible[place[mine]]
    return np.clip(risk, 0.0, 1.0)


def diagnosis_tables(delays: Floats, onsets: Onsets, horizon_quarters: int) -> tuple[Floats, Floats]:
    """Return P(diagnosis in quarter u after the index | o), shape (o, u), and P(no diagnosis before | o)."""
    delay = onsets.index + np.arange(horizon_quarters) - onsets.quarters[:, None]
    padded = np.concatenate([[0.0], delays, [0.0]])
    diagnosed = padded[np.clip(delay, 0, delays.size + 1)]
    waited = np.clip(onsets.index - onsets.quarters - 1, 0, delays.size)
    before = np.concatenate([[0.0], np.cumsum(delays)])[waited]
    return diagnosed, np.where(onsets.quarters < onsets.index, 1 - before, 1.0)


def survival_to_diagnosis(people: People, rows: Ints, index: int, horizon_quarters: int, calendar: Calendar) -> Floats:
    """P(alive on the day of a diagnosis in each quarter of the horizon), shape (rows, horizon_quarters).

    Notes
    -----
    In the quarter of diagnosis both days are uniform over the m days after the first, so a death in that
    quarter comes before the diagnosis with probability (m - 1) / (2 m).
    """
    quarters = index + np.arange(horizon_quarters)
    hazard = death_hazards()[people.is_male[rows].astype(np.int64)[:, None], quarters - people.born_quarter[rows, None]]
    cumulative = cumulate(hazard)
    usable = np.diff(calendar.starts)[quarters] - 1
    return np.exp(-cumulative[:, :-1]) * (1 + np.expm1(-hazard) * (usable - 1) / (2 * usable))


def _prior(disease: Disease, people: People, course: Course, rows: Ints, onsets: Onsets) -> Floats:
    """P(k) P(onset in each quarter | k), shape (k, rows, o)."""
    hazard = cumulate(disease.hazards())
    edges = np.append(onsets.quarters, onsets.quarters[-1])  # the last cell has no end
    life = np.clip(edges - people.born_quarter[rows, None], 0, hazard.size - 1)
    from_hazard = hazard[np.minimum(course.at_risk_from[rows], hazard.size - 1)]
    cumulative = np.maximum(hazard[life] - from_hazard[:, None], 0) * course.hazard_factor[rows, None]
    step = np.diff(cumulative, axis=1)
    step[:, -1] = np.inf  # the last cell holds every later onset, and none at all
    prior = np.empty((FRAILTY.size, rows.size, onsets.quarters.size), dtype=np.float32)
    for k, frail in enumerate(np.exp(disease.frailty_log_ratio * FRAILTY)):
        prior[k] = FRAILTY_SHARES[k] * np.exp(-frail * cumulative[:, :-1]) * -np.expm1(-frail * step)
    return prior
