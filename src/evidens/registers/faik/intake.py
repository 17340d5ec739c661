"""From rows of FAIK to events."""

from collections.abc import Mapping

import polars as pl

from evidens.registers.faik.contract import FAIK
from evidens.registers.ind.contract import IND
from evidens.registers.ind.intake import NOT_STATED, REFERENCE, TELLS
from evidens.registers.pseudonymisation import pseudonymised_schema
from evidens.registers.rules import Rule
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import RegisterIntake, Window
from evidens.registers.yearly import intake_yearly


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn the families' incomes of `faik` into events, where `ind` does not tell the same, see `intake_yearly`.

    Notes
    -----
    Both registers have the same quantity: a person's family's equivalised disposable income. An income counts
    once, so a year that IND tells of a person is IND's. Nothing is joined on the family's number.
    """
    ind = tables.get(IND.name, pl.DataFrame(schema=pseudonymised_schema(IND)))
    told = ind.filter(pl.col("income").is_not_null()).select("person_id", "year").unique()
    rows = tables[FAIK.name].join(
        told.with_columns(_is_told=pl.lit(True)), on=["person_id", "year"], how="left", maintain_order="left"
    )
    rules = [NOT_STATED, Rule("dropped", "income of the year told by IND", pl.col("_is_told"))]
    return intake_yearly(
        rows, persons, table=FAIK, reference=REFERENCE, rules=rules, tells=TELLS, window=window, settings=settings
    )
