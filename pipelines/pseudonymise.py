"""Replace every person key of the delivery by a keyed pseudonym and drop direct identifiers."""

from evidens.study import Study, stage
from evidens.study.pseudonymising import pseudonymise_delivery


@stage("pseudonymise")
def main(study: Study) -> None:
    """Write the pseudonymised tables by person bucket, and the account of every row."""
    study.write("accounts", "pseudonymise", frame=pseudonymise_delivery(study))


if __name__ == "__main__":
    main()
