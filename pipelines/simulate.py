"""Simulate the delivery of a Denmark whose truth is known."""

from evidens.study import Study, stage
from evidens.study.simulation import simulate_delivery


@stage("simulate")
def main(study: Study) -> None:
    """Write the delivery to the raw zone and its truth to the truth zone."""
    simulate_delivery(study)


if __name__ == "__main__":
    main()
