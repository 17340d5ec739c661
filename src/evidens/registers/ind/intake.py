"""From rows of IND to events."""

from collections.abc import Mapping

import polars as pl

from evidens.codes import INCOME
from evidens.registers.ind.contract import IND
from evidens.registers.rules import Rule
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import RegisterIntake, Window
from evidens.registers.yearly import intake_yearly

REFERENCE = (12, 31)
TELLS = {"code": pl.lit(INCOME.prefix + "equivalised"), "value": pl.col("income"), "unit": pl.lit("DKK")}
NOT_STATED = Rule("dropped", "income not stated", pl.col("income").is_null())


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn the equivalised incomes of `ind` into events on 31 December, with the kroner as value, see `intake_yearly`.

    Notes
    -----
    Kroner of the year, not adjusted; a loss is a negative income and kept.
    """
    return intake_yearly(
        tables[IND.name], persons, table=IND, reference=REFERENCE, rules=[NOT_STATED], tells=TELLS,
        window=window, settings=settings,
    )  # fmt: skip
