"""From rows of FAIK to events."""

from collections.abc import Mapping

import polars as pl

from evidens.registers.faik.contract import FAIK
from evidens.registers.ind.contract import IND
from evidens.registers.ind.intake import CODE, REFERENCE, UNIT
from evidens.registers.pseudonymisation import pseudonymised_schema
from evidens.registers.rules import Rule
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import RegisterIntake, Window
from evidens.registers.yearly import as_yearly_events, sift_yearly


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn families' incomes of one bucket into events, where IND does not tell the same.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `faik` and, if it is delivered, `ind`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; years after its lock are not known completely.
    settings : RegisterSettings
        Lag of publication.

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
    rules = [
        Rule("dropped", "income not stated", pl.col("income").is_null()),
        Rule("dropped", "income of the year told by IND", pl.col("_is_told")),
    ]
    sifted = sift_yearly(rows, persons, table=FAIK.name, rules=rules, reference=REFERENCE, window=window,
                         settings=settings)  # fmt: skip
    events = as_yearly_events(
        sifted.kept, FAIK.register, settings, code=pl.lit(CODE), value=pl.col("income"), unit=pl.lit(UNIT)
    )
    return RegisterIntake(events, {FAIK.name: sifted.quarantined}, sifted.account)
