"""How good are the models on the truth, which no register shows? Asked of simulated worlds only."""

from evidens.study import Study, stage
from evidens.study.audit import audit_opened_phases


@stage("audit")
def main(study: Study, outcome: str) -> None:
    """Write the evidence under the true risk; an empty table for a real delivery."""
    study.write("evidence", "audit", outcome, frame=audit_opened_phases(study, outcome))


if __name__ == "__main__":
    main()
