"""From hospital contacts and their diagnoses, in the words common to both patient registers, to events."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from evidens.codes import CONTACT, ICD10
from evidens.registers.rules import Rule, apply_rules, is_first, is_repeat
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE, Window

KEY = ["person_id", "contact_id"]  # a contact's key can be used anew for another person
ICD10_FROM = 1994  # until then diagnoses were coded in ICD-8, of digits only
_ICD8 = "^[0-9]{3,6}$"
OTHER_TYPES = ("+", "G", "H", "M", "C", "I")  # additional, underlying, referral, temporary, complication, indication


class Union(NamedTuple):
    """Rows kept of tables that are read as one; quarantined rows by table, and the account of all."""

    kept: pl.DataFrame
    quarantined: dict[str, pl.DataFrame]
    account: pl.DataFrame


def unite(tables: Mapping[str, pl.DataFrame], names: Sequence[str]) -> pl.DataFrame:
    """Put tables with the same columns below each other; `_table` has the name of each row's table."""
    which = pl.Enum(names)
    return pl.concat([tables[name].with_columns(_table=pl.lit(name, dtype=which)) for name in names])


def sift(rows: pl.DataFrame, rules: Sequence[Rule], names: Sequence[str]) -> Union:
    """Apply rules to rows from `unite`, and account for each table by itself."""
    parts = {name: apply_rules(rows.filter(pl.col("_table") == name), rules, stage=STAGE, table=name) for name in names}
    return Union(
        pl.concat([part.kept for part in parts.values()]),
        {name: part.quarantined for name, part in parts.items()},
        pl.concat([part.account for part in parts.values()]),
    )


def add_contacts(rows: pl.DataFrame, contacts: Union) -> pl.DataFrame:
    """Add times and kind of each row's contact, null without a kept one, and whether it is in quarantine."""
    times = contacts.kept.select(*KEY, "_began_at", "_ended_at", "_known_at", "_kind")
    bad = pl.concat([frame.select(KEY) for frame in contacts.quarantined.values()]).unique()
    bad = bad.with_columns(_in_quarantine=pl.lit(True))
    rows = rows.join(times, on=KEY, how="left", maintain_order="left")
    return rows.join(bad, on=KEY, how="left", maintain_order="left")


def rules_of_contact(what: str, *, is_needed: pl.Expr | bool = True) -> list[Rule]:
    """Return the rules by which a row shares the fate of its contact, for frames from `add_contacts`.

    Parameters
    ----------
    what : str
        What the row is, as the account names it.
    is_needed : polars.Expr or bool
        Whether the row needs a contact at all.
    """
    no_contact = pl.col("_began_at").is_null() & is_needed
    return [
        Rule("quarantined", f"{what} of a contact in quarantine", no_contact & pl.col("_in_quarantine")),
        Rule("dropped", f"{what} of a contact that was dropped", no_contact),
    ]


def sort_versions(contacts: pl.DataFrame, delivered: Sequence[str]) -> pl.DataFrame:
    """Put rows in an order so that of a contact's versions the one with an end, and of these the latest, comes first.

    Parameters
    ----------
    contacts : polars.DataFrame
        With contact_id, _began_at and _ended_at.
    delivered : sequence of str
        Columns that make a row equal to another.

    Returns
    -------
    polars.DataFrame
        With `_twice`: the row repeats another in all delivered columns.
    """
    several = contacts["contact_id"].is_duplicated()  # few: only these have to be put in order
    order = ["contact_id", "_ended_at", "_began_at", *delivered]
    ordered = contacts.filter(several).sort(
        order, descending=[False, True, True, *(False for _ in delivered)], nulls_last=True
    )
    ordered = ordered.with_columns(_twice=~is_first(ordered, list(delivered)))
    return pl.concat([contacts.filter(~several).with_columns(_twice=pl.lit(False)), ordered])


