"""From events to those that count towards a phenotype, and when it became known that they do or do not."""

from collections.abc import Sequence

import polars as pl

from evidens.foundation import Fault
from evidens.phenotypes.definition import Qualifier, Void
from evidens.phenotypes.phenotype import Phenotype, PhenotypeError

COLUMNS = ("person_id", "event_at", "known_at", "void_at", "code", "kind", "value")


def keep_qualifying(events: pl.DataFrame, phenotype: Phenotype, persons: pl.DataFrame | None = None) -> pl.DataFrame:
    """Keep the events that count towards the outcome.

    Parameters
    ----------
    events : polars.DataFrame
        Contract `events.contract:Event`, of any number of people and with at least the codes of the phenotype.
    phenotype : Phenotype
        The outcome.
    persons : polars.DataFrame, optional
        Contract `events.contract:Person`; needed where the definition asks for sex and age.

    Returns
    -------
    polars.DataFrame
        person_id, event_at, known_at, void_at, code, kind, value. `void_at` is when it became known that the event
        does not count, null where it does. A code that is in two qualifying groups counts as the first of them that
        the definition names.

    Raises
    ------
    PhenotypeError
        If the definition asks for sex and age, and there are no persons.
    """
    settings = phenotype.settings
    counting = keep_qualified(events, phenotype, settings.qualifies)
    if settings.excludes:
        excluded = group_codes(counting, phenotype, settings.excludes)["code"]
        counting = counting.filter(~pl.col("code").is_in(excluded.implode()))
    counting = _drop_people(counting, phenotype, persons)
    return _add_void(counting, events, phenotype).select(COLUMNS)


def keep_qualified(events: pl.DataFrame, phenotype: Phenotype, qualifiers: Sequence[Qualifier]) -> pl.DataFrame:
    """Keep the events that meet any of `qualifiers`, with the first one's name as `kind`."""
    found = group_codes(events, phenotype, [qualifier.group for qualifier in qualifiers]).rows()
    order = {qualifier.group: place for place, qualifier in enumerate(qualifiers)}
    names = {qualifier.group: qualifier.name for qualifier in qualifiers}
    group_of = dict(sorted(found, key=lambda row: order[row[1]], reverse=True))  # of two groups, the first one named
    kinds = []
    for qualifier in qualifiers:
        codes = [code for code, group in group_of.items() if group == qualifier.group]
        if codes:
            is_met = pl.col("code").is_in(codes) & _meets(qualifier)
            kinds.append(pl.when(is_met).then(pl.lit(names[qualifier.group])))
    kind = pl.coalesce(*kinds, pl.lit(None, dtype=pl.String))
    return events.lazy().with_columns(kind=kind).filter(pl.col("kind").is_not_null()).collect()


def group_codes(events: pl.DataFrame, phenotype: Phenotype, groups: Sequence[str]) -> pl.DataFrame:
    """Return code and group of the distinct codes of `events` that are in `groups`."""
    listed = phenotype.codes.of_group(*groups) if groups else None
    if listed is None:
        return pl.DataFrame(schema={"code": pl.String, "group": pl.String})
    return listed.code_groups(events["code"].unique())


def _meets(qualifier: Qualifier) -> pl.Expr:
    met = pl.lit(True)
    if qualifier.types:
        met &= pl.col("text").is_in(qualifier.types).fill_null(False)
    if qualifier.at_least is not None:
        met &= (pl.col("value") >= qualifier.at_least).fill_null(False) & pl.col("operator").ne_missing("<")
    return met


def _drop_people(rows: pl.DataFrame, phenotype: Phenotype, persons: pl.DataFrame | None) -> pl.DataFrame:
    drops = phenotype.settings.drops
    if not drops:
        return rows
    if persons is None:
        raise PhenotypeError(
            Fault(f"phenotypes/{phenotype.name}", "asks for sex and age of people.", "Give the table of persons.")
        )
    lives = rows.join(persons.select("person_id", "sex", "born_on"), on="person_id", how="left", maintain_order="left")
    leaves = pl.lit(False)
    for drop in drops:
        codes = group_codes(rows, phenotype, [drop.group])["code"].to_list()
        is_young = pl.col("event_at").dt.date() < pl.col("born_on").dt.offset_by(f"{drop.below_age}y")
        leaves |= pl.col("code").is_in(codes) & (pl.col("sex") == drop.sex) & is_young
    return lives.filter(~leaves.fill_null(False)).drop("sex", "born_on")


def _add_void(rows: pl.DataFrame, events: pl.DataFrame, phenotype: Phenotype) -> pl.DataFrame:
    """Add void_at: the earliest moment at which an event is known that voids the row."""
    if not phenotype.settings.voids:
        return rows.with_columns(void_at=pl.lit(None, dtype=pl.Datetime("us")))
    rows = rows.with_row_index("_row")
    found = [_find_void(rows, events, phenotype, void) for void in phenotype.settings.voids]
    empty = pl.DataFrame(schema={"_row": rows.schema["_row"], "void_at": pl.Datetime("us")})
    together = pl.concat([empty, *found]).group_by("_row").agg(pl.col("void_at").min())
    return rows.join(together, on="_row", how="left", maintain_order="left")


def _find_void(rows: pl.DataFrame, events: pl.DataFrame, phenotype: Phenotype, void: Void) -> pl.DataFrame:
    around = keep_qualified(events, phenotype, [Qualifier(void.group, void.types)])
    around = around.select("person_id", _around=pl.col("event_at").dt.date(), void_at="known_at")
    days = (pl.col("event_at").dt.date() - pl.col("_around")).dt.total_days()
    return (
        rows.filter(pl.col("kind").is_in(void.kinds))
        .join(around, on="person_id", how="inner")
        .filter(days.is_between(-void.days_before, void.days_after))
        .select("_row", "void_at")
    )
