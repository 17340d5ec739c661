"""The printed evidence: one self-contained HTML page per outcome, and its drawings for notebooks."""

from evidens.reports.answer import Answer, describe_answer, review_phase
from evidens.reports.content import PhaseFacts, ReportContent, ReportContentError, check_content
from evidens.reports.figures import (
    as_svg,
    draw_archetype,
    draw_before_diagnosis,
    draw_calibration,
    draw_decision_curve,
    draw_dependence,
    draw_flow,
    draw_forest,
    draw_importance,
    draw_months,
    draw_pyramid,
)
from evidens.reports.findings import Estimate, Findings
from evidens.reports.report import render_report
from evidens.reports.report_settings import ReportSettings

__all__ = [
    "Answer",
    "Estimate",
    "Findings",
    "PhaseFacts",
    "ReportContent",
    "ReportContentError",
    "ReportSettings",
    "as_svg",
    "check_content",
    "describe_answer",
    "draw_archetype",
    "draw_before_diagnosis",
    "draw_calibration",
    "draw_decision_curve",
    "draw_dependence",
    "draw_flow",
    "draw_forest",
    "draw_importance",
    "draw_months",
    "draw_pyramid",
    "render_report",
    "review_phase",
]
