"""IND, the register of incomes."""

from evidens.registers.ind.contract import TABLES

__all__ = ["TABLES"]
