"""Let aggregate tables leave: small cells are suppressed, so that nobody can be recognised."""

from evidens.study import Study, stage
from evidens.study.release import disclose_tables


@stage("disclose")
def main(study: Study, outcome: str) -> None:
    """Write the released tables of one outcome."""
    disclose_tables(study, outcome)


if __name__ == "__main__":
    main()
