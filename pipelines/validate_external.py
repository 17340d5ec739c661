"""Validate in regions never seen."""

from evidens.study import Study, stage
from evidens.study.phases import validate_sealed_phase


@stage("validate_external")
def main(study: Study, outcome: str) -> None:
    """Write predictions, evidence, curves and gates of the phase, or why it was not opened."""
    validate_sealed_phase(study, outcome, "external")


if __name__ == "__main__":
    main()
