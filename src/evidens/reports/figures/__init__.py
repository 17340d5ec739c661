"""Drawings for the report and for notebooks: each function returns a matplotlib Figure.

In a notebook: ``IPython.display.SVG(as_svg(draw_calibration(curves)))``.
"""

from evidens.reports.figures.archetype import draw_archetype
from evidens.reports.figures.calibration import draw_calibration
from evidens.reports.figures.decision_curve import draw_decision_curve
from evidens.reports.figures.dependence import draw_dependence
from evidens.reports.figures.flow import draw_flow
from evidens.reports.figures.forest import draw_forest
from evidens.reports.figures.importance import draw_importance
from evidens.reports.figures.over_time import draw_before_diagnosis, draw_months
from evidens.reports.figures.population import draw_pyramid
from evidens.reports.figures.svg import as_svg

__all__ = [
    "as_svg",
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
]
