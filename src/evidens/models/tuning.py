"""Tuning of trees: a few declared candidates race inside development, the best go on to all folds."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from evidens.models.model import Trial
from evidens.models.settings import LightGBMSettings

if TYPE_CHECKING:
    import lightgbm


SMALLEST_LEAF, LEAVES_TO_HAVE = 50, 8


def draw_candidates(
    settings: LightGBMSettings, *, n_people: int, rng: np.random.Generator
) -> list[dict[str, float | int]]:
    """Return the grid in its declared order, or `n_trials` of it drawn at random.

    Notes
    -----
    Where there are too few people for eight leaves of the declared size, a leaf holds an eighth of them, at least 50.
    """
    most = max(n_people // LEAVES_TO_HAVE, SMALLEST_LEAF)
    grid: list[dict[str, float | int]] = [
        {"num_leaves": leaves, "min_people_per_leaf": min(people, most)}
        for leaves, people in itertools.product(settings.num_leaves, settings.min_people_per_leaf)
    ]
    if settings.n_trials >= len(grid):
        return grid
    return [grid[k] for k in np.sort(rng.choice(len(grid), size=settings.n_trials, replace=False))]


def race_candidates(
    candidates: list[dict[str, float | int]],
    folds: list[tuple[lightgbm.Dataset, lightgbm.Dataset, float]],
    fixed: dict[str, Any],
    settings: LightGBMSettings,
) -> list[Trial]:
    """Try all candidates on the first folds and the best of them on all; the chosen one is marked."""
    curves: list[list[np.ndarray]] = [[] for _ in candidates]

    def run(k: int, n_folds: int) -> Trial:
        for fitted, held_out, _ in folds[len(curves[k]) : n_folds]:
            parameters = fixed | to_lightgbm(candidates[k])
            curves[k].append(_held_out_losses(fitted, held_out, parameters, settings))
        n_rounds = min(map(len, curves[k]))
        shares = np.array([weight for *_, weight in folds[:n_folds]])
        stacked = np.stack([curve[:n_rounds] for curve in curves[k]])
        mean = (stacked * (shares / shares.sum())[:, None]).sum(axis=0)
        best = int(mean.argmin())
        return Trial(candidates[k] | {"n_trees": best + 1}, n_folds, float(mean[best]))

    trials = [run(k, settings.n_screening_folds) for k in range(len(candidates))]
    order = sorted(range(len(trials)), key=lambda k: (trials[k].log_loss, k))
    finalists = order[: settings.n_finalists]
    for k in finalists:
        trials[k] = run(k, len(folds))
    winner = min(finalists, key=lambda k: (trials[k].log_loss, k))
    trials[winner] = replace(trials[winner], is_chosen=True)
    return trials


def to_lightgbm(candidate: dict[str, float | int]) -> dict[str, float | int]:
    """Name a candidate's hyper-parameters as LightGBM does."""
    return {"num_leaves": candidate["num_leaves"], "min_data_in_leaf": candidate["min_people_per_leaf"]}


def _held_out_losses(
    fitted: lightgbm.Dataset, held_out: lightgbm.Dataset, parameters: dict[str, Any], settings: LightGBMSettings
) -> np.ndarray:
    """Held-out log loss after each round, until it has not fallen for a while."""
    import lightgbm

    booster = lightgbm.Booster(parameters, fitted)
    booster.add_valid(held_out, "held_out")
    losses: list[float] = []
    best = 0
    while len(losses) < settings.max_rounds and len(losses) - best <= settings.early_stopping_rounds:
        is_finished = booster.update()
        losses.append(booster.eval_valid()[0][2])
        best = len(losses) - 1 if losses[-1] < losses[best] else best
        if is_finished:
            break
    return np.array(losses)
