"""LPR3, the third national patient register (contacts from early 2019)."""

from evidens.registers.lpr3.contract import TABLES

__all__ = ["TABLES"]
