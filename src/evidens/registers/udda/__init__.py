"""UDDA, the register of completed education."""

from evidens.registers.udda.contract import TABLES

__all__ = ["TABLES"]
