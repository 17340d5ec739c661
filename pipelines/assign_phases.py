"""Give every person of the cohort to one phase of the protocol, or to none."""

from evidens.study import Study, stage
from evidens.study.phases import divide_cohort


@stage("assign_phases")
def main(study: Study, outcome: str) -> None:
    """Write members and labels of each phase, apart from each other, and Table 1."""
    study.write("table_one", outcome, frame=divide_cohort(study, outcome))


if __name__ == "__main__":
    main()
