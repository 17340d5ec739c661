"""Features and labels of a phase, between the buckets on disk and the matrix that models take."""

from functools import partial

import polars as pl

from evidens.codes import CodeList
from evidens.features import FeatureMatrix, Vocabulary, assemble, build_features, count_codes, make_vocabulary
from evidens.phenotypes import load_phenotype
from evidens.study.study import Study

KEYS = ("person_id", "index_at")


def learn_features(study: Study, outcome: str) -> Vocabulary:
    """Learn from development which codes are counted, and write the vocabulary."""
    settings = study.settings("features")
    count = partial(count_codes, settings=settings, excluded=_excluded(study, outcome))
    counts = [
        part for _, part in study.map_buckets(count, events="events", members=("members", outcome, "development"))
    ]
    vocabulary = make_vocabulary(counts, settings)
    study.write("vocabulary", outcome, frame=vocabulary.frame)
    return vocabulary


def write_features(study: Study, outcome: str, phase: str, vocabulary: Vocabulary) -> None:
    """Build and write the features of one phase, bucket by bucket."""
    build = partial(
        build_features,
        settings=study.settings("features"),
        vocabulary=vocabulary,
        excluded=_excluded(study, outcome),
    )
    writes = {"dense": ("dense_features", outcome, phase), "counts": ("count_features", outcome, phase)}
    for _ in study.map_buckets(build, writes=writes, members=("members", outcome, phase), events="events"):
        pass  # the workers write


def read_features(study: Study, outcome: str, phase: str) -> FeatureMatrix:
    """Read the features of one phase as one matrix, in the order of pseudonym and index date."""
    dense, counts = study.read("dense_features", outcome, phase), study.read("count_features", outcome, phase)
    people = dense.select(KEYS).sort(KEYS)
    return assemble(dense, counts, Vocabulary(study.read("vocabulary", outcome)), people)


def read_labels(study: Study, outcome: str, phase: str) -> pl.DataFrame:
    """Read the labels of one phase, in the order of pseudonym and index date."""
    return study.read("labels", outcome, phase).sort(KEYS)


def read_members(study: Study, outcome: str, phase: str) -> pl.DataFrame:
    """Read who is in one phase, in the order of pseudonym and index date."""
    return study.read("members", outcome, phase).sort(KEYS)


def _excluded(study: Study, outcome: str) -> CodeList:
    """Codes that are no predictors of `outcome`: the disease itself, its treatment, its suspicion."""
    return load_phenotype(study.settings("outcome", outcome).phenotype).suspicion
