"""Who enters a study, when, and what happened next."""

from evidens.cohort.build import CohortPart, build_cohort
from evidens.cohort.contract import STATUSES, Cohort
from evidens.cohort.flow import merge_attritions, merge_flows
from evidens.cohort.indices import find_indices
from evidens.cohort.landmarks import (
    AdmissionLandmark,
    CalendarLandmark,
    DischargeLandmark,
    EventLandmark,
    Landmark,
    RandomLandmark,
)
from evidens.cohort.settings import CohortSettings, HistoryRule
from evidens.cohort.target import Target, build_target
from evidens.cohort.wording import describe_landmark

__all__ = [
    "STATUSES",
    "AdmissionLandmark",
    "CalendarLandmark",
    "Cohort",
    "CohortPart",
    "CohortSettings",
    "DischargeLandmark",
    "EventLandmark",
    "HistoryRule",
    "Landmark",
    "RandomLandmark",
    "Target",
    "build_cohort",
    "build_target",
    "describe_landmark",
    "find_indices",
    "merge_attritions",
    "merge_flows",
]
