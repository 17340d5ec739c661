"""Find who enters the study for one outcome, when, and who was left out and why."""

from functools import partial
from operator import attrgetter

from evidens.cohort import build_cohort, merge_attritions, merge_flows
from evidens.foundation import Horizon
from evidens.phenotypes import load_phenotype
from evidens.study import Study, stage


@stage("build_cohort")
def main(study: Study, outcome: str) -> None:
    """Write the cohort by bucket, the flow of participants, and the same by region and index year."""
    question = study.settings("outcome", outcome)
    build = partial(
        build_cohort,
        phenotype=load_phenotype(question.phenotype),
        settings=study.settings("cohort", outcome),
        horizon=Horizon(question.horizon_days),
        data_lock_on=study.settings("delivery").data_lock_on,
        outcome=outcome,
    )
    parts = study.map_buckets(
        build, writes={"cohort": ("cohort", outcome)}, keep=attrgetter("flow", "attrition"),
        persons="persons", residence="residence", events="events",
    )  # fmt: skip
    flows, attritions = zip(*(kept for _, kept in parts), strict=True)
    study.write("flow", outcome, frame=merge_flows(flows))
    study.write("attrition", outcome, frame=merge_attritions(attritions))


if __name__ == "__main__":
    main()
