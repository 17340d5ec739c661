"""LPR2, the second national patient register (contacts to early 2019)."""

from evidens.registers.lpr2.contract import TABLES

__all__ = ["TABLES"]
