"""AKM, the register-based labour force."""

from evidens.registers.akm.contract import TABLES

__all__ = ["TABLES"]
