"""Fit one model for one outcome, on people in development and nothing else."""

from evidens.study import Study, stage
from evidens.study.training import train_model


@stage("train")
def main(study: Study, outcome: str, model: str) -> None:
    """Write the model's files."""
    fitted = train_model(study, outcome, model)
    fitted.save(study.out_folder("model", outcome, model))
    study.log.count(fitted.record.n_people)


if __name__ == "__main__":
    main()
