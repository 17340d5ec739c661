"""From rows of IND to events."""

from collections.abc import Mapping

import polars as pl

from evidens.codes import INCOME
from evidens.registers.ind.contract import IND
from evidens.registers.rules import Rule
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import RegisterIntake, Window
from evidens.registers.yearly import as_yearly_events, sift_yearly

CODE = INCOME.prefix + "equivalised"
UNIT = "DKK"
REFERENCE = (12, 31)


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn equivalised incomes of one bucket into events on 31 December, with the kroner as value.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `ind`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; years after its lock are not known completely.
    settings : RegisterSettings
        Lag of publication.

    Notes
    -----
    Kroner of the year, not adjusted; a loss is a negative income and kept.
    """
    rules = [Rule("dropped", "income not stated", pl.col("income").is_null())]
    sifted = sift_yearly(tables[IND.name], persons, table=IND.name, rules=rules, reference=REFERENCE,
                         window=window, settings=settings)  # fmt: skip
    events = as_yearly_events(
        sifted.kept, IND.register, settings, code=pl.lit(CODE), value=pl.col("income"), unit=pl.lit(UNIT)
    )
    return RegisterIntake(events, {IND.name: sifted.quarantined}, sifted.account)
