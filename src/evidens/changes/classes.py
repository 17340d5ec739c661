"""Which kind of change lies between two versions: rules, each with its answer written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidens.changes.code import CODE_FOLDERS
from evidens.changes.version import VersionFacts, flatten_settings


@dataclass(frozen=True)
class Difference:
    """One thing that differs: its name, and what it was and is; None where it was not there."""

    key: str
    old: Any
    new: Any


@dataclass(frozen=True)
class RuleAnswer:
    """What one rule of the classification said, and on what ground."""

    rule: str
    holds: bool
    ground: str


def list_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """List the keys whose values differ, sorted.

    >>> list_differences({"a": 1, "b": 2}, {"b": 3})
    (Difference(key='a', old=1, new=None), Difference(key='b', old=2, new=3))
    """
    keys = sorted(set(old) | set(new))
    differing = (key for key in keys if (key in old, old.get(key)) != (key in new, new.get(key)))
    return tuple(Difference(key, old.get(key), new.get(key)) for key in differing)


def classify_change(
    previous: VersionFacts | None, new: VersionFacts, *, changed_paths: Sequence[str] | None,
) -> tuple[tuple[str, ...], tuple[RuleAnswer, ...]]:  # fmt: skip
    """Return the classes of a change, weightiest first, and the answer of every rule.

    Parameters
    ----------
    previous, new : VersionFacts
        The two versions; no previous one for the first.
    changed_paths : sequence of str or None
        Paths that differ between the two commits; None where they are not known.

    Returns
    -------
    classes : tuple of str
        All that hold, of `algorithm`, `features`, `settings`, `data_refresh`, `code`, `environment`;
        `first_version` alone; `unexplained` when no rule holds though the version differs.
    answers : tuple of RuleAnswer
        One for each rule, in the same order.

    Notes
    -----
    The rules are fixed and use nothing but the two sets of facts, so that two people who run them
    get the same class. What the class means in law is for people to confirm.
    """
    if previous is None:
        return ("first_version",), (RuleAnswer("first_version", True, "the ledger holds no earlier version"),)
    answers = (
        _ask_algorithm(previous, new),
        _ask_features(previous, new),
        _ask_settings(previous, new),
        _ask_data(previous, new),
        _ask_code(previous, new, changed_paths),
        _ask_environment(previous, new),
    )
    classes = tuple(answer.rule for answer in answers if answer.holds)
    if classes:
        return classes, answers
    return ("unexplained",), (*answers, RuleAnswer("unexplained", True, "the result differs, and nothing known does"))


def list_changed_settings(previous: VersionFacts, new: VersionFacts) -> tuple[Difference, ...]:
    """List the settings that differ, by dotted key."""
    return list_differences(flatten_settings(previous.settings), flatten_settings(new.settings))


def _ask_algorithm(previous: VersionFacts, new: VersionFacts) -> RuleAnswer:
    ground = f"candidate {previous.candidate} -> {new.candidate}"
    return RuleAnswer("algorithm", previous.candidate != new.candidate, ground)


def _ask_features(previous: VersionFacts, new: VersionFacts) -> RuleAnswer:
    """Other input columns by other settings; columns learned anew from new data are a refresh."""
    keys = [d.key for d in list_changed_settings(previous, new) if _is_feature(d.key)]
    names_differ = previous.features_digest != new.features_digest
    counts = f"{previous.n_features} -> {new.n_features} input columns"
    if keys:
        return RuleAnswer("features", True, f"{len(keys)} settings of features differ; {counts}")
    if names_differ and not _refreshed(previous, new):
        return RuleAnswer("features", True, f"the input columns differ on the same data; {counts}")
    learned = ", learned anew from the new data" if names_differ else ""
    return RuleAnswer("features", False, f"no setting of features differs; {counts}{learned}")


def _ask_settings(previous: VersionFacts, new: VersionFacts) -> RuleAnswer:
    keys = [d.key for d in list_changed_settings(previous, new) if not _is_feature(d.key)]
    return RuleAnswer("settings", bool(keys), f"{len(keys)} settings other than of features differ")


def _ask_data(previous: VersionFacts, new: VersionFacts) -> RuleAnswer:
    tables = list_differences(previous.data, new.data)
    return RuleAnswer("data_refresh", _refreshed(previous, new), f"{len(tables)} of {len(new.data)} tables differ")


def _ask_code(previous: VersionFacts, new: VersionFacts, changed_paths: Sequence[str] | None) -> RuleAnswer:
    if previous.is_dirty or new.is_dirty:
        return RuleAnswer("code", True, "the code held changes that are in no commit")
    if previous.commit is None or new.commit is None:
        return RuleAnswer("code", True, "a commit is not known")
    if previous.commit == new.commit:
        return RuleAnswer("code", False, "the same commit")
    if changed_paths is None:
        return RuleAnswer("code", True, "the commits differ, and the changed paths are not known")
    n_code = sum(path.startswith(tuple(f"{folder}/" for folder in CODE_FOLDERS)) for path in changed_paths)
    return RuleAnswer("code", n_code > 0, f"{n_code} of {len(changed_paths)} changed paths are code")


def _ask_environment(previous: VersionFacts, new: VersionFacts) -> RuleAnswer:
    packages = list_differences(previous.packages, new.packages)
    return RuleAnswer("environment", bool(packages), f"{len(packages)} key libraries differ")


def _is_feature(key: str) -> bool:
    return key.startswith("features.")


def _refreshed(previous: VersionFacts, new: VersionFacts) -> bool:
    return bool(list_differences(previous.data, new.data))
