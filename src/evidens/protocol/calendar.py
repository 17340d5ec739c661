"""Which slice of people, place and time belongs to a phase."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from evidens.protocol.criteria import Criterion, MinEvents


@dataclass(frozen=True)
class PhaseSettings:
    """One step of the validation protocol.

    Parameters
    ----------
    name, question : str
        What it is called and what it answers.
    regions : tuple of str
        Where people live on the index day.
    index_years : tuple of int
        Years whose index date may be used.
    share : tuple of two floats
        [from, to) of the person's keyed hash in [0, 1): which people may be in the phase at all.
    sealed : bool
        Whether its labels stay closed until the gates before it pass, or a person opens it.
    people_of : str, optional
        The phase whose people it looks at again; such a phase has no people of its own. With a narrower
        `share` than that phase it is a sample of them.
    criteria : tuple of criteria
        What must hold. All of them have to pass; a phase without any is no gate.
    """

    name: str
    question: str
    regions: tuple[str, ...]
    index_years: tuple[int, ...]
    share: tuple[float, ...]
    sealed: bool = False
    people_of: str | None = None
    criteria: tuple[Criterion, ...] = ()

    def __post_init__(self) -> None:
        if not self.regions or not self.index_years:
            raise ValueError("regions and index_years need at least one entry each")
        if len(self.share) != 2 or not 0 <= self.share[0] < self.share[1] <= 1:
            raise ValueError(f"share is [from, to) within 0 and 1, got {list(self.share)}")
        if self.sealed and self.people_of:
            raise ValueError("people that another phase has seen cannot be sealed")
        if self.sealed and not self.criteria:
            raise ValueError("a sealed phase without criteria would open for nothing")
        words = [criterion.words for criterion in self.criteria]
        if len(set(words)) < len(words):
            raise ValueError("each criterion may be named once")

    @property
    def min_events(self) -> int:
        """People with the outcome that the criteria ask for; 0 where they ask for none."""
        return max((c.at_least for c in self.criteria if isinstance(c, MinEvents)), default=0)


def find_overlaps(phases: Sequence[PhaseSettings]) -> list[str]:
    """Name the pairs of phases that lay claim to the same people on the same index date.

    >>> south = PhaseSettings("a", "?", ("83",), (2016,), (0.0, 0.6))
    >>> find_overlaps([south, PhaseSettings("b", "?", ("83",), (2016, 2017), (0.5, 1.0))])
    ['a and b']
    >>> find_overlaps([south, PhaseSettings("b", "?", ("81",), (2016, 2017), (0.5, 1.0))])
    []
    """
    own = [phase for phase in phases if phase.people_of is None]
    return [
        f"{a.name} and {b.name}"
        for a, b in combinations(own, 2)
        if set(a.regions) & set(b.regions)
        and set(a.index_years) & set(b.index_years)
        and max(a.share[0], b.share[0]) < min(a.share[1], b.share[1])
    ]
