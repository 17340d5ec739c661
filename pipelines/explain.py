"""Explain what the candidate looks at: SHAP values, their direction, dependence and two archetypes."""

from evidens.explanation import explain_model
from evidens.foundation import stream
from evidens.models import load_model
from evidens.study import Study, stage
from evidens.study.features import read_features


@stage("explain")
def main(study: Study, outcome: str) -> None:
    """Write the explanation as evidence and curves."""
    candidate = study.settings("candidate").candidate
    explanation = explain_model(
        load_model(study.folder("model", outcome) / candidate),
        read_features(study, outcome, "development"),
        study.settings("explanation"),
        outcome=outcome,
        model_name=candidate,
        phase="development",
        rng=stream(0, "explain", outcome),
    )
    study.write("evidence", "explain", outcome, frame=explanation.evidence)
    study.write("curves", "explain", outcome, frame=explanation.curves)


if __name__ == "__main__":
    main()
