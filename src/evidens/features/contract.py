"""Contracts of the vocabulary and of the sparse counts; the dense columns follow from the settings."""

from evidens.contracts import Role
from evidens.contracts.schema import dy


class VocabularyTable(dy.Schema):
    """The counts that are features: one row per column, learned on development alone."""

    column = dy.Int32(primary_key=True, min=0)
    name = dy.String()  # such as n_ATC/C10AA_365d
    code = dy.String()  # a code at its level, or GROUP/<group>
    window = dy.String()  # such as 365d
    n_people = dy.Int64(min=1)  # of development with at least one


class CountFeature(dy.Schema):
    """Counts above 0, one row per person, index date and column of the vocabulary."""

    person_id = dy.Int64(primary_key=True, metadata={"role": Role.PERSON})
    index_at = dy.Datetime(primary_key=True, time_unit="us")
    column = dy.Int32(primary_key=True, min=0)
    value = dy.Float32(min=1.0)
