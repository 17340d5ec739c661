"""What a definition of a phenotype can say (definition.yaml in its folder)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Qualifier:
    """One kind of event that counts.

    Parameters
    ----------
    group : str
        A group of codes.csv.
    types : tuple of str
        Texts that the event must have one of: types of a diagnosis (A: the main reason for the contact, B: a secondary
        one), urgency of an admission (acute, planned); empty: any event.
    at_least : float, optional
        Least value of a result; a result that says only that it lies below a limit never reaches it.
    kind : str, optional
        What the event is called where two groups are one kind, such as two codes of one analysis; else the group.
    """

    group: str
    types: tuple[str, ...] = ()
    at_least: float | None = None
    kind: str | None = None

    @property
    def name(self) -> str:
        """The kind of event."""
        return self.kind or self.group


@dataclass(frozen=True)
class Drop:
    """Events that say something else about some people.

    Parameters
    ----------
    group : str
        A group of codes.csv whose codes do not count for these people.
    sex : str
        Whose.
    below_age : int
        Until which birthday.
    because : str
        What the event says instead; for readers.
    """

    group: str
    sex: Literal["female", "male"]
    below_age: int
    because: str


@dataclass(frozen=True)
class Void:
    """A time around another event in which events do not count, such as a pregnancy around its end.

    Parameters
    ----------
    group : str
        A group of codes.csv: the other event.
    kinds : tuple of str
        The kinds of event that do not count then.
    days_before, days_after : int
        The days around the other event, both ends included.
    because : str
        For readers.
    types : tuple of str
        As of `Qualifier`.
    """

    group: str
    kinds: tuple[str, ...]
    days_before: int
    days_after: int
    because: str
    types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if min(self.days_before, self.days_after) < 0:
            raise ValueError("days_before and days_after of a time that voids may not be negative")


@dataclass(frozen=True)
class Rival:
    """Another disease that the same events may mean, told by diagnoses and drugs.

    Parameters
    ----------
    title : str
        What it is.
    diagnosis, own_diagnosis : str
        Groups of codes.csv: diagnoses of the rival and of the phenotype itself.
    drug : str
        A group of codes.csv: drugs of the rival.
    among : str
        The kind of qualifying events that are drugs of either.
    share : float
        The part of all doses that are the rival's drugs.
    within_days : int
        Days from the first drug to the rival's first.
    types : tuple of str
        Types of diagnosis that are counted.
    """

    title: str
    diagnosis: str
    own_diagnosis: str
    drug: str
    among: str
    share: float
    within_days: int
    types: tuple[str, ...] = ("A",)

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or self.within_days < 0:
            raise ValueError("a rival's share lies in (0, 1], and within_days is not negative")


@dataclass(frozen=True)
class PhenotypeSettings:
    """The definition of a phenotype.

    Parameters
    ----------
    title, version, source : str
        What it is called, which version of the definition this is, and where it comes from.
    occurrence : int
        Which qualifying event is the outcome: 1 the first, 2 the second.
    qualifies : tuple of Qualifier
        The kinds of event that count.
    excludes : tuple of str
        Groups of codes.csv whose codes never count, even if a qualifying group holds them.
    competes : tuple of Qualifier
        Events after which the outcome can no longer happen.
    drops : tuple of Drop
    voids : tuple of Void
    rival : Rival, optional
        Whoever has it does not have the phenotype: then the day of the outcome is that of a competing event.
    recurs : bool
        Whether it may happen again: earlier events are then history like any other, and may be predictors.
    """

    title: str
    version: str
    source: str
    occurrence: int
    qualifies: tuple[Qualifier, ...]
    excludes: tuple[str, ...] = ()
    competes: tuple[Qualifier, ...] = ()
    drops: tuple[Drop, ...] = ()
    voids: tuple[Void, ...] = ()
    rival: Rival | None = None
    recurs: bool = False

    def __post_init__(self) -> None:
        if self.occurrence < 1:
            raise ValueError(f"occurrence counts from 1, got {self.occurrence}")
        if not self.qualifies:
            raise ValueError("qualifies needs at least one group")
        kinds = {qualifier.name for qualifier in self.qualifies}
        named = {*(kind for void in self.voids for kind in void.kinds), *([self.rival.among] if self.rival else [])}
        if strangers := sorted(named - kinds):
            raise ValueError(f"no kind of event that qualifies: {', '.join(strangers)}")

    @property
    def groups(self) -> frozenset[str]:
        """Every group of codes.csv that the definition names."""
        rival = self.rival
        of_rival = (rival.diagnosis, rival.own_diagnosis, rival.drug) if rival else ()
        named = [entry.group for entry in (*self.qualifies, *self.competes)]
        named += [drop.group for drop in self.drops] + [void.group for void in self.voids]
        return frozenset({*named, *self.excludes, *of_rival})
