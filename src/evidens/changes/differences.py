"""How a new version differs from the one before, on the same people with the same labels."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl
from numpy.typing import ArrayLike

from evidens.contracts import NO_THRESHOLD, Evidence, check_table, schema_of


def estimate_differences(
    outcome: ArrayLike, new_risk: ArrayLike, old_risk: ArrayLike, *,
    weights: ArrayLike | None = None, thresholds: Sequence[float] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    """Estimate new minus old in AUROC, Brier score, net benefit, sensitivity and specificity.

    Parameters
    ----------
    outcome : array_like of bool, shape (n,)
        Whether the person had the outcome.
    new_risk, old_risk : array_like of float, shape (n,)
        Predicted probability by the new and by the old version, of the same people.
    weights : array_like of float, shape (n,), optional
        Inverse-probability-of-censoring weights, 0 for people censored before the horizon.
    thresholds : sequence of float
        In (0, 1): where net benefit, sensitivity and specificity are compared.

    Returns
    -------
    list of dict
        Metric, threshold and the fields of an `Estimate` with a 95 % interval; in the order above,
        threshold by threshold. Lower is better for the Brier score, higher for the others.

    Raises
    ------
    StatisticsError
        For missing values, risks outside [0, 1], thresholds outside (0, 1), unequal lengths.

    Notes
    -----
    Paired, because two models agree on most people: an unpaired comparison would drown the difference
    in the noise that they share. Labels that either version was fitted on make its side too good.

    Examples
    --------
    >>> rows = estimate_differences([True, True, False, False], [0.9, 0.6, 0.2, 0.1], [0.9, 0.1, 0.2, 0.3])
    >>> [(row["metric"], round(row["value"], 4)) for row in rows]  # 4 of 4 pairs in order, not 2 of 4
    [('auroc', 0.5), ('brier', -0.1825)]
    """
    from evidens.statistics import compare_auroc, compare_brier, net_benefit_difference, paired_difference

    risks = (outcome, new_risk, old_risk)
    rows = [
        _row("auroc", NO_THRESHOLD, compare_auroc(*risks, weights=weights)),
        _row("brier", NO_THRESHOLD, compare_brier(*risks, weights=weights)),
    ]
    for threshold in thresholds:
        rows.append(_row("net_benefit", threshold, net_benefit_difference(*risks, threshold, weights=weights)))
        rows.extend(
            _row(measure, threshold, paired_difference(*risks, threshold, measure, weights=weights))
            for measure in ("sensitivity", "specificity")
        )
    return rows


def describe_differences(
    rows: Sequence[Mapping[str, Any]], *, outcome: str, model: str, phase: str, reference: str, horizon_days: int,
    group: str = "all", label: str = "coded",
) -> pl.DataFrame:  # fmt: skip
    """Put differences into the shape of evidence.

    Parameters
    ----------
    rows : sequence of mappings
        As `estimate_differences` gives them.
    outcome, model, phase, group, label, horizon_days
        What the rows are about; see the contract `Evidence`.
    reference : str
        The version compared with, such as `"version 3"`.

    Returns
    -------
    polars.DataFrame
        In the shape of the contract `Evidence`.
    """
    about = {"outcome": outcome, "model": model, "phase": phase, "group": group, "reference": reference,
             "label": label, "horizon_days": horizon_days}  # fmt: skip
    frame = pl.DataFrame([{**row, **about} for row in rows], schema=schema_of(Evidence))
    return check_table(frame, Evidence, place="paired differences")


def _row(metric: str, threshold: float, estimate: Any) -> dict[str, Any]:
    return {"metric": metric, "threshold": float(threshold), **asdict(estimate)}
