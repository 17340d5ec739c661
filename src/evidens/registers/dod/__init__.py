"""DOD, the register of deaths."""

from evidens.registers.dod.contract import TABLES

__all__ = ["TABLES"]
