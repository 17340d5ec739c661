"""Compose the configuration and write one resolved file per group, which the other stages depend on."""

from evidens.study import stage
from evidens.study.composition import compose_study
from evidens.study.study import Study


@stage("compose_settings")
def main(study: Study) -> None:
    """Write the resolved settings."""
    compose_study(study.root, study.out_folder("settings"))


if __name__ == "__main__":
    main()
