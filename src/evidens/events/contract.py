"""Contracts of the event store: events, the people they happen to, and where these people lived."""

import polars as pl

from evidens.contracts import Role
from evidens.contracts.schema import dy

SEXES = ("female", "male")
ORIGINS = ("danish", "western", "non_western", "unknown")
REGIONS = ("81", "82", "83", "84", "85")
CONTACT_KINDS = ("inpatient", "outpatient", "emergency")


def _role(role: Role) -> dict[str, Role]:
    return {"role": role}


class Event(dy.Schema):
    """One thing that was registered about one person, sorted by `evidens.events.EVENT_ORDER`."""

    person_id = dy.Int64(metadata=_role(Role.PERSON))
    event_at = dy.Datetime(time_unit="us", metadata=_role(Role.EVENT_TIME))
    known_at = dy.Datetime(time_unit="us", metadata=_role(Role.KNOWN_TIME))  # when a system could have known it
    end_at = dy.Datetime(time_unit="us", nullable=True)  # null for points in time and for what is not over
    code = dy.String(regex=r"^[A-Z0-9]+/.+$")  # prefixed by its system: ICD10/DE119
    value = dy.Float64(nullable=True)
    operator = dy.String(nullable=True, check=lambda c: c.is_in(["<", ">"]))  # the value is a limit of what is measured
    unit = dy.String(nullable=True)
    text = dy.String(nullable=True)  # a diagnosis' type; the word of a result; an admission's urgency
    register = dy.String()
    delivery = dy.String()

    @dy.rule()
    def known_no_earlier_than_it_happened(cls) -> pl.Expr:
        """Nothing is known before it happens."""
        return pl.col("known_at") >= pl.col("event_at")

    @dy.rule()
    def ends_no_earlier_than_it_began(cls) -> pl.Expr:
        """Time runs forward."""
        return pl.col("end_at").is_null() | (pl.col("end_at") >= pl.col("event_at"))


class Person(dy.Schema):
    """One person of the population."""

    person_id = dy.Int64(primary_key=True, metadata=_role(Role.PERSON))
    sex = dy.String(check=lambda c: c.is_in(SEXES), metadata=_role(Role.QUASI_IDENTIFIER))
    born_on = dy.Date(metadata=_role(Role.QUASI_IDENTIFIER))
    origin = dy.String(check=lambda c: c.is_in(ORIGINS), metadata=_role(Role.QUASI_IDENTIFIER))
    died_on = dy.Date(nullable=True, metadata=_role(Role.QUASI_IDENTIFIER))

    @dy.rule()
    def died_no_earlier_than_born(cls) -> pl.Expr:
        """Nobody dies before birth."""
        return pl.col("died_on").is_null() | (pl.col("died_on") >= pl.col("born_on"))


class Residence(dy.Schema):
    """A spell of living in one region; the spells of a person do not overlap."""

    person_id = dy.Int64(primary_key=True, metadata=_role(Role.PERSON))
    region = dy.String(check=lambda c: c.is_in(REGIONS), metadata=_role(Role.QUASI_IDENTIFIER))
    from_on = dy.Date(primary_key=True)
    to_on = dy.Date(nullable=True)  # the first day no longer lived there; null while it goes on

    @dy.rule()
    def ends_later_than_it_began(cls) -> pl.Expr:
        """Every spell has at least one day."""
        return pl.col("to_on").is_null() | (pl.col("to_on") > pl.col("from_on"))

    @dy.rule()
    def spells_do_not_overlap(cls) -> pl.Expr:
        """Nobody lives in two regions at a time."""
        next_on = pl.col("from_on").shift(-1).over("person_id", order_by="from_on")
        return next_on.is_null() | (pl.col("to_on") <= next_on).fill_null(False)
