"""Analytes: which codes measure the same thing, and in which unit."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl


@dataclass(frozen=True)
class Laboratory:
    """Which codes measure which analyte, and how a value becomes the analyte's unit: value * scale + offset.

    Parameters
    ----------
    entries : polars.DataFrame
        Columns of laboratory.csv: analyte, code, unit, scale, offset, label, source; one row per code.
    """

    entries: pl.DataFrame

    @property
    def analytes(self) -> tuple[str, ...]:
        """Names of the analytes in the order of the file."""
        return tuple(self.entries["analyte"].unique(maintain_order=True))

    def codes_of(self, analyte: str) -> list[tuple[str, float, float]]:
        """Codes of an analyte, each with its scale and offset.

        >>> load_laboratory().codes_of("haemoglobin")
        [('NPU02319', 1.0, 0.0)]
        """
        return self.entries.filter(pl.col("analyte") == analyte).select("code", "scale", "offset").rows()

    def describe(self, analyte: str) -> tuple[str, str]:
        """Label and unit of an analyte.

        >>> load_laboratory().describe("hba1c")
        ('Haemoglobin A1c', 'mmol/mol')
        """
        return self.entries.filter(pl.col("analyte") == analyte).select("label", "unit").row(0)


@cache
def load_laboratory() -> Laboratory:
    """Read laboratory.csv, which this room owns."""
    path = Path(__file__).parent / "laboratory.csv"
    return Laboratory(pl.read_csv(path, schema_overrides={"scale": pl.Float64, "offset": pl.Float64}))
