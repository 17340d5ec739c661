"""Give every person of the cohort to one phase of the protocol, or to none."""

from evidens.protocol import assign_phases, describe_members, split_members
from evidens.study import Study, stage


@stage("assign_phases")
def main(study: Study, outcome: str) -> None:
    """Write members and labels of each phase, apart from each other, and Table 1."""
    protocol = study.settings("protocol")
    members = {phase.name: [] for phase in protocol.phases_with_people}
    for bucket, cohort in study.map_buckets(lambda cohort: cohort, cohort=("cohort", outcome)):
        for phase, (people, labels) in split_members(cohort, assign_phases(cohort, protocol), protocol).items():
            study.write("members", outcome, phase, bucket=bucket, frame=people)
            study.write("labels", outcome, phase, bucket=bucket, frame=labels)
            members[phase].append(people)
    study.write("table_one", outcome, frame=describe_members(members, outcome=outcome))


if __name__ == "__main__":
    main()
