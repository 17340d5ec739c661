"""The people of a phase whose truth is known, in one order: scores, risks, groups."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.foundation import EvidensError, Fault

Array = NDArray[np.float64]

ORACLES = {"oracle": "risk_true", "oracle_features": "risk_features", "oracle_coded": "risk_coded"}
UNKNOWN = "unknown"


class AuditError(EvidensError):
    """Predictions, truth and groups that are not about the same people."""


@dataclass(frozen=True)
class AuditedPeople:
    """People of one phase with a true risk of their own or none; arrays of length n.

    Parameters
    ----------
    scores : mapping of str to array
        By model, then by oracle; an oracle's is NaN where it is undefined.
    risk_true : array
        NaN for people who were diagnosed before the index, which no register shows by then.
    risk_coded : array
        Of being coded within the horizon.
    is_event : array of bool
        Whether the true outcome happened; False where `risk_true` is NaN.
    groups : mapping of str to array of str
        By variable.
    n_predicted : int
        People of the phase, with and without a known truth.
    """

    scores: Mapping[str, Array]
    risk_true: Array
    risk_coded: Array
    is_event: NDArray[np.bool_]
    groups: Mapping[str, NDArray[np.str_]]
    n_predicted: int

    @property
    def n(self) -> int:
        """People whose truth is known."""
        return self.risk_true.size

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Who can still have the true outcome."""
        return ~np.isnan(self.risk_true)


@dataclass(frozen=True)
class Members:
    """Some of the audited people: a group's name, who they are, and how many true events are expected."""

    name: str
    is_member: NDArray[np.bool_]
    n_events: int


def align_people(predictions: pl.DataFrame, truth: pl.DataFrame, groups: pl.DataFrame) -> AuditedPeople:
    """Put predictions, truth and groups of the same people side by side.

    Parameters
    ----------
    predictions : polars.DataFrame
        Contract Prediction, of one phase.
    truth : polars.DataFrame
        person_id, index_on, risk_true, risk_features, risk_coded, is_event.
    groups : polars.DataFrame
        person_id, and one column per variable.

    Raises
    ------
    AuditError
        If a model did not predict for everyone, or a person has no row of groups.
    """
    wide = predictions.pivot("model", index=["person_id", "index_at"], values="risk").sort("person_id")
    models = [name for name in wide.columns if name not in ("person_id", "index_at")]
    if wide.select(pl.any_horizontal(pl.col(models).has_nulls())).item():
        raise AuditError(Fault("audit", "a model did not predict for everyone.", "Run its validation again."))
    found = wide.with_columns(index_on=pl.col("index_at").dt.date()).join(
        truth, on=["person_id", "index_on"], validate="1:1", maintain_order="left"
    )
    joined = found.join(groups, on="person_id", validate="1:1", maintain_order="left")
    if joined.height < found.height:
        raise AuditError(Fault("audit", "people without a row of groups.", "Give the members of the same phase."))
    columns = [name for name in groups.columns if name != "person_id"]
    scores = {name: joined[name].to_numpy() for name in sorted(models)}
    scores |= {name: _floats(joined[column]) for name, column in ORACLES.items()}
    return AuditedPeople(
        scores=scores,
        risk_true=_floats(joined["risk_true"]),
        risk_coded=_floats(joined["risk_coded"]),
        is_event=joined["is_event"].fill_null(value=False).to_numpy(),
        groups={name: joined[name].cast(pl.String).fill_null(UNKNOWN).to_numpy().astype(str) for name in columns},
        n_predicted=wide.height,
    )


def list_members(people: AuditedPeople) -> list[Members]:
    """Everyone, then every level of every variable, with expected events that add up to everyone's."""
    risk, everyone = np.where(people.is_open, people.risk_true, 0.0), np.ones(people.n, dtype=bool)
    total = round(float(risk.sum()))
    listed = [Members("all", everyone, total)]
    for variable, level_of in people.groups.items():
        levels = np.unique(level_of)
        until = np.round(np.cumsum([risk[level_of == level].sum() for level in levels])).astype(int)
        until[-1:] = total
        for level, n_events in zip(levels, np.diff(until, prepend=0), strict=True):
            listed.append(Members(f"{variable}={level}", level_of == level, int(n_events)))
    return listed


def _floats(column: pl.Series) -> Array:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()
