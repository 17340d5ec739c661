"""From the population register, deaths and migrations of one bucket to persons and their residence."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from evidens.contracts import schema_of
from evidens.events import Person
from evidens.registers.bef.contract import BEF
from evidens.registers.bef.intake import describe_people, keep_snapshots, read_snapshots
from evidens.registers.dod.contract import DOD
from evidens.registers.dod.intake import keep_deaths
from evidens.registers.residence import build_residence
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import Window
from evidens.registers.vnds.intake import keep_moves


class PeopleIntake(NamedTuple):
    """Persons, residence, quarantined rows by table, and the account of all rows."""

    persons: pl.DataFrame
    residence: pl.DataFrame
    quarantined: dict[str, pl.DataFrame]
    account: pl.DataFrame


def intake_people(
    tables: Mapping[str, pl.DataFrame],
    settings: RegisterSettings,
    *,
    window: Window,
    snapshots_on: Sequence[dt.date] | None = None,
) -> PeopleIntake:
    """Find who the people of a bucket are and where they lived.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pseudonymised `bef`, `dod`, `vnds`, `vnds_ind` and `vnds_ud`, all years.
    settings : RegisterSettings
        For the rules of time.
    window : Window
        First snapshot and last day on which the registers are complete.
    snapshots_on : sequence of date, optional
        Every snapshot of the delivery; by default those of the bucket.
    """
    snapshots = read_snapshots(tables[BEF.name], window=window, settings=settings)
    described = describe_people(snapshots)
    complete = described.drop_nulls(["sex", "born_on"])
    deaths = keep_deaths(tables[DOD.name], complete, window=window, settings=settings)
    died = deaths.kept.select("person_id", "died_on")
    people = described.join(died, on="person_id", how="left", maintain_order="left")
    kept = keep_snapshots(snapshots, people, settings)
    persons = people.join(kept.kept.select("person_id"), on="person_id", how="semi").sort("person_id")
    persons = persons.select(list(schema_of(Person)))
    moves = keep_moves(tables, persons, window=window, settings=settings)
    seen = kept.kept.select("person_id", "snapshot_on", region="_region")
    calendar = seen["snapshot_on"].unique().to_list() if snapshots_on is None else snapshots_on
    residence = build_residence(seen, moves.kept, persons, [day for day in calendar if day <= window.lock_on])
    sifted = {BEF.name: kept, DOD.name: deaths, **moves.sifted}
    return PeopleIntake(
        persons,
        residence,
        {name: part.quarantined for name, part in sifted.items()},
        pl.concat([part.account for part in sifted.values()]),
    )
