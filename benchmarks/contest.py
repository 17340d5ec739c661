"""Contenders for one task, run in turn; how they are told, and where results are kept."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environments import python_of, versions_of
from benchmarks.machine import machine
from benchmarks.measure import ROOT, Measured, Process, describe, run_in_turn, run_process

FOLDER = ROOT / "data" / "scratch" / "benchmarks"
RESULTS = Path(__file__).parent / "results"
HEADINGS = ("", "CPU s", "wall s", "peak MB", "CPU, ours 1", "M rows per CPU s", "answer")


@dataclass(frozen=True)
class Contender:
    """One way to do a task.

    Parameters
    ----------
    module : str
        What is run, with `DATA OUT` and `options`.
    environment : str or None
        Of benchmarks/environments.py; none is this one.
    reads : str
        The layout of what it reads.
    options : tuple of str
    against : str
        The contender of ours that it is compared with.
    most_rows : float
        Rows to look at, in millions, beyond which it is not run: for want of memory or of patience.
    most_dates : int
        Index times per person, at most, that it can give a right answer for.
    """

    module: str
    environment: str | None = None
    reads: str = "MEDS shards"
    options: tuple[str, ...] = ()
    against: str = "ours"
    most_rows: float = float("inf")
    most_dates: int = 1_000_000

    def command(self, data: Path, out: Path, *more: str) -> list[str]:
        """Write its command line."""
        python = sys.executable if self.environment is None else python_of(self.environment)
        return [python, "-m", self.module, str(data), str(out), *more, *self.options]


def contend(
    contenders: Mapping[str, Contender], data: Path, outs: Path, *, runs: int, more: Sequence[str] = ()
) -> dict[str, Measured]:
    """Run every contender in turn, so many times, each answer in a folder of `outs` named like its contender."""
    measured: dict[str, Measured] = {}
    for _ in range(runs):  # A B C, A B C: and before each of them its earlier answer goes
        shutil.rmtree(outs, ignore_errors=True)
        commands = {
            name: contender.command(data, outs / name, *more)
            for name, contender in contenders.items()
            if name not in measured or measured[name].failed is None
        }
        for name, one in run_in_turn(commands, runs=1, timeout_s=3600).items():
            measured.setdefault(name, Measured(one.command)).runs.extend(one.runs)
    return measured


def must(command: Sequence[str]) -> Process:
    """Run a command that everything after it rests on."""
    done = run_process(command)
    if done.status:
        raise SystemExit(f"{' '.join(command[1:3])} ended with status {done.status}.\n{done.errors}")
    return done


def tell(
    contenders: Mapping[str, Contender], measured: Mapping[str, Measured], said: Mapping[str, str], *, rows: int
) -> dict[str, dict]:
    """Return what every contender cost and whether its answer is right."""
    told = {}
    for name, contender in contenders.items():
        one = describe(measured[name], measured.get(contender.against))
        seconds = one["cpu_s"]
        told[name] = one | {
            "reads": contender.reads,
            "rows_per_cpu_s": round(rows / seconds) if seconds else None,
            "answer": said.get(name, "none"),
            "versions": versions_of(contender.environment) if contender.environment else "this checkout",
        }
    return told


def begin_entry(runs: int) -> dict:
    """Return what every kept result begins with."""
    command = " ".join(
        ["python -m", *(Path(word).name if word.startswith("/") else word for word in sys.orig_argv[2:])]
    )
    return {"date": time.strftime("%Y-%m-%d"), "command": command, "runs": runs,
            "machine": machine("polars", "pyarrow", "numpy")}  # fmt: skip


def show(title: str, told: Mapping[str, dict]) -> None:
    """Print what contenders cost as one table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in ("", "answer") else "right")
    for name, one in told.items():
        if one["cpu_s"] is None:
            table.add_row(name, *["-"] * 5, one["failed"])
            continue
        ratio = "-" if one["cpu_ratio"] is None else f"{one['cpu_ratio']:.2f}"
        table.add_row(name, f"{one['cpu_s']:.2f}", f"{one['wall_s']:.2f}", f"{one['peak_mb']:,.0f}", ratio,
                      f"{one['rows_per_cpu_s'] / 1e6:.2f}", one["answer"])  # fmt: skip
    Console(width=150).print(table)


def keep(entry: dict, path: Path, *, same: Callable[[dict], object]) -> None:
    """Keep an entry beside others, in the place of the one that is about the same."""
    kept = json.loads(path.read_text()) if path.exists() else []
    entries = sorted([*(one for one in kept if same(one) != same(entry)), entry], key=same)  # type: ignore[arg-type]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(entries, indent=1) + "\n")
