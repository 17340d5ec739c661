"""LPR3, the third national patient register (contacts from early 2019)."""

from evidens.registers.lpr3.contract import TABLES, TABLES_A, TABLES_F

__all__ = ["TABLES", "TABLES_A", "TABLES_F"]
