"""From rows of UDDA to events."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from evidens.codes import EDUCATION
from evidens.registers.rules import Rule
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import RegisterIntake, Window
from evidens.registers.udda.contract import UDDA
from evidens.registers.yearly import intake_yearly, read_classes

_IMPUTED_SOURCES = ("9", "10", "18")
_LEVELS = Path(__file__).with_name("levels.csv")
_NOT_STATED = ("0000", "9999")
_REFERENCE = (9, 30)


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn completed educations into events on 30 September, with the level as code, see `intake_yearly`.

    Notes
    -----
    `hfaudd` is an identifier of an education and not a level: `levels.csv` maps it. `text` is "imputed" where
    Statistics Denmark estimated the education, as it does for many immigrants.
    """
    code = pl.col("education")
    levels = code.replace_strict(read_classes(_LEVELS, "hfaudd", "level"), default=None, return_dtype=pl.String)
    is_imputed = pl.col("source").str.strip_chars_start("0").is_in(_IMPUTED_SOURCES)
    rules = [
        Rule("dropped", "education not stated", code.is_null() | code.is_in(_NOT_STATED)),
        Rule("quarantined", "education without a level in levels.csv", pl.col("_level").is_null()),
    ]
    tells = {"code": EDUCATION.add_prefix(pl.col("_level")), "text": pl.when(is_imputed).then(pl.lit("imputed"))}
    return intake_yearly(
        tables[UDDA.name].with_columns(_level=levels), persons, table=UDDA, reference=_REFERENCE, rules=rules,
        tells=tells, window=window, settings=settings,
    )  # fmt: skip
