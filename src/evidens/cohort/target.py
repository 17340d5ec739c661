"""From labels to what statistics take: the outcome, and weights that make up for censoring."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.statistics import censoring_weights


@dataclass(frozen=True)
class Target:
    """What is predicted, one entry per person in the order of the labels.

    Parameters
    ----------
    outcome : array of bool, shape (n_people,)
        The outcome came within the horizon. Death before it is no outcome: it competes.
    weights : array of float, shape (n_people,)
        Inverse probability of not being censored; 0 for people censored before the horizon.
    horizon_days : int
        Days after the index.
    """

    outcome: NDArray[np.bool_]
    weights: NDArray[np.float64]
    horizon_days: int

    @property
    def n_events(self) -> int:
        """People with the outcome."""
        return int(self.outcome.sum())

    @property
    def n_people(self) -> int:
        """People whose state at the horizon is known."""
        return int((self.weights > 0).sum())


def build_target(labels: pl.DataFrame, *, horizon_days: int) -> Target:
    """Turn labels into outcome and weights.

    Parameters
    ----------
    labels : polars.DataFrame
        With `status` and `followup_days`, one row per person.
    horizon_days : int
        Days after the index.

    Returns
    -------
    Target
        In the order of `labels`.

    Notes
    -----
    Emigration and the end of data censor; death does not: someone who died without the outcome did not
    have it. Weights are the inverse of the Kaplan-Meier estimate of remaining uncensored [1]_.

    References
    ----------
    .. [1] Graf E et al. Stat Med 1999;18:2529-45.
       doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5
    """
    status = labels["status"].to_numpy()
    followup = labels["followup_days"].to_numpy().astype(np.float64)
    weights = censoring_weights(followup, status == "censored", horizon_days)
    return Target(status == "event", weights, horizon_days)
