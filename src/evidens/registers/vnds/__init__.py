"""VNDS, migrations into and out of Denmark."""

from evidens.registers.vnds.contract import TABLES

__all__ = ["TABLES"]
