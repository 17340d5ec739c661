"""Validation within development: corrected for optimism by bootstrap, and from region to region."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.cohort.target import Target
from evidens.foundation import track
from evidens.statistics import auroc, bootstrap_optimism, brier, calibration_slope, oe_ratio
from evidens.statistics.estimate import undefined
from evidens.validation.rows import EvidenceRows, evidence_frame

Array = NDArray[np.float64]
FitPredict = Callable[[NDArray[np.int64]], Array]
InOrder = Callable[[Callable[[Any], Array], Sequence[Any]], Iterable[Array]]

METHOD = "internal-external"
TOO_FEW = "insufficient: the other regions have too few events to fit a model"
LEFT_OUT = {"auroc": auroc, "calibration_slope": calibration_slope, "oe_ratio": oe_ratio}
CORRECTED = {"auroc": auroc, "calibration_slope": calibration_slope, "brier": brier, "oe_ratio": oe_ratio}


def correct_optimism(
    target: Target,
    fit_predicts: Mapping[str, FitPredict],
    *,
    outcome: str,
    n_resamples: int,
    rng: np.random.Generator,
    in_order: InOrder = map,
) -> pl.DataFrame:
    """Correct the apparent performance of each model for optimism (Harrell's bootstrap [1]_).

    Parameters
    ----------
    target : Target
        Of the people in development.
    fit_predicts : mapping of str to callable
        Per model: repeats the whole modelling (imputation, selection, tuning) on the people named by indices
        (with repeats) and returns the risk of everybody, shape (n_people,); NaN where these people are too few.
    outcome : str
        Key of the rows.
    n_resamples : int
        Bootstrap samples; the same ones for every model.
    rng : numpy.random.Generator
        Draws the samples.
    in_order : callable
        Like `map`: applies a function to items and yields the results in their order; several at a time, if it can.

    Returns
    -------
    polars.DataFrame
        Evidence: `<metric>_optimism` and `<metric>_corrected` of the internal phase.

    Notes
    -----
    The interval of a corrected value is the apparent one moved by the optimism: it carries the sampling error of
    the apparent value, not that of the optimism, which the method's text says.

    References
    ----------
    .. [1] Harrell FE, Lee KL, Mark DB. Stat Med 1996;15:361-87.
       doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4
    .. [2] Noma H et al. Stat Med 2021;40:5691-701. doi:10.1002/sim.9148
    """
    keys: list[int | None] = [None, *(int(key) for key in rng.integers(2**63, size=n_resamples))]
    draw = partial(draw_people, target.outcome.size)
    collected = []
    for model, fit_predict in fit_predicts.items():
        rows = EvidenceRows(outcome, model, "internal", horizon_days=target.horizon_days)
        fits = partial(_fit_on_draw, fit_predict, draw)
        risks = iter(in_order(fits, keys))  # in the order in which they are asked for below
        results = bootstrap_optimism(
            target.outcome,
            partial(_next_risk, risks),
            metrics=CORRECTED,
            weights=target.weights,
            indices=(draw(key) for key in track(keys[1:], what=f"resamples, {model}")),
        )
        for metric, result in results.items():
            rows.add(f"{metric}_optimism", result.optimism)
            rows.add(f"{metric}_corrected", result.corrected)
        collected.append(rows)
    return evidence_frame(*collected)


def leave_regions_out(
    target: Target,
    regions: Sequence[str],
    fit_predicts: Mapping[str, FitPredict],
    *,
    outcome: str,
    in_order: InOrder = map,
) -> pl.DataFrame:
    """Fit every model without one region, evaluate it there, region by region (internal-external validation [1]_).

    Parameters
    ----------
    target : Target
        Of the people in development.
    regions : sequence of str, length n_people
        Each person's region at the index.
    fit_predicts : mapping
        As in `correct_optimism`.
    outcome : str
        Key of the rows.
    in_order : callable
        As in `correct_optimism`.

    Returns
    -------
    polars.DataFrame
        Evidence: AUROC, calibration slope and O/E with group "region=<code>", whose method says which region was
        left out of fitting.

    References
    ----------
    .. [1] Takada T et al. J Clin Epidemiol 2021;137:83-91. doi:10.1016/j.jclinepi.2021.03.025
    """
    where, codes = np.asarray(regions), sorted(set(regions))
    if len(codes) < 2:
        return evidence_frame(*(_only_one_region(target, model, codes, outcome=outcome) for model in fit_predicts))
    collected = []
    for model, fit_predict in fit_predicts.items():
        risks = in_order(fit_predict, [np.flatnonzero(where != code) for code in codes])
        for code, risk in zip(codes, risks, strict=True):
            rows = EvidenceRows(outcome, model, "internal", f"region={code}", target.horizon_days)
            held_out = where == code
            for metric, estimate in LEFT_OUT.items():
                if np.isnan(risk).any():
                    found = undefined(int(held_out.sum()), int(target.outcome[held_out].sum()), METHOD, TOO_FEW)
                else:
                    found = estimate(target.outcome[held_out], risk[held_out], weights=target.weights[held_out])
                rows.add(f"{metric}_left_out", found)
            collected.append(rows)
    return evidence_frame(*collected)


def draw_people(n: int, key: int | None) -> NDArray[np.int64]:
    """Draw `n` of `n` people with replacement; the same for the same key. Everybody once for None.

    >>> draw_people(3, None).tolist(), len(draw_people(5, key=7))
    ([0, 1, 2], 5)
    """
    if key is None:
        return np.arange(n)
    return np.random.Generator(np.random.Philox(key=key)).integers(0, n, n)


def _fit_on_draw(fit_predict: FitPredict, draw: Callable[[int | None], NDArray[np.int64]], key: int | None) -> Array:
    return fit_predict(draw(key))


def _next_risk(risks: Iterator[Array], _rows: NDArray[np.int64]) -> Array:
    return next(risks)


def _only_one_region(target: Target, model: str, codes: Sequence[str], *, outcome: str) -> EvidenceRows:
    rows = EvidenceRows(outcome, model, "internal", f"region={''.join(codes)}", target.horizon_days)
    n, n_events = target.n_people, target.n_events
    for metric in LEFT_OUT:
        rows.add(f"{metric}_left_out", undefined(n, n_events, METHOD, "only one region"))
    return rows
