"""From rows of AKM to events."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl

from evidens.codes import LABOUR
from evidens.registers.akm.contract import AKM
from evidens.registers.rules import Rule
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import RegisterIntake, Window
from evidens.registers.yearly import as_yearly_events, sift_yearly

_REFERENCE = (12, 31)


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn positions on the labour market of one bucket into events on 31 December, with the class as code.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `akm`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; years after its lock are not known completely.
    settings : RegisterSettings
        Lag of publication.
    """
    code = pl.col("class")
    classes = code.replace_strict(_classes(), default=None, return_dtype=pl.String)
    rows = tables[AKM.name].with_columns(_class=classes)
    rules = [
        Rule("dropped", "not in the labour market account", code.str.strip_chars_start("0") == ""),
        Rule("quarantined", "no code", code.is_null()),
        Rule("quarantined", "class that is not in classes.csv", pl.col("_class").is_null()),
    ]
    sifted = sift_yearly(rows, persons, table=AKM.name, rules=rules, reference=_REFERENCE, window=window,
                         settings=settings)  # fmt: skip
    events = as_yearly_events(sifted.kept, AKM.register, settings, code=LABOUR.add_prefix(pl.col("_class")))
    return RegisterIntake(events, {AKM.name: sifted.quarantined}, sifted.account)


@cache
def _classes() -> dict[str, str]:
    table = pl.read_csv(Path(__file__).with_name("classes.csv"), infer_schema=False)
    return dict(table.select("socio13", "class").iter_rows())
