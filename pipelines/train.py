"""Fit one model for one outcome, on people in development and nothing else."""

from evidens.cohort import build_target
from evidens.foundation import stream
from evidens.models import fit_model
from evidens.study import Study, stage
from evidens.study.features import read_features, read_labels


@stage("train")
def main(study: Study, outcome: str, model: str) -> None:
    """Write the model's files."""
    target = build_target(
        read_labels(study, outcome, "development"), horizon_days=study.settings("outcome", outcome).horizon_days
    )
    fitted = fit_model(
        read_features(study, outcome, "development"),
        target.outcome,
        target.weights,
        study.settings("model", model),
        rng=stream(0, "train", outcome, model),
    )
    fitted.save(study.out_folder("model", outcome, model))
    study.log.count(target.n_people)


if __name__ == "__main__":
    main()
