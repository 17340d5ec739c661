"""LAB_DM_FORSKER, the national laboratory database."""

from evidens.registers.lab.contract import TABLES

__all__ = ["TABLES"]
