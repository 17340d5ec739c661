"""What makes a version of a model this version and no other."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from evidens.changes.canonical import digest_of


@dataclass(frozen=True)
class VersionFacts:
    """Everything that is known about one version of one outcome's candidate.

    Parameters
    ----------
    outcome, candidate : str
        Outcome, and the kind of model proposed for release.
    model_digest : str
        Digest of the model's files.
    evidence_digest : str
        Digest of the evidence table.
    settings : mapping
        The resolved settings that decide results, by group: `{"cohort": {...}, "model": {...}}`.
        Leave out what only decides how fast or where the work is done.
    data : mapping of str to str
        Delivered table -> DVC's md5 of it (`.dir` at the end for a folder). Only what no setting or code of
        the study made, such as the event store: a derived table differs with every change of settings,
        and would make each of them look like new data.
    features_digest : str
        Digest of the names of the input columns, in order.
    n_features : int
        How many input columns.
    commit : str or None
        Git commit; None where it is not known.
    is_dirty : bool
        Whether the code held changes that are in no commit; see `describe_code`.
    packages : mapping of str to str
        Key libraries -> version.
    protocol_hash : str
        Digest of the frozen protocol.
    gates : tuple of mappings
        Rows of the gate table: phase, criterion, verdict, finding.
    thresholds : tuple of float
        Predicted risks at which decisions are evaluated.
    metrics : mapping of str to float or None
        As `name_metrics` gives them.
    """

    outcome: str
    candidate: str
    model_digest: str
    evidence_digest: str
    settings: Mapping[str, Any]
    data: Mapping[str, str]
    features_digest: str
    n_features: int
    commit: str | None
    is_dirty: bool
    packages: Mapping[str, str]
    protocol_hash: str
    gates: tuple[Mapping[str, str], ...] = ()
    thresholds: tuple[float, ...] = ()
    metrics: Mapping[str, float | None] | None = None

    @property
    def settings_digest(self) -> str:
        """Digest of the settings."""
        return digest_of(flatten_settings(self.settings))

    def to_payload(self) -> dict[str, Any]:
        """Return the facts as plain values that canonical JSON can hold."""
        plain = _to_plain(asdict(self))
        return {**plain, "settings": flatten_settings(self.settings), "metrics": dict(self.metrics or {})}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "VersionFacts":
        """Build the facts from what `to_payload` gave; settings stay flat."""
        tuples = {"gates": tuple(payload["gates"]), "thresholds": tuple(payload["thresholds"])}
        return cls(**{**payload, **tuples})


def version_digest(facts: VersionFacts) -> str:
    """Return the digest that decides whether a run produced something new.

    Notes
    -----
    Only the model, its evidence and the settings count. A commit that changes a comment, another day
    or another run id makes no new version; a recomputed model with other predictions does.
    """
    return digest_of({"model": facts.model_digest, "evidence": facts.evidence_digest,
                      "settings": facts.settings_digest})  # fmt: skip


def flatten_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested settings as one level of dotted keys, sorted.

    A list of scalars is one value; a list of mappings becomes keys with positions. What JSON has no
    type for, such as a date, becomes its text.

    >>> flatten_settings({"cohort": {"min_age": 30, "regions": ["81", "83"]}, "phases": [{"name": "external"}]})
    {'cohort.min_age': 30, 'cohort.regions': ['81', '83'], 'phases.0.name': 'external'}
    """
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
            value = {str(position): item for position, item in enumerate(value)}
        if isinstance(value, Mapping):
            flat.update({f"{key}.{inner}": item for inner, item in flatten_settings(value).items()})
        else:
            flat[str(key)] = _to_plain(value)
    return dict(sorted(flat.items()))


def _to_plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
