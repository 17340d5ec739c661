"""The truncation audit: no feature may change when what nobody could know at the index changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from evidens.events import BucketEvents
from evidens.features.build import Features
from evidens.features.futures import draw_futures
from evidens.features.matrix import KEYS, FeatureError, FeatureMatrix, assemble
from evidens.features.vocabulary import Vocabulary
from evidens.foundation import Fault

Build = Callable[[pl.DataFrame, BucketEvents], Features]
N_NAMED = 50  # features in an error; of more, how many
REMEDY = "Let it use only events with event_at and known_at before the index."


@dataclass(frozen=True)
class AuditSettings:
    """How many people the audit looks at (conf/feature_audit/).

    Parameters
    ----------
    n_people : int
        Drawn from each phase of each outcome.
    seed : int
        Of the draws: who, and which futures they get.
    """

    n_people: int = 200
    seed: int = 20260101

    def __post_init__(self) -> None:
        if self.n_people < 1:
            raise ValueError("n_people must be at least 1")


@dataclass(frozen=True)
class FeatureAudit:
    """What an audit found; audits of different people add up.

    Parameters
    ----------
    names : tuple of str
        The features looked at.
    n_people, n_rows : int
        People, and (person, index) rows.
    differing : mapping of str to mapping of str to int
        Of each feature that changed: what was done to the future, and in how many people it changed.
    """

    names: tuple[str, ...] = ()
    n_people: int = 0
    n_rows: int = 0
    differing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __add__(self, other: FeatureAudit) -> FeatureAudit:
        found = {name: dict(counts) for name, counts in self.differing.items()}
        for name, counts in other.differing.items():
            for what, n in counts.items():
                found.setdefault(name, {})[what] = found.get(name, {}).get(what, 0) + n
        return FeatureAudit(
            self.names or other.names, self.n_people + other.n_people, self.n_rows + other.n_rows, found
        )

    def check(self, *, minimum: int) -> None:
        """Stop if a feature changed.

        Parameters
        ----------
        minimum : int
            Fewest people that are counted in the message.

        Raises
        ------
        FeatureError
            Naming the features, what was done to the future, and in how many people they changed.
        """
        faults = [
            Fault(f"feature {name}", self._tell(counts, minimum), REMEDY) for name, counts in self.differing.items()
        ]
        if len(faults) > N_NAMED:
            more = Fault("features", f"and {len(faults) - N_NAMED:,} more read the future.", REMEDY)
            faults = [*faults[:N_NAMED], more]
        if faults:
            raise FeatureError(*faults)

    def _tell(self, counts: Mapping[str, int], minimum: int) -> str:
        most = max(counts.values())
        n_people = f"{most:,}" if most >= minimum else f"fewer than {minimum}"
        return (
            f"reads the future of {n_people} of {self.n_people:,} people: it changed when it was {', '.join(counts)}."
        )


def audit_features(
    members: pl.DataFrame,
    events: BucketEvents,
    *,
    build: Build,
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    stored: Features | None = None,
) -> FeatureAudit:
    """Build every feature of some people on records with other futures, and compare bit by bit.

    Parameters
    ----------
    members : polars.DataFrame
        Contract `protocol.contract:Member`; several rows of a person have different indexes.
    events : BucketEvents
        Of these and any other people.
    build : callable
        `build_features` with its settings.
    vocabulary : Vocabulary
        The one that `build` was given.
    rng : numpy.random.Generator
    stored : Features, optional
        As they lie in the study, of these and any other people.

    Returns
    -------
    FeatureAudit

    Notes
    -----
    The reference is built from the record cut off at the index, which is all that exists on the day of a prediction;
    features as they are built from the whole record, as they are stored, and with every future of `draw_futures` are
    held against it. Each (person, index) row becomes a person of its own, with one index, so that a record that is
    cut off for one index is whole for another.
    """
    members = members.sort(KEYS)
    record = events.scan().filter(pl.col("person_id").is_in(members["person_id"].unique().implode())).collect()
    rows = members.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"))
    history = rows.select("row", *KEYS).join(record, on="person_id").drop("person_id").rename({"row": "person_id"})
    apart = rows.drop("person_id").rename({"row": "person_id"}).select(members.columns)

    def compute(people: pl.DataFrame, known: pl.DataFrame) -> FeatureMatrix:
        return _assemble(build(people, BucketEvents.of(known)), vocabulary, people)

    futures = ((what, future.select(record.columns)) for what, future in draw_futures(history, rng))
    _, known = next(futures)
    reference = compute(apart, known)
    others = {"there": compute(members, record)}
    if stored is not None:
        others["there when features were stored"] = _assemble(stored, vocabulary, members)
    others |= {what: compute(apart, future) for what, future in futures}
    differing: dict[str, dict[str, int]] = {}
    for what, other in others.items():
        for name, n_people in _count_differing(reference, other, members["person_id"].to_numpy()).items():
            differing.setdefault(name, {})[what] = n_people
    return FeatureAudit(reference.names, members["person_id"].n_unique(), members.height, differing)


def _assemble(features: Features, vocabulary: Vocabulary, people: pl.DataFrame) -> FeatureMatrix:
    return assemble(features.dense, features.counts, vocabulary, people)


def _count_differing(one: FeatureMatrix, other: FeatureMatrix, person_id: np.ndarray) -> dict[str, int]:
    """Count the people in whom a feature has other bits, by the feature's name."""
    bits = (np.ascontiguousarray(each.matrix.toarray(), np.float32).view(np.uint32) for each in (one, other))
    row, column = np.nonzero(np.not_equal(*bits))
    differs = pl.DataFrame({"column": column, "person_id": person_id[row]}).unique()
    counts = differs.group_by("column").len().sort("column")
    return {one.names[number]: n for number, n in counts.iter_rows()}
