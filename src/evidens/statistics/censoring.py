"""Follow-up that ends early: weights for those seen to the horizon, and cumulative incidence with competing death."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evidens.foundation import Faults
from evidens.statistics.estimate import Estimate, StatisticsError, undefined, wald_estimate
from evidens.statistics.sample import Floats, check_level

CENSORED, EVENT, COMPETING = 0, 1, 2


def censoring_weights(followup_days: ArrayLike, is_censored: ArrayLike, horizon_days: float) -> Floats:
    """Inverse probability of being observed until the outcome at the horizon is known.

    Parameters
    ----------
    followup_days : array_like of int or float, shape (n,)
        Days from the index to whatever ended follow-up: event, death, censoring or the horizon.
    is_censored : array_like of bool, shape (n,)
        True where follow-up ended for a reason unrelated to outcome and death, such as emigration.
    horizon_days : float
        Days after the index at which the outcome must be known.

    Returns
    -------
    ndarray of float, shape (n,)
        0 for people censored before the horizon. For an event or death at day t before the horizon 1 / G(t-),
        for people followed to the horizon 1 / G(horizon-); G is the Kaplan-Meier estimate of remaining
        uncensored. The weights sum to n.

    Raises
    ------
    StatisticsError
        For missing values, negative days, unequal lengths, and a horizon that nobody was followed to while
        people were censored: nothing then stands for those still at risk.

    Notes
    -----
    G(t-) and not G(t): someone with an event on day t was still under observation that day whoever left later
    that day. On the same day events and deaths come before censorings, so the people at risk of being
    censored exclude them. Graf E et al. Stat Med 1999;18:2529-2545.
    doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5

    Examples
    --------
    Of four people one leaves on day 2 with three under observation; the two that stay stand for three:

    >>> [float(w) for w in censoring_weights([1, 2, 10, 10], [False, True, False, False], 10)]
    [1.0, 0.0, 1.5, 1.5]
    """
    days, censored = _check_followup("censoring_weights", followup_days, is_censored, horizon_days)
    left = censored.astype(bool) & (days < horizon_days)
    stop = np.minimum(days, horizon_days)
    if left.any() and not (days >= horizon_days).any():
        faults = Faults()
        faults.add("censoring_weights", "nobody was followed to the horizon.", "Choose a shorter horizon.")
        faults.stop(StatisticsError)
    times, at = np.unique(stop, return_inverse=True)
    n_left = np.bincount(at, weights=left, minlength=times.size)
    n_exits = np.bincount(at, minlength=times.size)
    at_risk = stop.size - np.cumsum(n_exits) + n_left  # events of the day have already happened
    stays = np.divide(at_risk - n_left, at_risk, out=np.ones(times.size), where=n_left > 0)
    before = np.cumprod(np.append(1.0, stays))[:-1]  # G just before each time
    weights = np.zeros(stop.size)
    known = ~left
    weights[known] = 1 / before[at[known]]
    return weights


def aalen_johansen(
    followup_days: ArrayLike,
    status: ArrayLike,
    horizon_days: float,
    *,
    cause: int = EVENT,
    level: float = 0.95,
) -> Estimate:
    """Cumulative incidence of an event by the horizon where another event, such as death, may come first.

    Parameters
    ----------
    followup_days : array_like of int or float, shape (n,)
        Days from the index to the end of follow-up.
    status : array_like of int, shape (n,)
        What ended it: 0 nothing (censored, or event-free at the horizon), 1 the event, 2 the competing event.
    horizon_days : float
        Days after the index; events on that day count.
    cause : {1, 2}
        Whose incidence.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        `value` in [0, 1]; the variance is the infinitesimal jackknife's, the interval is formed on the
        complementary log-log scale. `n_events` counts events of `cause` by the horizon.

    Raises
    ------
    StatisticsError
        For missing values, negative days, other codes, unequal lengths.

    Notes
    -----
    Aalen OO, Johansen S. Scand J Stat 1978;5:141-150. One minus Kaplan-Meier would count the dead as if they
    could still fall ill, and is too high. On the same day events come before censorings. Undefined where
    follow-up ends before the horizon with people still at risk.

    Examples
    --------
    Four people: an event on day 1 (1/4), a death on day 2, an event on day 3 with two left (1/2 * 1/2):

    >>> aalen_johansen([1, 2, 3, 10], [1, 2, 1, 0], 10).value
    0.5
    """
    days, codes = _check_followup("aalen_johansen", followup_days, status, horizon_days, codes=(0, 1, 2))
    method = "Aalen-Johansen, infinitesimal jackknife variance, complementary log-log interval"
    faults = Faults()
    check_level(faults, "aalen_johansen", level)
    if cause not in (EVENT, COMPETING):
        faults.add("aalen_johansen", "unknown cause.", "1 is the event, 2 the competing event.")
    faults.stop(StatisticsError)
    n = days.size
    by_horizon = days <= horizon_days
    n_events = int(np.count_nonzero((codes == cause) & by_horizon))
    if n == 0:
        return undefined(0, 0, method, "no one to count")
    if days.max() < horizon_days and (codes[days == days.max()] == CENSORED).any():
        return undefined(n, n_events, method, "nobody was followed to the horizon")
    incidence, influence = _incidence(np.minimum(days, horizon_days), np.where(by_horizon, codes, CENSORED), cause)
    if n_events == 0:
        reason = "no one had the event by the horizon: no interval"
        return wald_estimate(0.0, None, n=n, n_events=0, method=method, level=level, reason=reason)
    return wald_estimate(
        incidence,
        float(np.sqrt((influence * influence).sum())),
        n=n,
        n_events=n_events,
        method=method,
        level=level,
        scale="cloglog",
    )


def _incidence(days: Floats, codes: NDArray, cause: int) -> tuple[float, Floats]:
    """Cumulative incidence at the last day, and each person's influence on it.

    With hazard h_k of any event and h1_k of the cause among n_k at risk, S the share free of any event
    and F the incidence, person i at risk at k with increments dN of any event and dN1 of the cause adds
    ``S_(k-1) (dN1 - h1_k) / n_k - (F - F_k) (dN - h_k) / (n_k (1 - h_k))``.
    """
    times, at = np.unique(days, return_inverse=True)
    n_cause = np.bincount(at, weights=codes == cause, minlength=times.size)
    n_any = np.bincount(at, weights=codes != CENSORED, minlength=times.size)
    at_risk = days.size - np.append(0, np.cumsum(np.bincount(at))[:-1])
    hazard, cause_hazard = n_any / at_risk, n_cause / at_risk
    free_before = np.cumprod(np.append(1.0, 1 - hazard))[:-1]
    reached = np.cumsum(free_before * cause_hazard)
    still = 1 - hazard
    later = np.divide(reached[-1] - reached, at_risk * still, out=np.zeros(times.size), where=still > 0)
    now = free_before / at_risk
    waiting = np.cumsum(later * hazard - now * cause_hazard)
    jump = np.where(codes == cause, now[at], 0.0) - np.where(codes != CENSORED, later[at], 0.0)
    return float(reached[-1]), waiting[at] + jump


def _check_followup(
    place: str, followup_days: ArrayLike, status: ArrayLike, horizon_days: float, codes: tuple[int, ...] = (0, 1)
) -> tuple[Floats, NDArray]:
    faults = Faults()
    days, marks = np.asarray(followup_days, dtype=np.float64), np.asarray(status)
    if days.ndim != 1 or marks.shape != days.shape:
        faults.add(place, f"lengths differ: followup_days {days.size}, status {marks.size}.", "Give one per person.")
    if days.size and not (np.isfinite(days).all() and days.min() >= 0):
        faults.add(place, "followup_days are missing, infinite or negative.", "Count days from the index.")
    if marks.size and not np.isin(marks, codes).all():
        faults.add(place, "status holds an unknown code.", f"One of: {', '.join(map(str, codes))}.")
    if not horizon_days > 0:
        faults.add(place, "horizon_days is not above 0.", "Give days after the index.")
    faults.stop(StatisticsError)
    return days, marks
