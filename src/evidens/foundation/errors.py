"""Errors that name place, finding and remedy, and a collector that stops once for all faults."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Parameters
    ----------
    place : str
        Where: a file, a table and column, a setting. Never a value or an identifier of a person.
    finding : str
        What was found, and what was expected.
    remedy : str
        What the reader can do about it.
    """

    place: str
    finding: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.finding} {self.remedy}".rstrip()


class EvidensError(Exception):
    """Base of every error that `evidens` raises on purpose; carries all the faults found.

    >>> raise EvidensError(Fault("conf/study.yaml", "no outcomes.", "List at least one."))
    Traceback (most recent call last):
    evidens.foundation.errors.EvidensError: conf/study.yaml: no outcomes. List at least one.
    """

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        lines = [str(fault) for fault in faults]
        if len(lines) > 1:
            lines = [f"{len(lines)} faults:", *(f"  - {line}" for line in lines)]
        super().__init__("\n".join(lines))


@dataclass
class Faults:
    """Collects faults, then stops once: in a secure zone a run costs a day.

    >>> faults = Faults()
    >>> faults.add("a.parquet", "no column 'pnr'.", "Ask for it.")
    >>> faults.add("b.parquet", "cannot be read.", "Deliver it again.")
    >>> faults.stop()
    Traceback (most recent call last):
    evidens.foundation.errors.EvidensError: 2 faults:
      - a.parquet: no column 'pnr'. Ask for it.
      - b.parquet: cannot be read. Deliver it again.
    """

    found: list[Fault] = field(default_factory=list)

    def add(self, place: str, finding: str, remedy: str) -> None:
        """Note one fault and go on looking."""
        self.found.append(Fault(place, finding, remedy))

    def stop(self, error: type[EvidensError] = EvidensError) -> None:
        """Raise `error` with everything collected; do nothing when all is well."""
        if self.found:
            raise error(*self.found)
