"""Fit the models of a study: on this machine, or on a cluster where the matrix is too large for one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from evidens.cohort import Target, build_target
from evidens.features import FeatureMatrix, Vocabulary, assemble
from evidens.foundation import stream
from evidens.models import LightGBMSettings, Model, fit_model
from evidens.study.buckets import Readable
from evidens.study.engine import DaskSettings, load_dask
from evidens.study.features import read_features, read_labels
from evidens.study.study import Study


def train_model(study: Study, outcome: str, name: str) -> Model:
    """Fit one model for one outcome, on people in development and nothing else."""
    labels, settings = read_labels(study, outcome, "development"), study.settings("model", name)
    target = build_target(labels, horizon_days=study.settings("outcome", outcome).horizon_days)
    rng, engine = stream(0, "train", outcome, name), study.engine
    if isinstance(engine, DaskSettings) and engine.train_on_cluster and isinstance(settings, LightGBMSettings):
        parts = list_parts(study, outcome, labels, target)
        return load_dask("engine_dask_training").fit_on_cluster(parts, settings, engine, rng=rng)
    features = read_features(study, outcome, "development")
    return fit_model(features, target.outcome, target.weights, settings, rng=rng)


@dataclass(frozen=True)
class BucketFeatures:
    """Where the features of one bucket lie, to be read in another process."""

    dense: Readable
    counts: Readable
    vocabulary: Vocabulary

    def read(self) -> FeatureMatrix:
        """Read them as one matrix, people in ascending order of their pseudonym."""
        dense = self.dense.read(None)
        people = dense.select("person_id", "index_at").sort("person_id")
        return assemble(dense, self.counts.read(None), self.vocabulary, people)


def list_parts(study: Study, outcome: str, labels: pl.DataFrame, target: Target) -> list[Any]:
    """Divide the people of development, whose `labels` and `target` are given, by bucket, for training on a cluster."""
    training, vocabulary = load_dask("engine_dask_training"), Vocabulary(study.read("vocabulary", outcome))
    dense, counts, theirs = (
        study.by_bucket(table, outcome, "development") for table in ("dense_features", "count_features", "labels")
    )
    parts, person_id = [], labels["person_id"].to_numpy()
    for bucket, people in theirs.items():
        place = np.searchsorted(person_id, people.read(None)["person_id"].sort().to_numpy())
        known = np.flatnonzero(target.weights[place] > 0)
        if len(known):
            read = BucketFeatures(dense[bucket], counts[bucket], vocabulary).read
            parts.append(training.Part(read, known, target.outcome[place][known], target.weights[place][known]))
    return parts
