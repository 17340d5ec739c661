"""SSSY, services billed by general practitioners and other practices."""

from evidens.registers.sssy.contract import TABLES

__all__ = ["TABLES"]
