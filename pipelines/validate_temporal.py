"""Validate in the same regions, later."""

from evidens.study import Study, stage
from evidens.study.phases import validate_sealed_phase


@stage("validate_temporal")
def main(study: Study, outcome: str) -> None:
    """Write predictions, evidence, curves and gates of the phase, or why it was not opened."""
    validate_sealed_phase(study, outcome, "temporal")


if __name__ == "__main__":
    main()
