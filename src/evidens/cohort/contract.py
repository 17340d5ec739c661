"""The contract of the cohort: one row per person and index date, with what happened afterwards."""

import polars as pl

from evidens.contracts import Role
from evidens.contracts.schema import dy
from evidens.events import ORIGINS, REGIONS, SEXES

STATUSES = ("event", "death", "event_free", "censored")


class Cohort(dy.Schema):
    """One row per (person, index date) that may enter the study, with its label at the horizon."""

    person_id = dy.Int64(primary_key=True, metadata={"role": Role.PERSON})
    # Midnight, at which the index day opens.
    index_at = dy.Datetime(time_unit="us", primary_key=True, metadata={"role": Role.EVENT_TIME})
    age = dy.Int16(min=0, metadata={"role": Role.QUASI_IDENTIFIER})  # completed years on the index day
    sex = dy.String(check=lambda c: c.is_in(SEXES), metadata={"role": Role.QUASI_IDENTIFIER})
    origin = dy.String(check=lambda c: c.is_in(ORIGINS), metadata={"role": Role.QUASI_IDENTIFIER})
    region = dy.String(check=lambda c: c.is_in(REGIONS), metadata={"role": Role.QUASI_IDENTIFIER})
    status = dy.String(check=lambda c: c.is_in(STATUSES), metadata={"role": Role.OUTCOME})
    followup_days = dy.Int32(min=1, metadata={"role": Role.OUTCOME})  # from the index day to the status

    @dy.rule()
    def index_is_a_midnight(cls) -> pl.Expr:
        """Hold an index date to be a day, not a moment of it."""
        return pl.col("index_at").dt.truncate("1d") == pl.col("index_at")
