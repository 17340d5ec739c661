"""The change record: what differs between two versions of a model, and what is not known about it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from evidens.changes.canonical import digest_of, write_canonical
from evidens.changes.classes import classify_change, list_changed_settings, list_differences
from evidens.changes.plan import ChangePlanSettings, review_plan
from evidens.changes.version import VersionFacts, version_digest
from evidens.contracts import Evidence, check_table

NOT_KNOWN = "not known"

IDENTITY = ("record_id", "outcome", "candidate", "version", "version_digest", "at", "supersedes")
MODEL = ("candidate", "model_digest", "evidence_digest", "settings_digest", "features_digest", "n_features",
         "thresholds", "protocol_hash")  # fmt: skip

STATEMENTS = {  # what only people can say; each one missing is an open point
    "author": "who made the change",
    "trigger": "what set it off: a schedule, an alarm, a complaint, a request",
    "class_confirmed_by": "who confirmed the class of the change",
    "intended_use": "whether the intended use is unchanged",
    "hazards": "which hazards the change touches",
    "stages_repeated": "which validation phases were repeated, and why not others",
    "approvals": "who approved it, in which role and when",
    "deployment": "where and when it is taken into use",
    "rollback": "whether going back to the version before was tested",
    "monitoring": "how the version is watched after the change",
}


@dataclass(frozen=True)
class Version:
    """One version of one outcome's candidate, as the ledger knows it."""

    number: int
    record_id: str
    facts: VersionFacts


@dataclass(frozen=True)
class ChangeRecord:
    """What changed between a version and the one before.

    Every field holds plain values, so that `ChangeRecord(**payload)` gives back a record from the
    ledger. Text such as "not known" stands where a fact is missing, never an empty cell.

    Parameters
    ----------
    identity : dict
        Record id, outcome, candidate, version, digest, time, and the record it supersedes.
    change : dict
        Classes, the answer of every rule, and the verdict of the change plan.
    data, settings, environment : list of dict
        Key, old and new of everything that differs.
    code : dict
        Commits, whether uncommitted code was used, and the changed paths.
    model : dict
        Digests, input columns, thresholds and protocol, old and new.
    metrics : list of dict
        Name, old and new of the values in everybody; not tested, see `differences`.
    differences : list of dict
        Paired differences with intervals, in the shape of the contract `Evidence`.
    gates : list of dict
        Verdicts of the new version.
    statements : dict
        What people said, by the keys of `STATEMENTS`.
    open_points : list of str
        What is not known.
    """

    identity: dict[str, Any]
    change: dict[str, Any]
    data: list[dict[str, Any]]
    code: dict[str, Any]
    settings: list[dict[str, Any]]
    environment: list[dict[str, Any]]
    model: dict[str, Any]
    metrics: list[dict[str, Any]]
    differences: list[dict[str, Any]]
    gates: list[dict[str, Any]]
    statements: dict[str, str]
    open_points: list[str]

    def to_json(self) -> str:
        """Write the record as canonical JSON, one line."""
        return write_canonical(asdict(self))

    def to_markdown(self) -> str:
        """Write the record for people to read."""
        from evidens.changes.rendering import write_markdown

        return write_markdown(self)

    @property
    def sha256(self) -> str:
        """Digest of the canonical JSON."""
        return digest_of(asdict(self))


