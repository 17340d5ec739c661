"""DODSAASG, the register of causes of death."""

from evidens.registers.dodsaasg.contract import TABLES

__all__ = ["TABLES"]
