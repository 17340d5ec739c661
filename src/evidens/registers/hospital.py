"""From hospital contacts and their diagnoses, in the words common to both patient registers, to events."""

from collections.abc import Sequence

import polars as pl

from evidens.codes import CONTACT, ICD10
from evidens.registers.rules import Rule, Sifted, apply_rules, is_first, is_repeat
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import STAGE, TWICE

OTHER_TYPES = ("+", "G", "H", "M", "C", "I")  # additional, underlying, referral, temporary, complication, indication


def sort_versions(contacts: pl.DataFrame, delivered: Sequence[str]) -> pl.DataFrame:
    """Sort so that of a contact's versions the one with an end, and of these the latest, comes first.

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
    order = ["contact_id", "_ended_at", "_began_at", *delivered]
    ordered = contacts.sort(order, descending=[False, True, True, *(False for _ in delivered)], nulls_last=True)
    return ordered.with_columns(_twice=~is_first(ordered, list(delivered)))


def keep_latest_versions(contacts: pl.DataFrame, rules: Sequence[Rule], *, table: str) -> Sifted:
    """Keep, of the contacts from `sort_versions` that break no rule, the first version of each."""
    rules = [Rule("dropped", TWICE, pl.col("_twice")), *rules]
    contacts = contacts.with_columns(_older=is_repeat(contacts, rules, ["contact_id"]))
    older = Rule("dropped", "older version of a contact", pl.col("_older"))
    return apply_rules(contacts, [*rules, older], stage=STAGE, table=table)


def contact_events(contacts: pl.DataFrame) -> pl.DataFrame:
    """Return an event for each contact that has a kind.

    Parameters
    ----------
    contacts : polars.DataFrame
        Kept rows with person_id, _began_at, _known_at, _ended_at and _kind.
    """
    return contacts.filter(pl.col("_kind").is_not_null()).select(
        "person_id", event_at="_began_at", known_at="_known_at", end_at="_ended_at",
        code=CONTACT.add_prefix(pl.col("_kind")), text=pl.lit(None, dtype=pl.String),
    )  # fmt: skip


def keep_diagnoses(
    diagnoses: pl.DataFrame, contacts: Sifted, *, table: str, first: Sequence[Rule], settings: RegisterSettings
) -> Sifted:
    """Keep diagnoses of the wanted types on kept contacts, once each.

    Parameters
    ----------
    diagnoses : polars.DataFrame
        person_id, contact_id, code and type.
    contacts : Sifted
        Their contacts.
    table : str
        Named in the account.
    first : sequence of Rule
        Rules of the register that go before the common ones.
    settings : RegisterSettings
        Wanted types and administrative codes.

    Returns
    -------
    Sifted
        Kept rows have _began_at, _ended_at and _known_at of their contact.
    """
    times = contacts.kept.select("contact_id", "_began_at", "_ended_at", "_known_at")
    quarantined = contacts.quarantined.select("contact_id").unique().with_columns(_in_quarantine=pl.lit(True))
    rows = diagnoses.join(times, on="contact_id", how="left", maintain_order="left")
    rows = rows.join(quarantined, on="contact_id", how="left", maintain_order="left")
    kind, code = pl.col("type"), pl.col("code")
    no_contact = pl.col("_began_at").is_null()
    rules = [
        *first,
        Rule("dropped", "additional code", kind == "+"),
        Rule("dropped", f"diagnosis type other than {' or '.join(settings.diagnosis_types)}",
             kind.is_in(sorted({"A", "B", *OTHER_TYPES} - set(settings.diagnosis_types)))),
        Rule("dropped", "administrative code", code.is_in(settings.administrative_codes)),
        Rule("quarantined", "diagnosis of a contact in quarantine", no_contact & pl.col("_in_quarantine")),
        Rule("dropped", "diagnosis of a contact that was dropped", no_contact),
        Rule("quarantined", "unknown type of diagnosis", ~kind.is_in(settings.diagnosis_types).fill_null(False)),
        Rule("quarantined", "no code", code.is_null()),
        Rule("quarantined", "code that is no ICD-10 code", ~ICD10.is_valid(code)),
    ]  # fmt: skip
    rows = rows.with_columns(_repeated=is_repeat(rows, rules, ["contact_id", "code", "type"]))
    rules.append(Rule("dropped", "diagnosis repeated on its contact", pl.col("_repeated")))
    return apply_rules(rows, rules, stage=STAGE, table=table)


def diagnosis_events(diagnoses: pl.DataFrame) -> pl.DataFrame:
    """Return an event for each kept diagnosis, at the start of its contact."""
    return diagnoses.select(
        "person_id", event_at="_began_at", known_at="_known_at", end_at="_ended_at",
        code=ICD10.add_prefix(pl.col("code")), text="type",
    )  # fmt: skip
