"""From predictions to evidence: how well, for whom, how sure."""

from evidens.validation.contract import Prediction
from evidens.validation.feasibility import assess_feasibility
from evidens.validation.internal import correct_optimism, leave_regions_out
from evidens.validation.performance import Performance, evaluate
from evidens.validation.rows import EvidenceRows, curve_frame, evidence_frame
from evidens.validation.settings import DecisionRange, ValidationSettings

__all__ = [
    "DecisionRange",
    "EvidenceRows",
    "Performance",
    "Prediction",
    "ValidationSettings",
    "assess_feasibility",
    "correct_optimism",
    "curve_frame",
    "evaluate",
    "evidence_frame",
    "leave_regions_out",
]
