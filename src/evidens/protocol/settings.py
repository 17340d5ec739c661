"""The protocol: its phases in order, and what identifies it."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

from evidens.protocol.calendar import PhaseSettings, find_overlaps


@dataclass(frozen=True)
class ProtocolSettings:
    """The staged validation of a study (conf/protocol/), fixed before a label is read.

    Parameters
    ----------
    title : str
        One line for the documents.
    salt : str
        Keys the hash by which people are dealt to phases; another salt deals them anew.
    policy : {"gates", "manual"}
        What opens a sealed phase: the gates before it, or a named person with a reason.
    comparator : str
        The model that every candidate is compared with.
    phases : tuple of PhaseSettings
        In the order in which they are gone through.
    """

    title: str
    salt: str
    policy: Literal["gates", "manual"]
    comparator: str
    phases: tuple[PhaseSettings, ...]

    def __post_init__(self) -> None:
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            raise ValueError("phases need names of their own")
        own = {phase.name for phase in self.phases_with_people}
        strangers = sorted({phase.people_of for phase in self.phases if phase.people_of} - own)
        if strangers:
            raise ValueError(f"people_of names no phase with people of its own: {', '.join(strangers)}")
        for phase in self.phases:
            of = self.find_phase(phase.people_of) if phase.people_of else phase
            if not _lies_within(phase.share, of.share):
                raise ValueError(f"the share of {phase.name} does not lie within that of {of.name}")
            if (phase.regions, phase.index_years) != (of.regions, of.index_years):
                raise ValueError(
                    f"{phase.name} looks at people of {of.name}: it needs the same regions and index_years"
                )
        if overlaps := find_overlaps(self.phases):
            raise ValueError(f"phases overlap in region, year and share: {'; '.join(overlaps)}")
        first_seal = next((i for i, phase in enumerate(self.phases) if phase.sealed), None)
        if first_seal is not None and not any(phase.criteria for phase in self.phases[:first_seal]):
            raise ValueError("no phase before the first sealed one has criteria, so nothing would hold it closed")

    @property
    def phases_with_people(self) -> tuple[PhaseSettings, ...]:
        """The phases that have people of their own, in order."""
        return tuple(phase for phase in self.phases if phase.people_of is None)

    def find_phase(self, name: str) -> PhaseSettings:
        """Return the phase called `name`.

        Raises
        ------
        KeyError
            Naming the phases there are.
        """
        for phase in self.phases:
            if phase.name == name:
                return phase
        raise KeyError(f"no phase '{name}'; there are {', '.join(phase.name for phase in self.phases)}")

    def phases_before(self, name: str) -> tuple[PhaseSettings, ...]:
        """Return the phases that come before `name`, in order."""
        return self.phases[: self.phases.index(self.find_phase(name))]


def protocol_hash(settings: ProtocolSettings) -> str:
    """Return the SHA-256 of the protocol as canonical JSON, 64 hexadecimal digits.

    Parameters
    ----------
    settings : ProtocolSettings
        Every setting counts, the wording of the questions too: a protocol is frozen as a whole.

    Notes
    -----
    Canonical: keys sorted, no spaces, UTF-8, floats in Python's shortest form. It is written down before
    the first label is read, so that a criterion cannot be moved to where the result happens to lie.
    """
    canonical = json.dumps(_as_plain(settings), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _lies_within(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _as_plain(value: Any) -> Any:
    """Turn nested dataclasses into mappings; the `kind` of a criterion is part of what it says."""
    if dataclasses.is_dataclass(value):
        plain = {field.name: _as_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"kind": value.kind, **plain} if hasattr(value, "kind") else plain
    return [_as_plain(item) for item in value] if isinstance(value, tuple) else value
