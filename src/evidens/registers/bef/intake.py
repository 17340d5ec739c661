"""From rows of BEF to people and to where they lived at each snapshot."""

import datetime as dt
from functools import cache
from pathlib import Path

import polars as pl

from evidens.events import REGIONS, sort_rows
from evidens.registers.bef.contract import BEF
from evidens.registers.rules import Rule, Sifted, apply_rules, is_first, is_repeat
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import AFTER_LOCK, STAGE, TWICE, Window

_EARLIEST_BIRTH = dt.date(1850, 1, 1)  # nobody in the register's years was born before


def read_snapshots(bef: pl.DataFrame, *, window: Window, settings: RegisterSettings) -> pl.DataFrame:
    """Put words in the place of codes, and note what is wrong within a row.

    Returns
    -------
    polars.DataFrame
        The rows with _sex, _origin, _region and `_fault`, the reason why a row cannot be used or null.
    """
    born, snapshot = pl.col("born_on"), pl.col("snapshot_on")
    fault = (
        pl.when(snapshot.is_null()).then(pl.lit("no date"))
        .when(snapshot > pl.lit(window.end_of_tail(settings))).then(pl.lit("date after the data lock"))
        .when(snapshot > pl.lit(window.lock_on)).then(pl.lit(AFTER_LOCK))
        .when(born > snapshot).then(pl.lit("date before birth"))
        .when(born < pl.lit(_EARLIEST_BIRTH)).then(pl.lit("impossible date of birth"))
    )  # fmt: skip
    return bef.with_columns(
        _sex=pl.col("sex").replace_strict({"1": "male", "2": "female"}, default=None, return_dtype=pl.String),
        _origin=_origin(pl.col("origin_type"), pl.col("country")),
        _region=pl.when(pl.col("region").is_in(REGIONS)).then("region"),
        _fault=fault,
    )


def describe_people(snapshots: pl.DataFrame) -> pl.DataFrame:
    """Return sex, birth date and origin of every person: the latest that is not missing.

    Parameters
    ----------
    snapshots : polars.DataFrame
        From `read_snapshots`.

    Returns
    -------
    polars.DataFrame
        One row per person with at least one faultless row, sorted; sex and born_on may be null.
    """
    distinct = (
        snapshots.filter(pl.col("_fault").is_null())
        .group_by("person_id", "born_on", "_sex", "_origin")
        .agg(pl.col("snapshot_on").max())  # what a person is said to be hardly ever changes
    )
    ordered = distinct.sort("person_id", "snapshot_on", "born_on", "_sex", "_origin", nulls_last=False)
    known_origin = pl.when(pl.col("_origin") != "unknown").then("_origin")
    return ordered.group_by("person_id", maintain_order=True).agg(
        sex=pl.col("_sex").drop_nulls().last(),
        born_on=pl.col("born_on").drop_nulls().last(),
        origin=known_origin.drop_nulls().last().fill_null("unknown"),
    )


def keep_snapshots(snapshots: pl.DataFrame, people: pl.DataFrame, settings: RegisterSettings) -> Sifted:
    """Keep one row per person and snapshot of people whose sex and birth date are known.

    Parameters
    ----------
    snapshots : polars.DataFrame
        From `read_snapshots`.
    people : polars.DataFrame
        From `describe_people`, with `died_on`.
    settings : RegisterSettings
        For the grace after death.
    """
    lives = people.select("person_id", _has_sex=pl.col("sex").is_not_null(), _birth="born_on", _died_on="died_on")
    delivered = [column for column in snapshots.columns if not column.startswith("_")]
    ordered = sort_rows(snapshots, ["person_id", "snapshot_on"], rest=delivered)
    ordered = ordered.with_columns(_twice=~is_first(ordered, delivered, near=["person_id", "snapshot_on"]))
    ordered = ordered.join(lives, on="person_id", how="left", maintain_order="left")
    snapshot = pl.col("snapshot_on")
    rules = [
        Rule("dropped", TWICE, pl.col("_twice")),
        Rule("dropped", AFTER_LOCK, pl.col("_fault") == AFTER_LOCK),
        *(Rule("quarantined", reason, pl.col("_fault") == reason)
          for reason in ("no date", "date after the data lock", "date before birth", "impossible date of birth")),
        Rule("quarantined", "sex never registered", ~pl.col("_has_sex")),
        Rule("quarantined", "birth date never registered", pl.col("_birth").is_null()),
        Rule("quarantined", "date after death", snapshot > pl.col("_died_on") + pl.duration(
            days=settings.death_grace_days)),
        Rule("quarantined", "date before birth", snapshot < pl.col("_birth")),
    ]  # fmt: skip
    ordered = ordered.with_columns(_again=is_repeat(ordered, rules, ["person_id", "snapshot_on"]))
    rules.append(Rule("dropped", "second row of one person and snapshot", pl.col("_again")))
    return apply_rules(ordered, rules, stage=STAGE, table=BEF.name)


def _origin(kind: pl.Expr, country: pl.Expr) -> pl.Expr:
    """Return Danish origin by kind; else by country: listed ones as listed, all other countries non-western."""
    listed = country.replace_strict(_countries(), default=None, return_dtype=pl.String)
    other = pl.when(country.str.contains("^5[0-9]{3}$")).then(pl.lit("non_western"))
    abroad = pl.coalesce(listed, other, pl.lit("unknown"))
    return (
        pl.when(kind == "1").then(pl.lit("danish")).when(kind.is_in(["2", "3"])).then(abroad)
        .otherwise(pl.lit("unknown"))
    )  # fmt: skip


@cache
def _countries() -> dict[str, str]:
    table = pl.read_csv(Path(__file__).with_name("countries.csv"), infer_schema=False)
    return dict(table.select("country", "origin").iter_rows())
