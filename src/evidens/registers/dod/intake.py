"""From rows of DOD to dates of death."""

import polars as pl

from evidens.registers.dod.contract import DOD
from evidens.registers.rules import Rule, Sifted, apply_rules, is_first, is_repeat
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, Window, join_lives, rules_of_time


def keep_deaths(dod: pl.DataFrame, people: pl.DataFrame, *, window: Window, settings: RegisterSettings) -> Sifted:
    """Keep one date of death per person: the earliest.

    Parameters
    ----------
    dod : polars.DataFrame
        Pseudonymised rows.
    people : polars.DataFrame
        person_id and born_on of the population.
    window : Window
        The days that the delivery covers; deaths after its lock cannot have happened.
    settings : RegisterSettings
        For the rules of time.
    """
    alive = people.with_columns(died_on=pl.lit(None, dtype=pl.Date))
    ordered = join_lives(dod.sort("person_id", "died_on", nulls_last=True), alive)
    ordered = ordered.with_columns(_twice=~is_first(ordered, dod.columns))
    rules = [
        Rule("dropped", TWICE, pl.col("_twice")),
        *rules_of_time(pl.col("died_on"), window=window, settings=settings),
    ]
    ordered = ordered.with_columns(_again=is_repeat(ordered, rules, ["person_id"]))
    rules.append(Rule("dropped", "second date of death", pl.col("_again")))
    return apply_rules(ordered, rules, stage=STAGE, table=DOD.name)
