"""Internal validation: how much better a model looks on the people it was fitted on than on others."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evidens.foundation import Fault
from evidens.statistics.estimate import Estimate, StatisticsError, normal_quantile, undefined
from evidens.statistics.sample import check_sample

Metric = Callable[..., Estimate]
FitPredict = Callable[[NDArray[np.intp]], ArrayLike]


@dataclass(frozen=True)
class Optimism:
    """One metric before and after the correction.

    Parameters
    ----------
    apparent : Estimate
        On the people the model was fitted on.
    optimism : Estimate
        Mean over resamples of performance in the resample minus performance in everyone; its interval and
        `se` are those of the finite number of resamples, not of the people.
    corrected : Estimate
        Apparent minus optimism; the interval is the apparent one, moved as far.
    """

    apparent: Estimate
    optimism: Estimate
    corrected: Estimate


def bootstrap_optimism(
    outcome: ArrayLike,
    fit_predict: FitPredict,
    *,
    metrics: Mapping[str, Metric],
    weights: ArrayLike | None = None,
    n_resamples: int = 200,
    rng: np.random.Generator | None = None,
    indices: Iterable[ArrayLike] | None = None,
) -> dict[str, Optimism]:
    """Correct apparent performance by Harrell's bootstrap.

    Parameters
    ----------
    outcome : array_like of bool, shape (n,)
        Whether the person had the outcome.
    fit_predict : callable
        Takes row numbers, which may repeat; fits on those rows, **repeating every step that looked at the
        data** (imputation, selection, tuning), and returns risks for all n people; NaN where the rows cannot be
        modelled, which leaves the resample out.
    metrics : mapping of str to callable
        Functions of this room such as `auroc`, called as `metric(outcome, risk, weights=...)`.
    weights : array_like of float, shape (n,), optional
        Inverse-probability-of-censoring weights, passed to the metrics.
    n_resamples : int
        Resamples to draw with `rng`; 200 or more.
    rng : numpy.random.Generator, optional
        Needed unless `indices` is given.
    indices : iterable of array_like of int, optional
        The resamples themselves, each n row numbers: makes a run repeatable elsewhere.

    Returns
    -------
    dict of str to Optimism
        By metric. Resamples in which a metric is undefined, or which could not be modelled, are left out of its mean;
        `reason` says when there were any.

    Raises
    ------
    StatisticsError
        For missing values, no resamples, row numbers outside the sample, risks of the wrong length.

    Notes
    -----
    Harrell FE, Lee KL, Mark DB. Stat Med 1996;15:361-387.
    doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4. Moving the apparent interval is
    Noma's location shift (doi:10.1002/sim.9148); it is a little too narrow, for it leaves out the
    uncertainty of the optimism itself.
    """
    observed, everyone, resamples = _check_resamples(outcome, weights, n_resamples, rng, indices)
    whole_weights = None if weights is None else np.asarray(weights, dtype=np.float64)

    def measure(risk: ArrayLike, rows: NDArray[np.intp]) -> dict[str, Estimate]:
        w = None if whole_weights is None else whole_weights[rows]
        risks = np.asarray(risk, dtype=np.float64)
        if risks.shape != observed.shape:
            fault = Fault("bootstrap_optimism", "fit_predict gave too few or too many risks.", "One per person.")
            raise StatisticsError(fault)
        return {name: metric(observed[rows], risks[rows], weights=w) for name, metric in metrics.items()}

    apparent = measure(fit_predict(everyone), everyone)
    gaps: dict[str, list[float]] = {name: [] for name in metrics}
    n_drawn = 0
    for rows in resamples:
        n_drawn += 1
        risk = fit_predict(rows)
        if np.isnan(risk).any():
            continue
        inside, outside = measure(risk, rows), measure(risk, everyone)
        for name in metrics:
            here, elsewhere = inside[name].value, outside[name].value
            if here is not None and elsewhere is not None:
                gaps[name].append(here - elsewhere)
    if n_drawn == 0:
        raise StatisticsError(Fault("bootstrap_optimism", "no resamples.", "Give at least one."))
    return {name: _correct(apparent[name], np.array(gaps[name]), n_drawn) for name in metrics}


def _correct(apparent: Estimate, gaps: np.ndarray, n_drawn: int) -> Optimism:
    n, n_events, value = apparent.n, apparent.n_events, apparent.value
    method = f"mean of {gaps.size} bootstrap resamples, interval of their number alone"
    corrected_method = f"{apparent.method}; Harrell bootstrap of {gaps.size} resamples, interval moved by the optimism"
    if gaps.size == 0 or value is None:
        why = (apparent.reason if value is None else None) or "undefined in every resample"
        return Optimism(apparent, undefined(n, n_events, method, why), undefined(n, n_events, corrected_method, why))
    reason = None if gaps.size == n_drawn else f"undefined in {n_drawn - gaps.size} of {n_drawn} resamples"
    mean = float(gaps.mean())
    se = float(gaps.std(ddof=1) / np.sqrt(gaps.size)) if gaps.size > 1 else None
    half = None if se is None else normal_quantile(0.95) * se
    return Optimism(
        apparent=apparent,
        optimism=Estimate(mean, se, _minus(mean, half), _minus(mean, half, -1), n, n_events, method, reason),
        corrected=Estimate(
            value=value - mean,
            se=apparent.se,
            lower=_minus(apparent.lower, mean),
            upper=_minus(apparent.upper, mean),
            n=n,
            n_events=n_events,
            method=corrected_method,
            reason="; ".join(part for part in (apparent.reason, reason) if part) or None,
        ),
    )


def _minus(limit: float | None, shift: float | None, sign: int = 1) -> float | None:
    return None if limit is None or shift is None else limit - sign * shift


def _check_resamples(
    outcome: ArrayLike,
    weights: ArrayLike | None,
    n_resamples: int,
    rng: np.random.Generator | None,
    indices: Iterable[ArrayLike] | None,
) -> tuple[np.ndarray, NDArray[np.intp], Iterable[NDArray[np.intp]]]:
    """Return the outcome, all row numbers, and the resamples, one at a time."""
    check_sample("bootstrap_optimism", outcome, np.zeros(np.size(outcome)), weights=weights)
    observed = np.asarray(outcome).astype(bool)
    everyone = np.arange(observed.size)
    if indices is not None:
        return observed, everyone, (_check_rows(rows, observed.size) for rows in indices)
    if rng is None:
        raise StatisticsError(Fault("bootstrap_optimism", "neither rng nor indices.", "Pass one of them."))
    return observed, everyone, (rng.integers(0, observed.size, observed.size) for _ in range(n_resamples))


def _check_rows(rows: ArrayLike, n: int) -> NDArray[np.intp]:
    chosen = np.asarray(rows, dtype=np.intp)
    if chosen.shape != (n,) or (n and (chosen.min() < 0 or chosen.max() >= n)):
        fault = Fault("bootstrap_optimism", "row numbers do not fit the people.", "Give n of them, in [0, n).")
        raise StatisticsError(fault)
    return chosen
