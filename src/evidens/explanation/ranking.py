"""Which features matter, and in which direction."""

import numpy as np

from evidens.explanation.attribution import Attribution
from evidens.statistics import Estimate

NORMAL_QUANTILE = 1.959963984540054  # of 97.5 %
SIGNIFICANT_DECIMALS = 12  # contributions that differ by less are rounding, not order


def rank_features(attribution: Attribution) -> np.ndarray:
    """Positions of the features from the largest mean absolute contribution to the smallest."""
    return np.argsort(-np.abs(attribution.values).mean(axis=0), kind="stable")


def estimate_importance(attribution: Attribution, feature: int) -> Estimate:
    """Mean absolute contribution of one feature to the log-odds.

    Notes
    -----
    The interval is about which people were drawn; it does not know that another development set
    would have given another model.
    """
    sizes = np.abs(attribution.values[:, feature])
    mean, n = float(sizes.mean()), len(sizes)
    method = "mean absolute SHAP value, log-odds; normal interval over people, model as fitted"
    if n < 2:
        return Estimate(mean, None, None, None, n, 0, method, "one person: no interval")
    se = float(sizes.std(ddof=1) / np.sqrt(n))
    reach = NORMAL_QUANTILE * se
    return Estimate(mean, se, max(mean - reach, 0.0), mean + reach, n, 0, method, None)


def estimate_direction(attribution: Attribution, feature: int, *, min_people: int) -> Estimate:
    """Spearman correlation of a feature's value with its contribution, among those measured.

    Notes
    -----
    1: the higher the value, the higher the risk; -1: the lower; near 0: no direction or a bend, which
    the dependence curve shows. No interval: it describes a fitted function over the people drawn.
    """
    from scipy.stats import rankdata

    values, contributions = attribution.features[:, feature], attribution.values[:, feature]
    measured = ~np.isnan(values)
    n = int(measured.sum())
    method = "Spearman correlation of value and SHAP value among those measured"
    if n < min_people:
        return Estimate(None, None, None, None, 0, 0, method, f"insufficient: fewer than {min_people} measured")
    x = rankdata(values[measured])
    y = rankdata(contributions[measured].round(SIGNIFICANT_DECIMALS))
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x * x).sum() * (y * y).sum()))
    if spread == 0:
        return Estimate(None, None, None, None, n, 0, method, "value or contribution is the same for everybody")
    return Estimate(float(np.clip((x * y).sum() / spread, -1.0, 1.0)), None, None, None, n, 0, method, None)
