"""Contracts of the people of a phase, with and without what happened to them."""

from evidens.cohort import STATUSES
from evidens.contracts import Role
from evidens.contracts.schema import dy
from evidens.events import ORIGINS, REGIONS, SEXES


class Assignment(dy.Schema):
    """Which phase a person is in, and on which index date: one row per person over all phases."""

    person_id = dy.Int64(primary_key=True, metadata={"role": Role.PERSON})
    index_at = dy.Datetime(time_unit="us", metadata={"role": Role.EVENT_TIME})
    phase = dy.String()


class Member(dy.Schema):
    """The people of one phase: who they are on their index day, and nothing of what happened next."""

    person_id = dy.Int64(primary_key=True, metadata={"role": Role.PERSON})
    index_at = dy.Datetime(time_unit="us", metadata={"role": Role.EVENT_TIME})
    age = dy.Int16(min=0, metadata={"role": Role.QUASI_IDENTIFIER})
    sex = dy.String(check=lambda c: c.is_in(SEXES), metadata={"role": Role.QUASI_IDENTIFIER})
    origin = dy.String(check=lambda c: c.is_in(ORIGINS), metadata={"role": Role.QUASI_IDENTIFIER})
    region = dy.String(check=lambda c: c.is_in(REGIONS), metadata={"role": Role.QUASI_IDENTIFIER})


class Label(dy.Schema):
    """What happened to the people of one phase; of a sealed phase not to be read before it opens."""

    person_id = dy.Int64(primary_key=True, metadata={"role": Role.PERSON})
    index_at = dy.Datetime(time_unit="us", metadata={"role": Role.EVENT_TIME})
    status = dy.String(check=lambda c: c.is_in(STATUSES), metadata={"role": Role.OUTCOME})
    followup_days = dy.Int32(min=1, metadata={"role": Role.OUTCOME})
