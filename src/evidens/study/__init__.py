"""The shell: the only room that reads and writes tables."""

from evidens.study.catalog import ZONES, StudyError, Table
from evidens.study.stage import stage
from evidens.study.study import SealedError, Study

__all__ = ["ZONES", "SealedError", "Study", "StudyError", "Table", "stage"]
