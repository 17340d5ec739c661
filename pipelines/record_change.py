"""Record what is new: one ledger entry, one MLflow run and one model version, with its change record."""

from evidens.study import Study, stage
from evidens.study.versions import record_version


@stage("record_change")
def main(study: Study, outcome: str) -> None:
    """Write the change record against the version before; nothing new adds no version."""
    record_version(study, outcome)


if __name__ == "__main__":
    main()
