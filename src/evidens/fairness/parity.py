"""The same shares by group once more, by fairlearn: two computations that have to agree."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from evidens.cohort.target import Target
from evidens.fairness.groups import FairnessError
from evidens.foundation import Faults
from evidens.statistics import Estimate

AGREEMENT = 1e-9  # both are ratios of the same sums, added in another order


def compute_parity_frame(
    target: Target, risk: np.ndarray, levels: np.ndarray, threshold: float
) -> tuple[pl.DataFrame, dict[str, float]]:
    """Sensitivity, specificity, PPV and share flagged by group and overall, by fairlearn's MetricFrame.

    Parameters
    ----------
    target, risk : Target, numpy.ndarray
        n people; those with weight 0 are left out.
    levels : numpy.ndarray
        str, n: the group of each person.
    threshold : float
        A person with a risk at or above it is flagged.

    Returns
    -------
    polars.DataFrame
        One row per level: `level` and the four shares.
    dict
        The four shares over everybody.

    Notes
    -----
    fairlearn gives 0 where a share is undefined (no events: sensitivity 0); such groups are
    insufficient here and are not compared.

    References
    ----------
    Weerts H et al. Fairlearn: assessing and improving fairness of AI systems. JMLR 2023;24(257):1-8.
    """
    from fairlearn.metrics import MetricFrame, selection_rate, true_negative_rate, true_positive_rate
    from sklearn.metrics import precision_score

    def positive_predictive_value(truth: np.ndarray, flagged: np.ndarray, sample_weight: np.ndarray) -> float:
        return precision_score(truth, flagged, sample_weight=sample_weight, zero_division=0.0)

    known = target.weights > 0
    metrics = {
        "sensitivity": true_positive_rate,
        "specificity": true_negative_rate,
        "ppv": positive_predictive_value,
        "share_flagged": selection_rate,
    }
    weights = {"sample_weight": target.weights[known]}
    frame = MetricFrame(
        metrics=metrics,
        y_true=target.outcome[known].astype(np.int64),
        y_pred=(risk[known] >= threshold).astype(np.int64),
        sensitive_features={"level": levels[known]},
        sample_params=dict.fromkeys(metrics, weights),
    )
    by_group = pl.DataFrame(
        {"level": [str(level) for level in frame.by_group.index]}
        | {metric: frame.by_group[metric].to_numpy(dtype=np.float64) for metric in metrics}
    )
    return by_group, {metric: float(frame.overall[metric]) for metric in metrics}


def check_parity(parity: pl.DataFrame, estimates: Mapping[str, Mapping[str, Estimate]], *, variable: str) -> None:
    """Compare fairlearn's shares with ours, level by level.

    Parameters
    ----------
    parity : polars.DataFrame
        From `compute_parity_frame`.
    estimates : mapping
        Level to metric to estimate; undefined ones are not compared.
    variable : str
        What the groups are of, for messages.

    Raises
    ------
    FairnessError
        Naming each group and metric on which the two differ.
    """
    faults = Faults()
    metrics = [column for column in parity.columns if column != "level"]
    for row in parity.iter_rows(named=True):
        for metric in metrics:
            ours = estimates[row["level"]][metric].value
            if ours is not None and not abs(ours - row[metric]) <= AGREEMENT:
                finding = f"{metric} differs from fairlearn's."
                faults.add(f"{variable}={row['level']}", finding, "One of the two is wrong: do not report either.")
    faults.stop(FairnessError)