def build_change_record(
    previous: Version | None, new: VersionFacts, *, plan: ChangePlanSettings, at: str,
    differences: pl.DataFrame | None = None, why_no_differences: str = "",
    changed_paths: Sequence[str] | None = None, statements: Mapping[str, str] | None = None,
) -> ChangeRecord:  # fmt: skip
    """Build the change record of a new version.

    Parameters
    ----------
    previous : Version or None
        The version before; None for the first.
    new : VersionFacts
        The new version. Gates and metrics must have passed disclosure control: a record leaves.
    plan : ChangePlanSettings
        The plan in force.
    at : str
        When, ISO 8601 in UTC.
    differences : polars.DataFrame, optional
        Paired differences from the version before, as `estimate_differences` gives them.
    why_no_differences : str
        Why there are none, where there is a version before.
    changed_paths : sequence of str, optional
        Paths that differ between the commits; None where they are not known.
    statements : mapping of str to str, optional
        What people said, by the keys of `STATEMENTS`.

    Raises
    ------
    ContractError
        When `differences` is not in the shape of evidence.
    """
    old = previous.facts if previous else None
    classes, answers = classify_change(old, new, changed_paths=changed_paths)
    settings = list_changed_settings(old, new) if old else ()
    verdict = review_plan(classes, [difference.key for difference in settings], plan)
    rows = [] if differences is None else check_table(differences, Evidence, place="paired differences").to_dicts()
    said = {key: (statements or {}).get(key, "") or NOT_KNOWN for key in STATEMENTS}
    return ChangeRecord(
        identity=_identify(previous, new, at),
        change={"classes": list(classes), "rules": [asdict(answer) for answer in answers], "plan": asdict(verdict)},
        data=_plain(list_differences(old.data, new.data) if old else ()),
        code=_describe_code(old, new, changed_paths),
        settings=_plain(settings),
        environment=_plain(list_differences(old.packages, new.packages) if old else ()),
        model=_describe_model(old, new),
        metrics=_compare_metrics(old, new),
        differences=rows,
        gates=[dict(row) for row in new.gates],
        statements=said,
        open_points=_list_open_points(previous, new, said, rows, why_no_differences, changed_paths),
    )


def _identify(previous: Version | None, new: VersionFacts, at: str) -> dict[str, Any]:
    number, digest = (previous.number if previous else 0) + 1, version_digest(new)
    return {
        "record_id": f"{new.outcome}-{number}-{digest[:12]}",
        "outcome": new.outcome,
        "candidate": new.candidate,
        "version": number,
        "version_digest": digest,
        "at": at,
        "supersedes": previous.record_id if previous else "none",
    }


def _describe_code(old: VersionFacts | None, new: VersionFacts, paths: Sequence[str] | None) -> dict[str, Any]:
    return {
        "old_commit": (old.commit or NOT_KNOWN) if old else "none",
        "new_commit": new.commit or NOT_KNOWN,
        "is_dirty": new.is_dirty,
        "changed_paths": "none" if old is None else NOT_KNOWN if paths is None else sorted(paths),
    }


def _describe_model(old: VersionFacts | None, new: VersionFacts) -> dict[str, Any]:
    return {name: {"old": _as_plain(getattr(old, name)) if old else None, "new": _as_plain(getattr(new, name))}
            for name in MODEL}  # fmt: skip


def _compare_metrics(old: VersionFacts | None, new: VersionFacts) -> list[dict[str, Any]]:
    before, after = (old.metrics or {}) if old else {}, new.metrics or {}
    return [{"metric": name, "old": before.get(name), "new": after.get(name)} for name in sorted({*before, *after})]


def _list_open_points(
    previous: Version | None, new: VersionFacts, said: Mapping[str, str], rows: Sequence[Mapping[str, Any]],
    why: str, paths: Sequence[str] | None,
) -> list[str]:  # fmt: skip
    points = [f"{key}: {STATEMENTS[key]}" for key, text in said.items() if text == NOT_KNOWN]
    if new.commit is None:
        points.append("code: the commit is not known")
    if new.is_dirty:
        points.append("code: uncommitted code was used, so that the commit alone does not give this version again")
    if previous and paths is None:
        points.append("code: the paths that differ from the version before are not known")
    if previous and not rows:
        points.append(f"differences: no paired comparison with the version before; {why or 'the reason is not known'}")
    undefined = [row["metric"] for row in rows if row["value"] is None]
    if undefined:
        points.append(f"differences: {len(undefined)} are undefined, each with its reason")
    not_passed = [row for row in new.gates if row["verdict"] != "PASS"]
    if not new.gates:
        points.append("gates: none was asked")
    if not_passed:
        points.append(f"gates: {len(not_passed)} of {len(new.gates)} criteria are not passed")
    return points


def _plain(differences: Sequence[Any]) -> list[dict[str, Any]]:
    return [asdict(difference) for difference in differences]


def _as_plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
