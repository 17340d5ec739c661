"""The contract of the cohort: one row per person and index date, with what happened afterwards."""

import polars as pl

from evidens.cohort.landmarks import MOMENTS
from evidens.contracts import Role
from evidens.contracts.schema import dy
from evidens.events import ORIGINS, REGIONS, SEXES

STATUSES = ("event", "competing", "death", "event_free", "censored")
LANDMARKS = ("calendar", "random", *MOMENTS)


class Cohort(dy.Schema):
    """One row per (person, index date) that may enter the study, with its label at the horizon.

    Where the landmark is a day, the index is the midnight at which it opens, the day lies in neither window, and
    the outcome counts from the next day to the end of the last: (day, day + H]. Where it is a moment, windows are
    counted in microseconds from it: the outcome counts in (index, index + H * 24 hours]. Death and residence are
    known by the day: who dies on the day of the index does not enter, and who dies on the last day dies within
    the horizon.
    """

    person_id = dy.Int64(primary_key=True, metadata={"role": Role.PERSON})
    index_at = dy.Datetime(time_unit="us", primary_key=True, metadata={"role": Role.EVENT_TIME})
    landmark = dy.String(check=lambda c: c.is_in(LANDMARKS))
    age = dy.Int16(min=0, metadata={"role": Role.QUASI_IDENTIFIER})  # completed years on the index day
    sex = dy.String(check=lambda c: c.is_in(SEXES), metadata={"role": Role.QUASI_IDENTIFIER})
    origin = dy.String(check=lambda c: c.is_in(ORIGINS), metadata={"role": Role.QUASI_IDENTIFIER})
    region = dy.String(check=lambda c: c.is_in(REGIONS), metadata={"role": Role.QUASI_IDENTIFIER})
    status = dy.String(check=lambda c: c.is_in(STATUSES), metadata={"role": Role.OUTCOME})
    followup_days = dy.Int32(min=1, metadata={"role": Role.OUTCOME})  # days to the status, a part of one as a whole

    @dy.rule()
    def index_of_a_day_is_a_midnight(cls) -> pl.Expr:
        """Hold an index that is a day to be no moment of it."""
        is_midnight = pl.col("index_at").dt.truncate("1d") == pl.col("index_at")
        return pl.col("landmark").is_in(MOMENTS) | is_midnight
