"""The catalogue (conf/catalog.yaml) and what dvc.yaml lets each stage touch."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from evidens.foundation import EvidensError, Fault, build_settings

ZONES = ("truth", "raw", "pseudonymised", "person", "aggregate", "release")


class StudyError(EvidensError):
    """The study, its catalogue or a table is not as the caller supposes."""


@dataclass(frozen=True)
class Table:
    """One entry of the catalogue.

    Parameters
    ----------
    dir : str
        Where it lies, relative to the study's root.
    zone : str
        How protected it is: one of `ZONES`, from most to least.
    layout : str
        "buckets": one Parquet file per bucket of people; "segments": runs of events, several to a bucket, each in
        the folder of its segment; "table": one Parquet file; "files": whatever its writer puts there.
    contract : str, optional
        `room.module:Schema`; frames are checked against it when written.
    """

    dir: str
    zone: Literal["truth", "raw", "pseudonymised", "person", "aggregate", "release"]
    layout: Literal["buckets", "segments", "table", "files"]
    contract: str | None = None


def load_catalog(root: Path) -> dict[str, Table]:
    """Read conf/catalog.yaml below `root`."""
    entries = yaml.safe_load((root / "conf" / "catalog.yaml").read_text(encoding="utf-8"))["catalog"]
    return {name: build_settings(Table, entry, place=f"conf/catalog.yaml: {name}") for name, entry in entries.items()}


@dataclass(frozen=True)
class Declaration:
    """The paths that dvc.yaml lists for one stage, relative to the root."""

    deps: frozenset[str]
    outs: frozenset[str]


def load_declaration(root: Path, stage: str, item: Mapping[str, str]) -> Declaration:
    """Resolve deps and outs of `stage` in dvc.yaml for one `item` of its matrix.

    Parameters
    ----------
    root : pathlib.Path
        The study's root.
    stage : str
        The stage's name without its matrix part.
    item : mapping
        The matrix values, such as `{"outcome": "type_2_diabetes"}`.

    Raises
    ------
    StudyError
        If dvc.yaml has no such stage.
    """
    stages = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    if stage not in stages:
        raise StudyError(Fault("dvc.yaml", f"no stage '{stage}'.", f"It has {', '.join(stages)}."))
    known: dict[str, Any] = {
        "catalog": yaml.safe_load((root / "conf/catalog.yaml").read_text(encoding="utf-8"))["catalog"],
        "choose": yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))["choose"],
        "item": dict(item),
    }

    def paths(entries: list[Any]) -> frozenset[str]:
        return frozenset(_interpolate(next(iter(e)) if isinstance(e, dict) else e, known) for e in entries)

    return Declaration(deps=paths(stages[stage].get("deps", [])), outs=paths(stages[stage].get("outs", [])))


def _interpolate(text: str, known: Mapping[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        found: Any = known
        for key in match[1].split("."):
            found = found[key]
        return str(found)

    return re.sub(r"\$\{([\w.]+)\}", value, text)