def keep_latest_versions(contacts: pl.DataFrame, rules: Sequence[Rule], names: Sequence[str]) -> Union:
    """Keep, of the contacts from `sort_versions` that break no rule, the first version of each.

    A contact may have versions in several tables: unfinished in one delivery, finished in the next.
    """
    rules = [Rule("dropped", TWICE, pl.col("_twice")), *rules]
    contacts = contacts.with_columns(_older=is_repeat(contacts, rules, KEY))
    older = Rule("dropped", "older version of a contact", pl.col("_older"))
    return sift(contacts, [*rules, older], names)


def end_by_lock(end: pl.Expr, *, window: Window, settings: RegisterSettings) -> pl.Expr:
    """Return the end of a contact, null where it lies in the tail after the data lock: it is not known yet."""
    is_late = (end.dt.date() > pl.lit(window.lock_on)) & (end.dt.date() <= pl.lit(window.end_of_tail(settings)))
    return pl.when(~is_late.fill_null(False)).then(end)


def contact_events(contacts: pl.DataFrame) -> pl.DataFrame:
    """Return an event for each contact that has a kind.

    Parameters
    ----------
    contacts : polars.DataFrame
        Kept rows with person_id, _began_at, _known_at, _ended_at, _kind and _urgency ("acute", "planned" or null),
        which an admission has as its text.
    """
    return contacts.filter(pl.col("_kind").is_not_null()).select(
        "person_id", event_at="_began_at", known_at="_known_at", end_at="_ended_at",
        code=CONTACT.add_prefix(pl.col("_kind")), text=pl.when(pl.col("_kind") == "inpatient").then("_urgency"),
    )  # fmt: skip


def keep_diagnoses(
    diagnoses: pl.DataFrame, contacts: Union, names: Sequence[str], *, first: Sequence[Rule],
    settings: RegisterSettings,
) -> Union:  # fmt: skip
    """Keep diagnoses of the wanted types on kept contacts, once each.

    Parameters
    ----------
    diagnoses : polars.DataFrame
        From `unite`: person_id, contact_id, code and type.
    contacts : Union
        Their contacts.
    names : sequence of str
        The tables they come from.
    first : sequence of Rule
        Rules of the register that go before the common ones.
    settings : RegisterSettings
        Wanted types and administrative codes.

    Returns
    -------
    Union
        Kept rows have _began_at, _ended_at and _known_at of their contact.
    """
    rows = add_contacts(diagnoses, contacts)
    kind, code = pl.col("type"), pl.col("code")
    rules = [
        *first,
        Rule("dropped", "additional code", kind == "+"),
        Rule("dropped", f"diagnosis type other than {' or '.join(settings.diagnosis_types)}",
             kind.is_in(sorted({"A", "B", *OTHER_TYPES} - set(settings.diagnosis_types)))),
        Rule("dropped", "administrative code", code.is_in(settings.administrative_codes)),
        *rules_of_contact("diagnosis"),
        Rule("dropped", f"ICD-8 code before {ICD10_FROM}",
             code.str.contains(_ICD8) & (pl.col("_began_at").dt.year() < ICD10_FROM)),
        Rule("quarantined", "unknown type of diagnosis", ~kind.is_in(settings.diagnosis_types).fill_null(False)),
        Rule("quarantined", "no code", code.is_null()),
        Rule("quarantined", "code that is no ICD-10 code", ~ICD10.is_valid(code)),
    ]  # fmt: skip
    rows = rows.with_columns(_repeated=is_repeat(rows, rules, ["contact_id", "code", "type"]))
    rules.append(Rule("dropped", "diagnosis repeated on its contact", pl.col("_repeated")))
    return sift(rows, rules, names)


def diagnosis_events(diagnoses: pl.DataFrame) -> pl.DataFrame:
    """Return an event for each kept diagnosis, at the start of its contact."""
    return diagnoses.select(
        "person_id", event_at="_began_at", known_at="_known_at", end_at="_ended_at",
        code=ICD10.add_prefix(pl.col("code")), text="type",
    )  # fmt: skip
