"""CPR, the link from old civil registration numbers to the current ones."""

from evidens.registers.cpr.contract import TABLES
from evidens.registers.cpr.links import NumberLinks, read_number_links

__all__ = ["TABLES", "NumberLinks", "read_number_links"]
