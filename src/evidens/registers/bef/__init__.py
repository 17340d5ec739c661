"""BEF, the population register: who lived where at the end of each year or quarter."""

from evidens.registers.bef.contract import TABLES

__all__ = ["TABLES"]
