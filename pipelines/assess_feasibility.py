"""Is there enough signal and data to go on? Asked of a small sample of development."""

from evidens.study import Study, stage
from evidens.study.features import read_features, read_labels
from evidens.study.phases import record_protocol_in_force, review_models
from evidens.validation import assess_feasibility


@stage("assess_feasibility")
def main(study: Study, outcome: str) -> None:
    """Write the evidence of feasibility and its gate."""
    record_protocol_in_force(study, outcome)
    protocol = study.settings("protocol")
    evidence = assess_feasibility(
        read_features(study, outcome, "development"),
        read_labels(study, outcome, "development"),
        study.settings("outcome", outcome),
        protocol,
        study.settings("validation"),
        outcome=outcome,
    )
    gates = review_models(study, evidence, protocol.find_phase("feasibility"), outcome=outcome)
    study.write("evidence", "assess_feasibility", outcome, frame=evidence)
    study.write("gates", "assess_feasibility", outcome, frame=gates)


if __name__ == "__main__":
    main()
