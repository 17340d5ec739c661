"""What a run says while it works: a bar on a terminal, plain lines elsewhere, never a value.

Logs count tables, not people: they name tables and rules and give sums, no identifier, no value.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass, field
from typing import TypeVar

Item = TypeVar("Item")


def track(
    items: Iterable[Item], *, what: str, total: int | None = None, rows: Callable[[Item], int] | None = None
) -> Iterator[Item]:
    """Yield `items` under a progress bar with the time left; silent when standard error is no terminal.

    Parameters
    ----------
    items : iterable
        The work: buckets, shards, resamples.
    what : str
        A verb and a noun, such as "reading buckets".
    total : int, optional
        Needed where `items` has no length.
    rows : callable, optional
        Rows that an item stands for; with it the bar shows rows per second.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    count = total if total is not None else len(items) if isinstance(items, Sized) else None
    started, n_rows = time.perf_counter(), 0
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=count, speed="")
        for item in items:
            if rows:
                n_rows += rows(item)
                progress.update(task, speed=say_speed(n_rows, time.perf_counter() - started))
            yield item
            progress.advance(task)


def say_speed(rows: int, seconds: float) -> str:
    """Rows per second, to three digits.

    >>> say_speed(3_000_000, 2.0)
    '1,500,000 rows/s'
    """
    return f"{float(f'{rows / max(seconds, 1e-9):.3g}'):,.0f} rows/s"


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
        """Print rows, rows per second where there are any, seconds and peak memory."""
        seconds = time.perf_counter() - self.started
        speed = f", {say_speed(self.rows, seconds)}" if self.rows else ""
        peak = f"peak {peak_memory_mb():,.0f} MB"
        print(f"{self.stage}: {self.rows:,} rows{speed}, {seconds:.1f} s, {peak}", flush=True)


def peak_memory_mb(*, children: bool = True) -> float:
    """Peak resident memory of this process, or of its largest child if that was more, in MB (1e6 bytes)."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN) if children else (resource.RUSAGE_SELF,)
    usage = max(resource.getrusage(each).ru_maxrss for each in who)
    return usage * (1024 if sys.platform != "darwin" else 1) / 1e6
