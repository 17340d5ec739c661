"""Validate within development: corrected for optimism, and from region to region."""

from evidens.study import Study, stage
from evidens.study.phases import validate_within_development


@stage("validate_internal")
def main(study: Study, outcome: str) -> None:
    """Write evidence, curves and gates of the internal phase for every model."""
    validate_within_development(study, outcome)


if __name__ == "__main__":
    main()
