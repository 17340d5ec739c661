"""Build the features of every phase; what they are is learned from development only."""

from evidens.study import Study, stage
from evidens.study.features import learn_features, write_features
from evidens.study.phases import SEALED


@stage("build_features")
def main(study: Study, outcome: str) -> None:
    """Write the vocabulary, and dense and count features by phase and bucket."""
    vocabulary = learn_features(study, outcome)
    for phase in ("development", *SEALED):
        write_features(study, outcome, phase, vocabulary)


if __name__ == "__main__":
    main()
