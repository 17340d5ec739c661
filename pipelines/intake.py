"""Turn pseudonymised register tables into events, persons and residence."""

from evidens.study import Study, stage
from evidens.study.intake import take_in_delivery


@stage("intake")
def main(study: Study) -> None:
    """Write events, persons and residence by bucket, and the account of every row."""
    study.write("accounts", "intake", frame=take_in_delivery(study))


if __name__ == "__main__":
    main()
