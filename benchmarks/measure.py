"""Whole processes, measured from outside and in turn: A B C A B C ..., so that a slow hour hits all of them."""

import os
import resource
import shlex
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
POLL_S = 0.01


@dataclass(frozen=True)
class Process:
    """What one process cost, with every process that it started and waited for.

    Parameters
    ----------
    wall_s, cpu_s : float
        Seconds by the clock, and of processor time (user and system).
    peak_mb : float
        Memory (1e6 bytes) of the largest single process, at its largest.
    status : int
        0 where all went well, negative for the signal that ended it.
    output : str
        What it printed.
    errors : str
        The end of what it complained about.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    status: int
    output: str = ""
    errors: str = ""


class Interrupted(KeyboardInterrupt):
    """The user had enough; carries what the process had cost by then."""

    def __init__(self, process: Process) -> None:
        super().__init__("interrupted")
        self.process = process


@dataclass(frozen=True)
class Measured:
    """What the runs of one command cost."""

    command: tuple[str, ...]
    runs: list[Process] = field(default_factory=list)

    @property
    def failed(self) -> Process | None:
        """The run that failed, after which the command was not run again."""
        return next((run for run in self.runs if run.status), None)

    @property
    def done(self) -> list[Process]:
        """The runs that went well."""
        return [run for run in self.runs if not run.status]

    def median(self, what: str) -> float | None:
        """Median over the runs of `wall_s`, `cpu_s` or `peak_mb`; none where no run went well."""
        values = [getattr(run, what) for run in self.done]
        return statistics.median(values) if values else None


def run_process(
    command: Sequence[str], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None, timeout_s: float = 3600.0
) -> Process:
    """Run one command and wait for it; it and what it started are ended when the time is up.

    Raises
    ------
    Interrupted
        If the user interrupts it.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **(env or {})}, stdout=output, stderr=errors,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        interrupted = False
        try:
            status, usage = _wait(child.pid, started + timeout_s)
        except KeyboardInterrupt:
            interrupted = True
            status, usage = _end(child.pid)
        child.returncode = status  # it was waited for here
        for file in (output, errors):
            file.seek(0)
        process = Process(
            wall_s=round(time.perf_counter() - started, 3),
            cpu_s=round(usage.ru_utime + usage.ru_stime, 3),
            peak_mb=round(usage.ru_maxrss * 1024 / 1e6, 1),
            status=status, output=output.read(), errors=errors.read()[-2000:],
        )  # fmt: skip
    if interrupted:
        raise Interrupted(process)
    return process


def _wait(pid: int, until: float) -> tuple[int, "resource.struct_rusage"]:
    """Wait for a process, and end its whole group when it takes too long."""
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), usage
        if time.perf_counter() > until:
            return _end(pid)
        time.sleep(POLL_S)


def _end(pid: int) -> tuple[int, "resource.struct_rusage"]:
    os.killpg(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage


def run_in_turn(
    commands: Mapping[str, Sequence[str]], *, runs: int, env: Mapping[str, str] | None = None, timeout_s: float = 3600.0
) -> dict[str, Measured]:
    """Run every command once, then every command again, and so on; what failed is not run again."""
    measured = {name: Measured(tuple(command)) for name, command in commands.items()}
    for _ in range(runs):
        for one in measured.values():
            if one.failed is None:
                one.runs.append(run_process(one.command, env=env, timeout_s=timeout_s))
    return measured


def cpu_ratio(one: Measured, reference: Measured) -> float | None:
    """Median over the rounds of CPU seconds of `one` over those of `reference` in the same round.

    >>> a, b = Measured(("a",)), Measured(("b",))
    >>> a.runs.extend([Process(1, 2, 0, 0), Process(1, 6, 0, 0)])
    >>> b.runs.extend([Process(1, 1, 0, 0), Process(1, 2, 0, 0)])
    >>> cpu_ratio(a, b)
    2.5
    """
    ratios = [a.cpu_s / b.cpu_s for a, b in zip(one.done, reference.done, strict=False) if b.cpu_s]
    return statistics.median(ratios) if ratios else None


def describe(one: Measured, reference: Measured | None = None) -> dict:
    """Return medians and every run of a command, for a file of results."""
    ratio = cpu_ratio(one, reference) if reference else None
    return {
        "command": shlex.join(Path(part).name if part.startswith("/") else part for part in one.command),
        "cpu_s": one.median("cpu_s"),
        "wall_s": one.median("wall_s"),
        "peak_mb": one.median("peak_mb"),
        "cpu_ratio": None if ratio is None else round(ratio, 2),
        "cpu_s_of_runs": [run.cpu_s for run in one.done],
        "failed": None if one.failed is None else f"status {one.failed.status}: {_last_line(one.failed.errors)}",
    }


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")
