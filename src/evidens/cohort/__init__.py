"""Who enters a study, when, and what happened next."""

from evidens.cohort.build import CohortPart, build_cohort, merge_flows
from evidens.cohort.contract import STATUSES, Cohort
from evidens.cohort.settings import CohortSettings
from evidens.cohort.target import Target, build_target

__all__ = [
    "STATUSES",
    "Cohort",
    "CohortPart",
    "CohortSettings",
    "Target",
    "build_cohort",
    "build_target",
    "merge_flows",
]
