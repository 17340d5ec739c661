"""FAIK, the register of families' incomes."""

from evidens.registers.faik.contract import TABLES

__all__ = ["TABLES"]
