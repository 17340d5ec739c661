"""Does any feature know what nobody could know at the index? Stops the study if one does."""

from evidens.study import Study, stage
from evidens.study.truncation import audit_built_features


@stage("audit_features")
def main(study: Study, outcome: str) -> None:
    """Write how many features of how many people were audited."""
    study.write("evidence", "audit_features", outcome, frame=audit_built_features(study, outcome))


if __name__ == "__main__":
    main()
