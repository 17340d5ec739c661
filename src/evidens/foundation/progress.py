"""What a run says while it works: a bar on a terminal, plain lines elsewhere, never a value.

Logs count tables, not people: they name tables and rules and give sums, no identifier, no value.
"""

import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass, field
from typing import TypeVar

Item = TypeVar("Item")


def track(items: Iterable[Item], *, what: str, total: int | None = None) -> Iterator[Item]:
    """Yield `items` under a progress bar; silent when standard error is no terminal.

    Parameters
    ----------
    items : iterable
        The work: buckets, shards, resamples.
    what : str
        A verb and a noun, such as "reading buckets".
    total : int, optional
        Needed where `items` has no length.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    count = total if total is not None else len(items) if isinstance(items, Sized) else None
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(items, total=count, description=what)


@dataclass
class StageLog:
    """The plain account of one stage: lines while it works, and a last line with the cost."""

    stage: str
    started: float = field(default_factory=time.perf_counter)
    rows: int = 0

    def say(self, line: str) -> None:
        """Print one line: tables, rules, counts; never a value or an identifier."""
        print(f"  {line}", flush=True)

    def count(self, rows: int) -> None:
        """Add to the rows this stage has written."""
        self.rows += rows

    def finish(self) -> None:
        """Print rows, seconds and peak memory."""
        seconds = time.perf_counter() - self.started
        print(f"{self.stage}: {self.rows:,} rows, {seconds:.1f} s, peak {peak_memory_mb():,.0f} MB", flush=True)


def peak_memory_mb() -> float:
    """Peak resident memory of this process and its largest child so far, in MB (1e6 bytes)."""
    usage = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return usage * (1024 if sys.platform != "darwin" else 1) / 1e6
