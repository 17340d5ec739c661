"""T_TUMOR, the cancer register."""

from evidens.registers.cancer.contract import TABLES

__all__ = ["TABLES"]
