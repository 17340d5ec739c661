"""Validate in silence: predictions are frozen before outcomes are read."""

from evidens.study import Study, stage
from evidens.study.phases import validate_sealed_phase


@stage("validate_prospective")
def main(study: Study, outcome: str) -> None:
    """Write predictions, evidence, curves and gates of the phase, or why it was not opened."""
    validate_sealed_phase(study, outcome, "prospective")


if __name__ == "__main__":
    main()
