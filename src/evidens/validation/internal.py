"""Validation within development: corrected for optimism by bootstrap, and from region to region."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.statistics import Estimate, auroc, bootstrap_optimism, brier, calibration_slope, oe_ratio
from evidens.validation.rows import EvidenceRows, evidence_frame
from evidens.validation.target import Target

Array = NDArray[np.float64]
FitPredict = Callable[[NDArray[np.int64]], Array]

CORRECTED = {"auroc": auroc, "calibration_slope": calibration_slope, "brier": brier, "oe_ratio": oe_ratio}


def correct_optimism(
    target: Target,
    fit_predicts: Mapping[str, FitPredict],
    *,
    outcome: str,
    n_resamples: int,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Correct the apparent performance of each model for optimism (Harrell's bootstrap [1]_).

    Parameters
    ----------
    target : Target
        Of the people in development.
    fit_predicts : mapping of str to callable
        Per model: repeats the whole modelling (imputation, selection, tuning) on the people named by indices
        (with repeats) and returns the risk of everybody, shape (n_people,).
    outcome : str
        Key of the rows.
    n_resamples : int
        Bootstrap samples; the same ones for every model.
    rng : numpy.random.Generator
        Draws the samples.

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
    n = target.outcome.size
    samples = rng.integers(0, n, size=(n_resamples, n))
    collected = []
    for model, fit_predict in fit_predicts.items():
        rows = EvidenceRows(outcome, model, "internal", horizon_days=target.horizon_days)
        results = bootstrap_optimism(
            target.outcome, fit_predict, CORRECTED, indices=samples, weights=target.weights
        )
        for metric, result in results.items():
            rows.add(f"{metric}_optimism", result.optimism)
            rows.add(f"{metric}_corrected", result.corrected)
        collected.append(rows)
    return evidence_frame(*collected)


def leave_regions_out(
    target: Target, regions: Sequence[str], fit_predicts: Mapping[str, FitPredict], *, outcome: str
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

    Returns
    -------
    polars.DataFrame
        Evidence: AUROC, calibration slope and O/E with group "region=<code>", whose method says which region was
        left out of fitting.

    References
    ----------
    .. [1] Takada T et al. J Clin Epidemiol 2021;137:83-91. doi:10.1016/j.jclinepi.2021.03.025
    """
    where = np.asarray(regions)
    collected = []
    for model, fit_predict in fit_predicts.items():
        for region in sorted(set(regions)):
            rows = EvidenceRows(outcome, model, "internal", f"region={region}", target.horizon_days)
            held_out = where == region
            risk = fit_predict(np.flatnonzero(~held_out)) if (~held_out).any() else None
            for metric, estimate in (("auroc", auroc), ("calibration_slope", calibration_slope), ("oe_ratio", oe_ratio)):
                if risk is None:
                    n, events = target.n_people, target.n_events
                    result = Estimate(None, None, None, None, n, events, "internal-external", "only one region")
                else:
                    result = estimate(target.outcome[held_out], risk[held_out], weights=target.weights[held_out])
                rows.add(f"{metric}_left_out", result)
            collected.append(rows)
    return evidence_frame(*collected)
