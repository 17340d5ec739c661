"""The contract of predictions."""

from evidens.cohort import STATUSES
from evidens.contracts import Role
from evidens.contracts.schema import dy


class Prediction(dy.Schema):
    """The risk that one model gave one person, and what became of them by the horizon."""

    person_id = dy.Int64(primary_key=True, metadata={"role": Role.PERSON})
    index_at = dy.Datetime(primary_key=True, time_unit="us")
    model = dy.String(primary_key=True)
    risk = dy.Float64(min=0.0, max=1.0)
    status = dy.String(check=lambda c: c.is_in(STATUSES), metadata={"role": Role.OUTCOME})
    followup_days = dy.Int32(min=0, metadata={"role": Role.OUTCOME})
