"""Which settings class each group of conf/ is built into; loaded only when asked for."""

import importlib
from dataclasses import dataclass

GROUPS = {
    "delivery": "privacy:DeliverySettings",
    "simulation": "simulation:WorldSettings",
    "pseudonyms": "privacy:PseudonymSettings",
    "registers": "registers:RegisterSettings",
    "outcome": "phenotypes:OutcomeSettings",
    "cohort": "cohort:CohortSettings",
    "features": "features:FeatureSettings",
    "feature_audit": "features:AuditSettings",
    "protocol": "protocol:ProtocolSettings",
    "model": "models:ModelSettings",
    "validation": "validation:ValidationSettings",
    "explanation": "explanation:ExplanationSettings",
    "fairness": "fairness:FairnessSettings",
    "disclosure": "privacy:DisclosureSettings",
    "report": "reports:ReportSettings",
    "change_plan": "changes:ChangePlanSettings",
    "engine": "study.engine:EngineSettings",
}


# Groups that are not options of Hydra: a choice of params.yaml, and a list kept in one file of conf/.
PLAIN = {
    "candidate": "study.groups:CandidateSettings",
    "names": "study.groups:NameSettings",
    "openings": "study.openings:OpeningSettings",
}


@dataclass(frozen=True)
class CandidateSettings:
    """Which of the trained models is proposed for release."""

    candidate: str


@dataclass(frozen=True)
class NameSettings:
    """What is studied: every outcome gets every model."""

    outcomes: tuple[str, ...]
    models: tuple[str, ...]


def settings_class(group: str) -> type:
    """Return the frozen dataclass (or union of them) that `group` is built into."""
    module, name = (GROUPS | PLAIN)[group].split(":")
    return getattr(importlib.import_module(f"evidens.{module}"), name)
