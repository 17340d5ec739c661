"""What only a simulated world knows of its people: who is ill and since when, what registers show, what is planted."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import numpy as np
import polars as pl

from evidens.simulation.arrays import Flags, Ints
from evidens.simulation.coded import Shown
from evidens.simulation.drawn import Drawn
from evidens.simulation.lives import NEVER
from evidens.simulation.quarters import day_number, first_days
from evidens.simulation.world import WorldSettings


def describe_persons(pnr: pl.Series, drawn: Drawn, shown: Mapping[str, Shown]) -> pl.DataFrame:
    """Return latent class, onset, diagnosis and coded outcome of everyone, see `contract.TruthPerson`."""
    people, lives, calendar = drawn.people, drawn.lives, drawn.calendar
    end_day = day_number(drawn.world.end_on)
    parts = []
    for outcome, course in drawn.courses.items():
        onset = first_days(calendar.first + np.minimum(course.onset_quarter, calendar.n_quarters))
        early = first_days(calendar.first + np.minimum(course.diagnosis_quarter, 0)) + 1
        diagnosed = np.where(course.diagnosis_quarter < 0, early, course.diagnosis_day)
        coded = shown[outcome].found.coded_day
        parts.append(
            pl.DataFrame({
                "pnr": pnr,
                "outcome": np.full(people.n, outcome),
                "latent_class": course.frailty_class.astype(np.int8),
                "onset_on": _dates(onset, onset <= np.minimum(end_day, lives.death_day)),
                "diagnosed_on": _dates(diagnosed, diagnosed <= np.minimum(end_day, lives.death_day)),
                "coded_on": _dates(coded, coded < NEVER),
                "is_false_coding": coded != shown[outcome].of_disease.coded_day,
            })
        )  # fmt: skip
    return pl.concat(parts)


def describe_effects(world: WorldSettings) -> pl.DataFrame:
    """Return what is planted, one row per number, see `contract.TruthEffect`."""
    rows = [
        (effect, scope, text) for effect, value in world.effects.planted().items() for scope, text in _numbers(value)
    ]
    return pl.DataFrame(rows, schema={"effect": pl.String, "scope": pl.String, "value": pl.String}, orient="row")


def _numbers(value: object, scope: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Take a planted value apart into its numbers, each with its path."""
    if is_dataclass(value) and not isinstance(value, type):
        return _numbers({f.name: getattr(value, f.name) for f in fields(value)}, scope)
    if isinstance(value, Mapping):
        return [row for key, inner in value.items() for row in _numbers(inner, (*scope, str(key)))]
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return [row for place, inner in enumerate(value, start=1) for row in _numbers(inner, (*scope, str(place)))]
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return [(".".join(scope), text)]


def _dates(days: Ints, is_known: Flags) -> pl.Series:
    """Days since 1970-01-01 as dates, null where not known."""
    series = pl.Series(np.where(is_known & (days < NEVER), days, 0).astype(np.int32)).cast(pl.Date)
    return pl.select(pl.when(pl.Series(is_known)).then(series)).to_series()
