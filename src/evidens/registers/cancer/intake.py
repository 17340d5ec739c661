"""From rows of T_TUMOR to events."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from evidens.codes import TUMOUR as CODE
from evidens.registers.cancer.contract import TUMOUR
from evidens.registers.rules import Rule, apply_rules, is_first
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, RegisterIntake, Window, join_lives, rules_of_time

_CODED_FROM = dt.date(1978, 1, 1)  # the first day of ICD-10 codes in the register


def intake(
    tables: Mapping[str, pl.DataFrame], persons: pl.DataFrame, *, window: Window, settings: RegisterSettings
) -> RegisterIntake:
    """Turn tumours of one bucket into events.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `t_tumor`, all years.
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    window : Window
        The days that the delivery covers; tumours after its lock are not known completely.
    settings : RegisterSettings
        When a year's tumours are published.

    Notes
    -----
    A tumour is known from 1 January of a later year, when the register is published: it tells afterwards what was
    there, and cannot help a prediction. Its text is the stage, such as T3 N1 M0, and null where none of it is known.
    """
    delivered = tables[TUMOUR.name].sort(pl.all())
    key = ["person_id", "tumour_number"]
    rows = join_lives(delivered, persons).with_columns(_twice=~is_first(delivered), _again=~is_first(delivered, key))
    code, on = pl.col("code"), pl.col("diagnosed_on")
    rules = [
        Rule("dropped", TWICE, pl.col("_twice")),
        *rules_of_time(on, window=window, settings=settings),
        Rule("dropped", "diagnosed before the register had codes of ICD-10", on < _CODED_FROM),
        Rule("quarantined", "no tumour number", pl.col("tumour_number").is_null()),
        Rule("quarantined", "no code", code.is_null()),
        Rule("quarantined", "code with the prefix of the patient register", code.str.contains("^D[CD][0-9]{2}")),
        Rule("quarantined", "code that is no tumour of ICD-10", ~CODE.is_valid(code)),
        Rule("quarantined", "tumour number of another tumour of the person", pl.col("_again")),
    ]
    sifted = apply_rules(rows, rules, stage=STAGE, table=TUMOUR.name)
    known_on = pl.date(on.dt.year() + settings.cancer_published_after_years, 1, 1)
    events = sifted.kept.select(
        "person_id", event_at=on.cast(pl.Datetime("us")), known_at=known_on.cast(pl.Datetime("us")),
        code=CODE.add_prefix(code), text=_stage(), register=pl.lit(TUMOUR.register),
    )  # fmt: skip
    return RegisterIntake(events, {TUMOUR.name: sifted.quarantined}, sifted.account)


def _stage() -> pl.Expr:
    """Put T, N and M together; deliveries write them with the letter or without."""
    parts = [
        pl.lit(letter) + pl.col(letter.lower()).str.strip_prefix(letter).replace("", None) for letter in ("T", "N", "M")
    ]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True).replace("", None)
