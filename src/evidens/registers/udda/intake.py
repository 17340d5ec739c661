"""From rows of UDDA to events."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl

from evidens.codes import EDUCATION
from evidens.registers.rules import Rule
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import RegisterIntake, Window
from evidens.registers.udda.contract import UDDA
from evidens.registers.yearly import as_yearly_events, sift_yearly

IMPUTED_SOURCES = ("9", "10", "18")
_NOT_STATED = ("0000", "9999")
_REFERENCE = (9, 30)


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn completed educations of one bucket into events on 30 September, with the level as code.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `udda`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; years after its lock are not known completely.
    settings : RegisterSettings
        Lag of publication.

    Notes
    -----
    `hfaudd` is an identifier of an education and not a level: `levels.csv` maps it. `text` is "imputed" where
    Statistics Denmark estimated the education, as it does for many immigrants.
    """
    levels = pl.col("education").replace_strict(_levels(), default=None, return_dtype=pl.String)
    rows = tables[UDDA.name].with_columns(_level=levels)
    code = pl.col("education")
    rules = [
        Rule("dropped", "education not stated", code.is_null() | code.is_in(_NOT_STATED)),
        Rule("quarantined", "education without a level in levels.csv", pl.col("_level").is_null()),
    ]
    sifted = sift_yearly(rows, persons, table=UDDA.name, rules=rules, reference=_REFERENCE, window=window,
                         settings=settings)  # fmt: skip
    events = as_yearly_events(
        sifted.kept, UDDA.register, settings,
        code=EDUCATION.add_prefix(pl.col("_level")),
        text=pl.when(pl.col("source").str.strip_chars_start("0").is_in(IMPUTED_SOURCES)).then(pl.lit("imputed")),
    )  # fmt: skip
    return RegisterIntake(events, {UDDA.name: sifted.quarantined}, sifted.account)


@cache
def _levels() -> dict[str, str]:
    table = pl.read_csv(Path(__file__).with_name("levels.csv"), infer_schema=False)
    return dict(table.select("hfaudd", "level").iter_rows())
