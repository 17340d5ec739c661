"""Find who enters the study for one outcome, when, and who was left out and why."""

from functools import partial

from evidens.cohort import build_cohort, merge_flows
from evidens.foundation import Horizon
from evidens.phenotypes import load_phenotype
from evidens.study import Study, stage


@stage("build_cohort")
def main(study: Study, outcome: str) -> None:
    """Write the cohort by bucket and the flow of participants."""
    question = study.settings("outcome", outcome)
    build = partial(
        build_cohort,
        phenotype=load_phenotype(question.phenotype),
        settings=study.settings("cohort", outcome),
        horizon=Horizon(question.horizon_days),
        data_lock_on=study.settings("delivery").data_lock_on,
        outcome=outcome,
    )
    flows = []
    for bucket, part in study.map_buckets(build, events="events", persons="persons", residence="residence"):
        study.write("cohort", outcome, bucket=bucket, frame=part.cohort)
        flows.append(part.flow)
    study.write("flow", outcome, frame=merge_flows(flows))


if __name__ == "__main__":
    main()
