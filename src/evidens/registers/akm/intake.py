"""From rows of AKM to events."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from evidens.codes import LABOUR
from evidens.registers.akm.contract import AKM
from evidens.registers.rules import Rule
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import RegisterIntake, Window
from evidens.registers.yearly import intake_yearly, read_classes

_CLASSES = Path(__file__).with_name("classes.csv")
_REFERENCE = (12, 31)


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn positions on the labour market into events on 31 December, with the class as code, see `intake_yearly`."""
    code = pl.col("class")
    classes = code.replace_strict(read_classes(_CLASSES, "socio13", "class"), default=None, return_dtype=pl.String)
    rules = [
        Rule("dropped", "not in the labour market account", code.str.strip_chars_start("0") == ""),
        Rule("quarantined", "no code", code.is_null()),
        Rule("quarantined", "class that is not in classes.csv", pl.col("_class").is_null()),
    ]
    return intake_yearly(
        tables[AKM.name].with_columns(_class=classes), persons, table=AKM, reference=_REFERENCE, rules=rules,
        tells={"code": LABOUR.add_prefix(pl.col("_class"))}, window=window, settings=settings,
    )  # fmt: skip
