"""What a model does with the features: importance, direction, dependence and anonymous archetypes."""

from evidens.explanation.archetypes import Archetype, average_archetypes
from evidens.explanation.attribution import Attribution, ExplanationError, attribute_risk
from evidens.explanation.dependence import DependencePoint, average_dependence, average_missing, bin_people
from evidens.explanation.explain import Explanation, explain_model
from evidens.explanation.ranking import estimate_direction, estimate_importance, rank_features
from evidens.explanation.settings import ExplanationSettings

__all__ = [
    "Archetype",
    "Attribution",
    "DependencePoint",
    "Explanation",
    "ExplanationError",
    "ExplanationSettings",
    "attribute_risk",
    "average_archetypes",
    "average_dependence",
    "average_missing",
    "bin_people",
    "estimate_direction",
    "estimate_importance",
    "explain_model",
    "rank_features",
]
