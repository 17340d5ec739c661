"""The change plan: which changes were foreseen, decided before they are made."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

ChangeClass = Literal["data_refresh", "settings", "algorithm", "features", "code", "environment"]


@dataclass(frozen=True)
class ModificationSettings:
    """One kind of change that is foreseen.

    Parameters
    ----------
    id : str
        Short name to cite, such as `M1`.
    change : str
        The class of change it foresees.
    title, comment, source : str
        What it is, why it is safe to foresee, and where that is argued.
    settings : tuple of str
        For the classes `settings` and `features`: patterns of the keys that may differ, such as
        `model.*.learning_rate`; none for the other classes.
    """

    id: str
    change: ChangeClass
    title: str
    comment: str
    source: str
    settings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.change in ("settings", "features")) != bool(self.settings):
            raise ValueError(f"'{self.id}': give patterns of settings for the classes settings and features only.")


@dataclass(frozen=True)
class ProhibitionSettings:
    """Settings whose change makes another product, whatever else is foreseen."""

    title: str
    comment: str
    source: str
    settings: tuple[str, ...]


@dataclass(frozen=True)
class ChangePlanSettings:
    """The foreseen changes of one study, as in `conf/change_plan/`.

    Parameters
    ----------
    version : str
        Of the plan itself; a change record cites it.
    modifications : tuple of ModificationSettings
        What is foreseen.
    prohibited : tuple of ProhibitionSettings
        What no modification may cover.
    """

    version: str
    modifications: tuple[ModificationSettings, ...] = field(default=())
    prohibited: tuple[ProhibitionSettings, ...] = field(default=())

    def __post_init__(self) -> None:
        ids = [modification.id for modification in self.modifications]
        doubled = sorted({name for name in ids if ids.count(name) > 1})
        if doubled:
            raise ValueError(f"modifications: the same id stands twice: {', '.join(doubled)}.")


@dataclass(frozen=True)
class PlanVerdict:
    """Whether a change was foreseen, by which items of the plan, and why not.

    Parameters
    ----------
    plan_version : str
        Of the plan that was asked.
    verdict : str
        `foreseen`, `not foreseen`, or `first version` where there is nothing to change from.
    items : tuple of str
        Ids of the modifications that cover the change.
    reasons : tuple of str
        What is not covered; empty when foreseen.
    """

    plan_version: str
    verdict: Literal["foreseen", "not foreseen", "first version"]
    items: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def review_plan(classes: Sequence[str], changed_settings: Sequence[str], plan: ChangePlanSettings) -> PlanVerdict:
    """Tell whether a change lies within the plan.

    Parameters
    ----------
    classes : sequence of str
        Classes of the change, as `classify_change` gives them.
    changed_settings : sequence of str
        Dotted keys of the settings that differ.
    plan : ChangePlanSettings
        The plan that was in force.

    Notes
    -----
    Every class needs an item, every setting that differs a pattern, and no prohibition may match.
    Whether a class of change must go to a notified body is decided by people, with this as one input.
    """
    if "first_version" in classes:
        return PlanVerdict(plan.version, "first version")
    reasons = [f"prohibited: {item.title} (setting {key})" for item in plan.prohibited
               for key in changed_settings if _matches(key, item.settings)]  # fmt: skip
    items: list[str] = []
    for name in classes:
        found = [item for item in plan.modifications if item.change == name]
        if not found:
            reasons.append(f"no item of the plan foresees a change of class '{name}'")
        elif name not in ("settings", "features"):
            items.extend(item.id for item in found)
    patterns = {item: item.settings for item in plan.modifications if item.settings and item.change in classes}
    for key in changed_settings:
        covering = [item.id for item, allowed in patterns.items() if _matches(key, allowed)]
        items.extend(covering)
        if not covering:
            reasons.append(f"no item of the plan lets the setting {key} differ")
    covering_items = tuple(sorted(set(items)))
    return PlanVerdict(plan.version, "not foreseen" if reasons else "foreseen", covering_items, tuple(reasons))


def _matches(key: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)
