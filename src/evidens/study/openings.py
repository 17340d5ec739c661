"""Which sealed phases a named person opens (conf/openings.yaml)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Opening:
    """One sealed phase, opened by a named person for a reason."""

    outcome: str
    phase: str
    by: str
    reason: str

    def __post_init__(self) -> None:
        if not self.by.strip() or not self.reason.strip():
            raise ValueError("an opening needs the name of a person (by) and a reason.")


@dataclass(frozen=True)
class OpeningSettings:
    """All openings by persons."""

    openings: tuple[Opening, ...]

    def find(self, outcome: str, phase: str) -> Opening | None:
        """Return the opening of one phase, if there is one."""
        return next((o for o in self.openings if (o.outcome, o.phase) == (outcome, phase)), None)
