"""Two anonymous archetypes: what an average high-risk and an average typical person's risk is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evidens.explanation.attribution import Attribution
from evidens.explanation.settings import FEWEST_IN_ARCHETYPE, ExplanationSettings


@dataclass(frozen=True)
class Archetype:
    """The average over people who resemble each other in what drives their risk.

    Parameters
    ----------
    name : str
        `high_risk` or `typical_risk`.
    n : int
        People averaged, at least 20.
    contributions : numpy.ndarray
        float64, p: mean contribution of each feature.
    values : numpy.ndarray
        float64, p: mean measured value of each feature; NaN where fewer than 20 of them are measured.
    """

    name: str
    n: int
    contributions: np.ndarray
    values: np.ndarray


def average_archetypes(attribution: Attribution, settings: ExplanationSettings) -> list[Archetype]:
    """Average the people nearest to a high-risk and to a typical profile; none when people are too few.

    Notes
    -----
    A profile is the mean contributions over a band of predicted risk: the highest, and around the
    median. The archetype is the mean over the people of that band whose contributions lie nearest to
    the profile (Euclidean distance in log-odds), so it reads like one coherent person and is none: no
    value of any one person is shown.
    """
    n = len(attribution.risk)
    if n < settings.archetype_people:
        return []
    by_risk = np.argsort(attribution.risk, kind="stable")
    n_high = max(settings.archetype_people, int(settings.high_risk_share * n))
    n_typical = max(settings.archetype_people, int(settings.typical_share * n))
    start = (n - n_typical) // 2
    bands = {"high_risk": by_risk[n - n_high :], "typical_risk": by_risk[start : start + n_typical]}
    return [_average(name, attribution, np.sort(band), settings.archetype_people) for name, band in bands.items()]


def _average(name: str, attribution: Attribution, band: np.ndarray, n_people: int) -> Archetype:
    contributions = attribution.values[band]
    distances = ((contributions - contributions.mean(axis=0)) ** 2).sum(axis=1)
    nearest = np.sort(band[np.argsort(distances, kind="stable")[:n_people]])
    features = attribution.features[nearest]
    measured = ~np.isnan(features)
    n_measured = measured.sum(axis=0)
    enough = n_measured >= FEWEST_IN_ARCHETYPE
    means = np.where(measured, features, 0.0).sum(axis=0) / np.maximum(n_measured, 1)
    return Archetype(
        name=name,
        n=len(nearest),
        contributions=attribution.values[nearest].mean(axis=0),
        values=np.where(enough, means, np.nan),
    )
