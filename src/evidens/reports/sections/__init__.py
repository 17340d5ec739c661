"""The sections of the page, each made by one function from content and findings."""

from evidens.reports.sections.calibration import describe_calibration
from evidens.reports.sections.conduct import describe_gates, describe_limits
from evidens.reports.sections.explanation import describe_explanation
from evidens.reports.sections.participants import describe_characteristics, describe_data
from evidens.reports.sections.performance import describe_performance
from evidens.reports.sections.provenance import describe_change, describe_lineage
from evidens.reports.sections.question import describe_question
from evidens.reports.sections.subgroups import describe_subgroups
from evidens.reports.sections.truth import describe_truth
from evidens.reports.sections.usefulness import describe_classification, describe_decision_curves

__all__ = [
    "describe_calibration",
    "describe_change",
    "describe_characteristics",
    "describe_classification",
    "describe_data",
    "describe_decision_curves",
    "describe_explanation",
    "describe_gates",
    "describe_limits",
    "describe_lineage",
    "describe_performance",
    "describe_question",
    "describe_subgroups",
    "describe_truth",
]
