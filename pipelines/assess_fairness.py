"""For whom does the candidate work? Performance by sex, age, origin and region in every opened phase."""

from evidens.study import Study, stage
from evidens.study.phases import assess_opened_phases


@stage("assess_fairness")
def main(study: Study, outcome: str) -> None:
    """Write the evidence by group."""
    study.write("evidence", "assess_fairness", outcome, frame=assess_opened_phases(study, outcome))


if __name__ == "__main__":
    main()
