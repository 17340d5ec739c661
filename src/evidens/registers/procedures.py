"""From procedures, in the words common to both patient registers, to events."""

from collections.abc import Sequence

import polars as pl

from evidens.codes import SKS
from evidens.registers.hospital import Union, add_contacts, rules_of_contact, sift
from evidens.registers.rules import Rule, is_repeat
from evidens.registers.settings import RegisterSettings
from evidens.registers.times import Window, days, join_lives, rules_of_time

TYPES = ("P", "V", "D")  # primary; most important and partial procedure of LPR2
REPEATED = "procedure repeated on its contact"


def keep_procedures(
    procedures: pl.DataFrame, persons: pl.DataFrame, contacts: Union, names: Sequence[str], *,
    first: Sequence[Rule], window: Window, settings: RegisterSettings, lag_days: int,
    later: Sequence[Rule] = (),
) -> Union:  # fmt: skip
    """Keep procedures of kept contacts, and those that belong to a course only, once each.

    Parameters
    ----------
    procedures : polars.DataFrame
        From `hospital.unite`: person_id, contact_id (null for what belongs to a course only), code, type, _from_at,
        _to_at and _told_at (start, end and time of reporting of the procedure; the last two may be null).
    persons : polars.DataFrame
        Contract `events.contract:Person`.
    contacts : Union
        Their contacts.
    names : sequence of str
        The tables they come from.
    first : sequence of Rule
        Rules of the register that go before the common ones.
    window : Window
        What the population register covers; procedures after its lock are not known completely.
    settings : RegisterSettings
        Grace after death.
    lag_days : int
        Days after the end of a procedure when it is known, where nothing else tells.
    later : sequence of Rule
        Rules of the register that go after those of time.

    Returns
    -------
    Union
        Kept rows have `_known`: when the procedure was reported, or else known with its contact, never before it
        was over.
    """
    rows = join_lives(add_contacts(procedures, contacts), persons)
    kind, code, start, end = pl.col("type"), pl.col("code"), pl.col("_from_at"), pl.col("_to_at")
    rules = [
        *first,
        Rule("dropped", "additional code", kind == "+"),
        Rule("dropped", "indication of a procedure", kind == "I"),
        *rules_of_contact("procedure", is_needed=pl.col("contact_id").is_not_null()),
        *rules_of_time(start.dt.date(), window=window, settings=settings),
        *later,
        Rule("quarantined", "end before start", end < start),
        Rule("quarantined", "unknown type of procedure", ~kind.is_in(TYPES)),
        Rule("quarantined", "no code", code.is_null()),
        Rule("quarantined", "code that is no procedure code", ~SKS.is_valid(code)),
    ]
    rows = rows.with_columns(_repeated=is_repeat(rows, rules, ["person_id", "contact_id", "code", "_from_at"]))
    rules.append(Rule("dropped", REPEATED, pl.col("_repeated")))
    kept = sift(rows, rules, names)
    over = pl.coalesce(end, start)
    lagged = over + days(lag_days)
    known = pl.coalesce("_told_at", pl.max_horizontal("_known_at", lagged))  # the larger of those that are there
    return kept._replace(kept=kept.kept.with_columns(_known=pl.max_horizontal(known, over)))


def procedure_events(procedures: pl.DataFrame) -> pl.DataFrame:
    """Return an event for each kept procedure, at its start."""
    return procedures.select(
        "person_id", event_at="_from_at", known_at="_known", end_at="_to_at", code=SKS.add_prefix(pl.col("code")),
        text=pl.lit(None, dtype=pl.String),
    )  # fmt: skip
