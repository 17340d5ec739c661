"""LMDB, prescriptions filled at community pharmacies."""

from evidens.registers.lmdb.contract import TABLES

__all__ = ["TABLES"]
