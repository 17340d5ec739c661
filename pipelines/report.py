"""Render the report of one outcome as a self-contained page."""

from evidens.study import Study, stage
from evidens.study.release import write_report


@stage("report")
def main(study: Study, outcome: str) -> None:
    """Write the page from released tables only."""
    write_report(study, outcome)


if __name__ == "__main__":
    main()
